"""What importing the coast of the world takes: GSHHG BINARY FOLDER. Prints rows of a table."""

import os
import resource
import subprocess
import sys
import time

from gshhg import rounded, shores, write

data, binary, folder = sys.argv[1:]
file, database = f"{folder}/world.geojson", f"{folder}/world.db"
count = 0


def islands():
    """Each shore as a polygon."""
    global count
    for shore in shores(data):
        ring = rounded(shore)
        count += len(ring)
        yield {"type": "Polygon", "coordinates": [ring if ring[0] == ring[-1] else [*ring, ring[0]]]}


write(file, islands())
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
