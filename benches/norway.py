"""Writes the shore of Norway and around as lines, and places on it: GSHHG FOLDER."""

import sys

from gshhg import rounded, shores, write

data, folder = sys.argv[1:]
places = open(f"{folder}/places.txt", "w")


def runs():
    """What of each shore lies in the frame, in runs without a gap."""
    n = 0
    for shore in shores(data):
        run = []
        for lon, lat in [*shore, (0, 0)]:
            if 4 <= lon <= 31.5 and 57.5 <= lat <= 71.5:
                run.append((lon, lat))
                n += 1
                if n % 97 == 0:
                    places.write("%.6f %.6f\n" % (lon, lat))
                continue
            if len(run) > 1:
                yield run
            run = []


write(f"{folder}/norway.geojson", ({"type": "LineString", "coordinates": rounded(run)} for run in runs()))
