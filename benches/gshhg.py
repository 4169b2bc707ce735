"""The shoreline of the world as the benchmarks read it (GSHHG, full resolution)."""

import json
import struct


def shores(data):
    """The borders between land and sea, each as its [lon, lat], in turn."""
    points = open(f"{data}/gshhs_f.dat", "rb").read()
    for line in open(f"{data}/gshhsmeta_f.dat"):
        level, _, _, _, _, offset, size, _ = line.split()
        if level == "1":
            flat = struct.unpack("<%df" % (int(size) // 4), points[int(offset) : int(offset) + int(size)])
            yield list(zip(flat[0::2], flat[1::2]))


def rounded(line):
    return [[round(lon, 6), round(lat, 6)] for lon, lat in line]


def write(file, geometries):
    """A collection of features, one after the other."""
    with open(file, "w") as out:
        out.write('{"type":"FeatureCollection","features":[')
        for n, geometry in enumerate(geometries):
            feature = {"type": "Feature", "properties": {}, "geometry": geometry}
            out.write(",\n" * (n > 0) + json.dumps(feature, separators=(",", ":")))
        out.write("]}")
