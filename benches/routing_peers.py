"""PyVRP (`pip install pyvrp`) on the instances of `benches/routing.rs`, under the same limit of CPU time: FOLDER SECONDS SEEDS [NAME …].

Every answer is costed anew from the coordinates, by the rules of the set (rounded; or, with windows, tenths cut off).
"""

import math
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pyvrp
import vrplib


class CpuTime:
    """Ends when the process has used so many seconds of CPU time."""

    def __init__(self, seconds: float):
        self.end = time.process_time() + seconds

    def __call__(self, _best_cost: float) -> bool:
        return time.process_time() >= self.end


def nodes(route: pyvrp.Route) -> list[int]:
    """The way of a vehicle as node numbers: the depot, wherever it is passed, and clients from 1 on."""
    return [0 if str(activity).startswith("D") else activity.idx + 1 for activity in route]


def cost(instance: dict, tours: list[list[int]], timed: bool) -> int:
    at = instance["node_coord"]

    def way(a: int, b: int) -> int:
        far = math.dist(at[a], at[b])
        return int(far * 10) if timed else math.floor(far + 0.5)

    return sum(way(a, b) for tour in tours for a, b in zip(tour, tour[1:]))


def main(folder: str, seconds: str, seeds: str, *names: str) -> None:
    for file in sorted(Path(folder).glob("*.vrp")):
        if names and file.stem not in names:
            continue
        instance = vrplib.read_instance(file, compute_edge_weights=False)
        timed = "time_window" in instance
        data = pyvrp.read(file, round_func="dimacs" if timed else "round")
        for seed in range(1, int(seeds) + 1):
            found = pyvrp.solve(data, CpuTime(float(seconds)), seed=seed, collect_stats=False, display=False)
            whole = found.is_feasible() and sum(len(route) for route in found.best.routes()) > 0
            total = cost(instance, [nodes(route) for route in found.best.routes()], timed) if whole else "-"
            print(f"| PyVRP {version('pyvrp')} | {file.stem} | {seed} | {total} | {found.num_iterations} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
