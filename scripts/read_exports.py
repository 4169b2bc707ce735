"""Plans a day in the demonstration and reads its routes, and the refund report, back with programs that are not ours."""

import csv
import datetime
import io
import json
import sys
import tempfile
import time
import urllib.request
import uuid
import zoneinfo
from http.cookiejar import CookieJar

import gpxpy
import icalendar
import openpyxl
import pyogrio

URL = sys.argv[1]
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/api/v1/{path}", data, {"content-type": "application/json"})
    return opener.open(request).read()


def planned():
    """The routes of the next working day, when the search is done."""
    ask("demo/role", {"role": "hauler", "municipality": "4203"})
    day = datetime.date.today() + datetime.timedelta(1)
    while day.weekday() > 4:
        day += datetime.timedelta(1)
    plan = str(uuid.uuid4())
    ask("plans", {"id": plan, "days": [day.isoformat()]})
    end = time.monotonic() + 180
    while time.monotonic() < end:
        shown = json.loads(ask(f"plans/{plan}"))
        if shown["plan"]["state"] == "draft":
            return shown["routes"]
        time.sleep(0.2)
    sys.exit("the search does not end")


def read(route):
    stops, name = route["stops"], route["vehicle_name"]
    text = ask(f"routes/{route['id']}/files/gpx").decode()
    by_gpxpy = gpxpy.parse(text)
    assert [w.name for w in by_gpxpy.waypoints] == [f"{i + 1} {s['name']}" for i, s in enumerate(stops)]
    assert [(w.longitude, w.latitude) for w in by_gpxpy.waypoints] == [(s["lon"], s["lat"]) for s in stops]
    assert len(by_gpxpy.tracks) == 1 and len(by_gpxpy.tracks[0].segments) == len(stops) + 1
    (to_follow,) = by_gpxpy.routes
    assert [(p.longitude, p.latitude, p.name) for p in to_follow.points] == [(w.longitude, w.latitude, w.name) for w in by_gpxpy.waypoints]
    points = sum(len(s.points) for s in by_gpxpy.tracks[0].segments)
    assert points == sum(len(s["way"]) for s in stops) + len(route["way_home"])
    with tempfile.NamedTemporaryFile(suffix=".gpx") as file:
        file.write(text.encode())
        file.flush()
        layers = {name: pyogrio.read_info(file.name, layer=name, force_feature_count=True)["features"] for name, _ in pyogrio.list_layers(file.name)}
        names = pyogrio.raw.read(file.name, layer="waypoints", columns=["name"])[3][0]
    assert layers["waypoints"] == len(stops) and layers["tracks"] == 1 and layers["routes"] == 1 and layers["route_points"] == len(stops) and layers["track_points"] == points, layers
    assert list(names) == [w.name for w in by_gpxpy.waypoints]
    calendar = icalendar.Calendar.from_ical(ask(f"routes/{route['id']}/files/ics"))
    events = calendar.walk("VEVENT")
    assert len(events) == 1 and name in str(events[0]["SUMMARY"])
    assert events[0]["DTSTART"].dt == datetime.datetime.fromisoformat(route["leaves"])
    rows = list(csv.DictReader(io.StringIO(ask(f"routes/{route['id']}/files/csv").decode().lstrip("\ufeff"))))
    assert [r["name"] for r in rows] == [s["name"] for s in stops]
    print(f"{name}: {len(stops)} stops, {points} points of the way, read by gpxpy, GDAL {pyogrio.__gdal_version_string__}, icalendar and csv")


routes = planned()
assert {r["kind"] for r in routes} == {"truck", "boat"}, "the demonstration has a truck and a boat"
for each in routes:
    read(each)


def read_refund():
    """The year's report as its spreadsheet and its CSV say it: the same lines, and totals that are their sums to the cent."""
    ask("demo/role", {"role": "staff", "municipality": "4203"})
    # The cleanup of the demonstration that is over began twenty days and four hours ago: in January that was last year.
    began = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Oslo")) - datetime.timedelta(days=20, hours=4)
    year = f"?year={began.year}"
    report = json.loads(ask(f"refunds{year}"))
    rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(ask(f"refunds.xlsx{year}"))).active.values]
    head, lines, total = rows[0], rows[1:-1], rows[-1]
    plain = list(csv.reader(io.StringIO(ask(f"refunds.csv{year}").decode().lstrip("\ufeff"))))
    assert head == plain[0] and len(lines) == len(plain) - 2 == len(report["lines"]) > 0
    cents = lambda cell: round(float(cell) * 100)
    for line, row, text in zip(report["lines"], lines, plain[1:]):
        assert [row[0], row[1], row[4]] == [line["code"], line["date"], line["weighed_kg"]] == [text[0], text[1], float(text[4])]
        assert [cents(c) for c in row[6:9]] == [cents(c) for c in text[6:9]]
    assert [cents(c) for c in total[6:9]] == [cents(c) for c in plain[-1][6:9]] == [report[k] for k in ("weight_cents", "expense_cents", "total_cents")]
    assert [sum(cents(row[i]) for row in lines) for i in (6, 7, 8)] == [cents(c) for c in total[6:9]] and cents(total[8]) > 0
    print(f"refund report: {len(lines)} actions, {total[8]} {report['currency']}, read by openpyxl and csv")


read_refund()
