"""Other planners on the instances of `routing make`: FOLDER SECONDS SEEDS [NAME …].

PyVRP (PyPI `pyvrp`), OR-tools (`ortools`) and VROOM (`pyvroom`), each on one thread and under the same limit of CPU time as ours (VROOM as near as it can be had). All get the
same numbers; their answers are node sequences that `routing judge` costs anew. Where an instance has what a planner cannot say, it has no answer:
OR-tools and VROOM have no visits to sites between trips (OR-tools only by copies of the sites), VROOM no second capacity a trip.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyvrp
import vroom
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

FAR = 1_000_000_000  # as `UNREACHABLE`: no way leads there


class CpuTime:
    """Ends when the process has used so many seconds of CPU time."""

    def __init__(self, seconds):
        self.end = time.process_time() + seconds

    def __call__(self, _best_cost=None):
        return time.process_time() >= self.end


def unreachable(matrix):
    return np.asarray(matrix) >= FAR


def pyvrp_turned_round(i, seconds, seed):
    """An instance with release times, as PyVRP itself reads it; its routes are turned round to be costed and checked as ours are."""
    data = pyvrp.read(i["turned_round"], round_func="dimacs")
    found = pyvrp.solve(data, CpuTime(seconds), seed=seed, collect_stats=False, display=False)
    if not found.is_feasible():
        return {"tours": None}
    # Without reloads the depot is the only place to hand in.
    site, depot = i["stops"], i["classes"][0]["start"]
    tours = []
    for route in found.best.routes():
        nodes = [site if str(activity).startswith("D") else activity.idx for activity in route]
        # Where it left the depot it hands in, when time runs the other way.
        handed_in = nodes[:-1] if i["sites"] else nodes[1:-1]
        tours.append({"class": 0, "nodes": [depot, *reversed(handed_in), depot]})
    return {"tours": tours}


def pyvrp_all(i, seconds, seed):
    """Classes are vehicle types with a profile each; sites are reload depots. Each vehicle comes home empty: its last way leads
    through the site that is nearest on the way home, which the end depot stands for."""
    if i["turned_round"]:
        return pyvrp_turned_round(i, seconds, seed)
    n, s, classes = i["stops"], i["sites"], i["classes"]
    size = len(classes[0]["cost"])
    # Locations: ours, and for each class one more: home by way of a site.
    locations = [pyvrp.Location(x=0, y=0) for _ in range(size + len(classes))]
    depots, distances, durations, types, home_by = [], [], [], [], []
    depot_of = {}

    def depot(location, early, late, service):
        depot_of[location] = len(depots)
        depots.append(pyvrp.Depot(location, tw_early=early, tw_late=late, service_duration=service))

    def window(c, node):
        w = c["windows"][node]
        return (w[0][0], w[-1][1]) if w else (0, 0)

    for c in classes:
        if c["start"] not in depot_of:
            depot(c["start"], *window(c, c["start"]), 0)
    for site in range(n, n + s):
        opens = [window(c, site) for c in classes if c["windows"][site]]
        depot(site, min(o[0] for o in opens), max(o[1] for o in opens), i["service"][site])
    for k, c in enumerate(classes):
        cost, took = (np.full((size + len(classes),) * 2, FAR, dtype=np.int64) for _ in range(2))
        cost[:size, :size], took[:size, :size] = c["cost"], c["time"] if i["timed"] else 0
        for node in range(size):
            if not c["windows"][node]:
                cost[node, :] = cost[:, node] = took[node, :] = took[:, node] = FAR
        best = {}
        if c["hands_in"]:
            for node in range(n):
                ways = [(cost[node, d] + cost[d, c["end"]], d) for d in range(n, n + s)]
                way, d = min(ways)
                best[node] = d
                cost[node, size + k] = min(way, FAR)
                took[node, size + k] = min(took[node, d] + i["service"][d] + took[d, c["end"]], FAR)
            depot(size + k, *window(c, c["end"]), 0)
        end = size + k if c["hands_in"] else c["end"]
        np.fill_diagonal(cost, 0)
        np.fill_diagonal(took, 0)
        distances.append(np.minimum(cost, FAR))
        durations.append(np.minimum(took, FAR))
        home_by.append(best)
        sites = [depot_of[d] for d in range(n, n + s) if c["windows"][d]] if c["hands_in"] else []
        early, late = window(c, c["start"])
        types.append(
            pyvrp.VehicleType(
                min(c["count"], n), c["capacity"], depot_of[c["start"]], depot_of[end], fixed_cost=c["fixed"], profile=k, reload_depots=sites,
                **({"tw_early": early, "tw_late": late} if i["timed"] else {}),
            )
        )
    clients = []
    for stop in range(n):
        opens = [window(c, stop) for c in classes if c["windows"][stop]]
        early, late = (min(o[0] for o in opens), max(o[1] for o in opens)) if i["timed"] else (0, np.iinfo(np.int64).max)
        clients.append(pyvrp.Client(stop, pickup=i["demand"][stop], service_duration=i["service"][stop] if i["timed"] else 0, tw_early=early, tw_late=late))
    data = pyvrp.ProblemData(locations, clients, depots, types, distances, durations)
    found = pyvrp.solve(data, CpuTime(seconds), seed=seed, collect_stats=False, display=False)
    if not found.is_feasible():
        return {"tours": None}
    at = {index: location for location, index in depot_of.items()}
    tours = []
    for route in found.best.routes():
        k, nodes = route.vehicle_type(), []
        for activity in route:
            nodes.append(at[activity.idx] if str(activity).startswith("D") else activity.idx)
        c = classes[k]
        if c["hands_in"]:
            # The end depot stands for a site and then home.
            nodes = nodes[:-1] + ([home_by[k][nodes[-2]]] if nodes[-2] < n else []) + [c["end"]]
        tours.append({"class": k, "nodes": nodes})
    return {"tours": tours}


def ortools_one(i, seconds, _seed):
    """Guided local search, as its documentation advises; it has no seed."""
    if i["sites"] or len(i["classes"]) > 1 or i["turned_round"]:
        return None
    c, n = i["classes"][0], i["stops"]
    count = min(c["count"], n)
    manager = pywrapcp.RoutingIndexManager(n + 1, count, n)
    model = pywrapcp.RoutingModel(manager)
    cost = model.RegisterTransitMatrix(c["cost"])
    model.SetArcCostEvaluatorOfAllVehicles(cost)
    loads = [d[0] for d in i["demand"]] + [0]
    load = model.RegisterUnaryTransitVector(loads)
    model.AddDimension(load, 0, c["capacity"][0], True, "load")
    if i["timed"]:
        service = i["service"] + [0]
        took = [[t + service[a] for t in row] for a, row in enumerate(c["time"])]
        horizon = c["windows"][n][-1][1]
        model.AddDimension(model.RegisterTransitMatrix(took), horizon, horizon, False, "time")
        clock = model.GetDimensionOrDie("time")
        for stop in range(n):
            early, late = c["windows"][stop][0]
            clock.CumulVar(manager.NodeToIndex(stop)).SetRange(early, min(late, horizon))
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    model.AddSearchMonitor(model.solver().CustomLimit(CpuTime(seconds)))
    found = model.SolveWithParameters(search)
    if not found:
        return {"tours": None}
    tours = []
    for vehicle in range(count):
        at, nodes = model.Start(vehicle), [n]
        while not model.IsEnd(at):
            at = found.Value(model.NextVar(at))
            nodes.append(manager.IndexToNode(at))
        if len(nodes) > 2:
            tours.append({"class": 0, "nodes": nodes})
    return {"tours": tours}


def vroom_one(i, seconds, _seed):
    """At its deepest exploration; it has no seed and ends when it is done."""
    if i["sites"] or len(i["classes"]) > 1 or i["turned_round"]:
        return None
    import datetime

    c, n = i["classes"][0], i["stops"]
    problem = vroom.Input()
    problem.set_costs_matrix("car", np.asarray(c["cost"], dtype=np.uint32))
    problem.set_durations_matrix("car", np.asarray(c["time"] if i["timed"] else np.zeros_like(c["cost"]), dtype=np.uint32))
    horizon = c["windows"][n][-1][1] if i["timed"] else None
    for v in range(min(c["count"], n)):
        window = {"time_window": vroom.TimeWindow(0, horizon)} if i["timed"] else {}
        problem.add_vehicle(vroom.Vehicle(v, start=n, end=n, capacity=[c["capacity"][0]], profile="car", **window))
    for stop in range(n):
        window = {"time_windows": [vroom.TimeWindow(*c["windows"][stop][0])]} if i["timed"] else {}
        service = {"default_service": i["service"][stop]} if i["timed"] else {}
        problem.add_job(vroom.Job(stop, location=stop, pickup=[i["demand"][stop][0]], **service, **window))
    # Its limit is time on the clock and only roughly kept: where it comes to more or less CPU time, it is asked again.
    limit = seconds
    for _ in range(4):
        begun, clock = time.process_time(), time.monotonic()
        found = problem.solve(exploration_level=5, nb_threads=1, timeout=datetime.timedelta(seconds=limit))
        took, ended_itself = time.process_time() - begun, time.monotonic() - clock < 0.9 * limit
        if 0.9 <= took / seconds <= 1.1 or (took < seconds and ended_itself):
            break
        limit *= seconds / took
    steps = found.routes
    tours = []
    for _, route in steps.groupby("vehicle_id"):
        nodes = [n] + [int(x) for x in route[route["type"] == "job"]["id"]] + [n]
        if len(nodes) > 2:
            tours.append({"class": 0, "nodes": nodes})
    return {"tours": tours, "seconds": took}


PLANNERS = {
    f"PyVRP {version('pyvrp')}": pyvrp_all,
    f"OR-tools {version('ortools')}": ortools_one,
    f"VROOM (pyvroom {version('pyvroom')})": vroom_one,
}


def main(folder, seconds, seeds, *names):
    for file in sorted(Path(folder).glob("*.instance.json")):
        instance = json.loads(file.read_text())
        if names and instance["name"] not in names:
            continue
        for planner, solve in PLANNERS.items():
            # Who has no seed would answer the same again.
            for seed in range(1, int(seeds) + 1 if solve is pyvrp_all else 2):
                begun = time.process_time()
                answer = solve(instance, float(seconds), seed)
                if answer is None:
                    continue
                took = answer.get("seconds", time.process_time() - begun)
                answer |= {"planner": planner, "instance": instance["name"], "seed": seed, "seconds": took}
                Path(folder, f"{instance['name']}.{planner.split()[0]}.{seed}.answer.json").write_text(json.dumps(answer))
                print(f"{planner} {instance['name']} {seed}: {took:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
