"""How long a plan takes over HTTP, from asking for it to its draft, on a running demonstration: URL PILES [PILES …].

Piles lie on the real shore of Arendal, two of three by road and one by boat; the fleet is the demonstration's, and as many trucks and boats
again as the piles need. What is printed is what was measured, nothing else.
"""

import datetime
import json
import sys
import time
import urllib.request
import uuid
from http.cookiejar import CookieJar

URL, counts = sys.argv[1], [int(n) for n in sys.argv[2:]]
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return json.loads(opener.open(urllib.request.Request(f"{URL}/api/v1/{path}", data, {"content-type": "application/json"})).read())


def vehicle(kind, n):
    depot = {"lon": 8.741, "lat": 58.477} if kind == "truck" else {"lon": 8.7725, "lat": 58.4575}
    return {
        "id": str(uuid.uuid4()), "name": f"{kind} {n}", "kind": kind, "depot": depot, "capacity": {"litres": 12000, "kg": 5000, "bags": 120},
        "from": "07:00:00", "until": "17:00:00", "speed_kmh": 40 if kind == "truck" else 22, "cost_per_km": 14, "cost_per_hour": 750,
        "draught_m": 0.5 if kind == "boat" else 0,
    }  # fmt: skip


ask("demo/role", {"role": "hauler", "municipality": "4203"})
shore = [s for s in ask("segments?bbox=8.55,58.33,9.0,58.6")["features"]]
places = [s["geometry"]["coordinates"][0] for s in shore]
day = datetime.date.today() + datetime.timedelta(1)
while day.weekday() > 4:
    day += datetime.timedelta(1)
print("| piles | vehicles | in routes | metres | search steps | seconds |\n| --- | --- | --- | --- | --- | --- |")
for count in counts:
    fleet = [vehicle(kind, n) for n in range(max(1, count // 40)) for kind in ("truck", "boat")]
    for v in fleet:
        ask("vehicles", v)
    piles = []
    for i in range(count):
        lon, lat = places[i * 7919 % len(places)]
        pile = {"id": str(uuid.uuid4()), "lon": lon, "lat": lat, "bags": {"full": 1 + i % 9}, "access": "boat" if i % 3 == 2 else "road", "ready": True}
        piles.append(ask("piles", pile)["id"])
    due = {p["id"] for p in ask("due-piles")}
    piles = [p for p in piles if p in due]
    begun = time.perf_counter()
    plan = str(uuid.uuid4())
    ask("plans", {"id": plan, "days": [day.isoformat()], "piles": piles, "vehicles": [v["id"] for v in fleet]})
    while True:
        shown = ask(f"plans/{plan}")
        if shown["plan"]["state"] != "searching":
            break
        time.sleep(0.02)
    took, sums = time.perf_counter() - begun, shown["plan"]["sums"]
    print(f"| {len(piles)} | {len(fleet)} | {sums['piles']} | {sums['metres']:.0f} | {shown['plan']['steps']} | {took:.1f} |", flush=True)
    for v in fleet:
        ask(f"vehicles/{v['id']}/retirements", {})
    ask(f"plans/{plan}/cancellations", {})
