"""How long figures take over many cleanups. Against a running service whose coast is Arendal's, as the demonstration has it:

    STRANDLINE__LIMITS__WRITES_PER_MINUTE=4000000000 scripts/demo-server 8198 &
    python3 benches/figures.py http://localhost:8198 100000

Makes so many cleanups with a result through the API, as different groups, and then asks for figures; the median of 21 answers each.
"""

import datetime
import http.client
import json
import multiprocessing
import statistics
import sys
import time
import urllib.parse
import uuid

WRITERS = 4


def make(host: str, count: int, writer: int) -> None:
    wire = http.client.HTTPConnection(host)

    def send(path: str, body: dict, cookie: str = "") -> http.client.HTTPResponse:
        wire.request("POST", path, json.dumps(body), {"content-type": "application/json", "cookie": cookie})
        answer = wire.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), (path, answer.status, text)
        return answer

    cookie = send("/api/v1/session", {}).getheader("set-cookie").split(";")[0]
    now = datetime.datetime.now(datetime.timezone.utc)
    for n in range(count):
        begun = now - datetime.timedelta(hours=5 + n % 2000)
        cleanup = {
            "id": str(uuid.uuid4()), "lon": 8.90, "lat": 58.449, "organiser_kind": "group", "organiser_name": f"Group {n % 500}",
            "from": begun.isoformat(), "until": (begun + datetime.timedelta(hours=2)).isoformat(), "open": True,
        }
        send("/api/v1/cleanups", cleanup, cookie)
        result = {"id": str(uuid.uuid4()), "bags": {"full": 1 + n % 9}, "people": 1 + n % 12, "hours": 1.5, "metres": 150, "counts": {"J8": n % 30}}
        send(f"/api/v1/cleanups/{cleanup['id']}/results", result, cookie)
        if writer == 0 and n % 2500 == 0:
            print(f"figures: {n * WRITERS} cleanups", file=sys.stderr)


def main() -> None:
    host, count = urllib.parse.urlsplit(sys.argv[1]).netloc, int(sys.argv[2])
    writers = [multiprocessing.Process(target=make, args=(host, count // WRITERS, w)) for w in range(WRITERS)]
    for process in writers:
        process.start()
    for process in writers:
        process.join()
        assert process.exitcode == 0
    wire = http.client.HTTPConnection(host)
    print("| figures of | cleanups | ms |\n| --- | --- | --- |")
    year = datetime.date.today().year
    for name, path in {
        "a year": f"numbers?year={year}", "a municipality": f"numbers?year={year}&municipality=4203",
        "a group": f"numbers?year={year}&organiser=Group+7", "a year as CSV": f"numbers.csv?year={year}",
        "a group's season": f"seasons?year={year}&name=Group+7",
    }.items():
        took = []
        for _ in range(21):
            begun = time.perf_counter()
            wire.request("GET", f"/api/v1/{path}")
            answer = wire.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            took.append(time.perf_counter() - begun)
        found = json.loads(text) if text[:1] == b"{" else {}
        seen = found.get("volunteers", found).get("total", found.get("figures", {})).get("count", "")
        print(f"| {name} | {seen} | {statistics.median(took) * 1000:.0f} |", flush=True)


if __name__ == "__main__":
    main()
