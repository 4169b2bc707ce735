"""What importing the coast of the world takes: GSHHG BINARY FOLDER. Prints rows of a table."""

import json
import os
import resource
import struct
import subprocess
import sys
import time

data, binary, folder = sys.argv[1:]
file, database = f"{folder}/world.geojson", f"{folder}/world.db"
points = open(f"{data}/gshhs_f.dat", "rb").read()
count = 0
with open(file, "w") as out:
    out.write('{"type":"FeatureCollection","features":[')
    comma = ""
    for line in open(f"{data}/gshhsmeta_f.dat"):
        level, _, _, _, _, offset, size, _ = line.split()
        if level != "1":  # the border between land and sea
            continue
        flat = struct.unpack("<%df" % (int(size) // 4), points[int(offset) : int(offset) + int(size)])
        ring = [[round(x, 6), round(y, 6)] for x, y in zip(flat[0::2], flat[1::2])]
        count += len(ring)
        shape = {"type": "Polygon", "coordinates": [ring if ring[0] == ring[-1] else [*ring, ring[0]]]}
        out.write(comma + json.dumps({"type": "Feature", "properties": {}, "geometry": shape}, separators=(",", ":")))
        comma = ",\n"
    out.write("]}")
del points
environment = {**os.environ, "STRANDLINE__DATABASE__URL": f"sqlite:{database}"}


def imported():
    """Seconds, and what it said."""
    begun = time.perf_counter()
    done = subprocess.run([binary, "import", "coast", file, "--segment-m", "250"], env=environment, check=True, capture_output=True, text=True)
    return time.perf_counter() - begun, done.stdout.strip()


def most():
    """MiB that any of them had at most."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


for which in ["", "the same again"]:
    took, said = imported()
    stored = os.path.getsize(database) / 2**20
    print(f"| {which or f'{os.path.getsize(file) / 1e6:.0f} MB, {count} points'} | {said} | {took:.0f} | {most():.0f} | {stored:.0f} |", flush=True)
