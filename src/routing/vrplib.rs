//! Instances as researchers exchange them: VRPLIB (CVRPLIB, <https://vrp.galgos.inf.puc-rio.br>) and Solomon's text.

use super::matrix::Matrix;
use super::problem::{Class, LARGEST, Problem};
use super::windows::{NEVER, Windows};

/// An instance as a problem. Where it has release times it is turned round in time: what leaves the depot after `r` is
/// then handed in before `horizon - r`, and a tour is read backwards.
pub struct Instance {
    /// As it calls itself.
    pub name: String,
    /// Read as pickups.
    pub problem: Problem,
    /// Whether time was turned round.
    pub reversed: bool,
    /// What one unit of its stated cost is here.
    pub scale: i64,
}

/// Distances and times of instances with windows are kept to one decimal, truncated (DIMACS challenge 2021).
const TENTHS: f64 = 10.0;
/// So high that no stop is left while it fits.
const MUST: i64 = 10_000_000;

#[derive(Default)]
struct Read {
    name: String,
    kind: String,
    vehicles: Option<u32>,
    capacity: i32,
    service: f64,
    at: Vec<(f64, f64)>,
    demand: Vec<i32>,
    windows: Vec<(f64, f64)>,
    work: Vec<f64>,
    release: Vec<f64>,
    reloads: bool,
}

/// Reads an instance; `name` is what it is called where its text does not say so.
///
/// # Errors
/// Names what is missing or cannot be read.
pub fn read(text: &str, name: &str) -> Result<Instance, String> {
    let read = if text.contains("NODE_COORD_SECTION") { vrplib(text)? } else { solomon(text, name) };
    if read.at.len() < 2 || read.demand.len() != read.at.len() {
        return Err("an instance has a depot and a stop at least, each with a demand".into());
    }
    Ok(instance(read))
}

fn vrplib(text: &str) -> Result<Read, String> {
    let mut read = Read::default();
    let mut section = String::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && *l != "EOF") {
        if let Some(name) = line.strip_suffix("_SECTION") {
            section = name.trim().to_string();
            continue;
        }
        if let Some((key, value)) = line.split_once(':') {
            let value = value.trim();
            let number = || value.parse::<f64>().map_err(|_| format!("{key}: {value} is not a number"));
            match key.trim() {
                "NAME" => read.name = value.into(),
                "TYPE" => read.kind = value.into(),
                "VEHICLES" => read.vehicles = Some(number()? as u32),
                "CAPACITY" => read.capacity = number()? as i32,
                "SERVICE_TIME" => read.service = number()?,
                _ => {}
            }
            continue;
        }
        let values: Vec<f64> =
            line.split_whitespace().map(|v| v.parse().map_err(|_| format!("{section}: {line}"))).collect::<Result<_, _>>()?;
        let value = |i: usize| values.get(i).copied().ok_or_else(|| format!("{section}: {line}"));
        match section.as_str() {
            "NODE_COORD" => read.at.push((value(1)?, value(2)?)),
            "DEMAND" => read.demand.push(value(1)? as i32),
            "TIME_WINDOW" => read.windows.push((value(1)?, value(2)?)),
            "SERVICE_TIME" => read.work.push(value(1)?),
            "RELEASE_TIME" => read.release.push(value(1)?),
            "VEHICLES_RELOAD_DEPOT" => read.reloads = true,
            _ => {}
        }
    }
    Ok(read)
}

/// Solomon's form: number, x, y, demand, ready, due, work; vehicles and capacity above, where they are given.
fn solomon(text: &str, name: &str) -> Read {
    let mut read = Read { kind: "VRPTW".into(), name: name.into(), ..Read::default() };
    for line in text.lines() {
        let values: Vec<f64> = line.split_whitespace().map_while(|v| v.parse().ok()).collect();
        match values[..] {
            [vehicles, capacity] => (read.vehicles, read.capacity) = (Some(vehicles as u32), capacity as i32),
            [_, x, y, demand, from, to, work] => {
                read.at.push((x, y));
                read.demand.push(demand as i32);
                read.windows.push((from, to));
                read.work.push(work);
            }
            _ => {}
        }
    }
    if read.capacity == 0 {
        // Without a head the set says it (Solomon 1987): classes 1 have small vehicles, classes 2 large ones.
        let name = &read.name;
        read.capacity = if name.starts_with("C2") {
            700
        } else if name.starts_with("R2") || name.starts_with("RC2") {
            1000
        } else {
            200
        };
    }
    read
}

fn instance(read: Read) -> Instance {
    let stops = read.at.len() - 1;
    let sites = usize::from(read.reloads);
    let timed = !read.windows.is_empty();
    let reversed = read.release.iter().any(|r| *r > 0.0);
    let scale = if timed { TENTHS } else { 1.0 };
    let time = |t: f64| (t * scale) as i32;
    // Stops first, then the depot as a site, then the depot.
    let place = |node: usize| if node < stops { read.at[node + 1] } else { read.at[0] };
    let nodes = stops + sites + 1;
    let far = |a: usize, b: usize| {
        let ((ax, ay), (bx, by)) = (place(a), place(b));
        let way = (ax - bx).hypot(ay - by);
        if timed { (way * scale) as i32 } else { way.round() as i32 }
    };
    let matrix = Matrix::by(nodes, far);
    let horizon = read.windows.first().map_or(LARGEST, |w| time(w.1));
    let work = |node: usize| if node < stops { time(read.work.get(node + 1).copied().unwrap_or(read.service)) } else { 0 };
    let window = |node: usize| {
        let Some((from, to)) = read.windows.get(if node < stops { node + 1 } else { 0 }).map(|w| (time(w.0), time(w.1))) else {
            return Windows::one(0, LARGEST);
        };
        // Turned round, work begins where it ended.
        if reversed && node < stops {
            Windows::one(horizon - to - work(node), horizon - from - work(node))
        } else {
            Windows::one(from, to)
        }
    };
    let due = |stop: usize| if reversed { horizon - time(read.release[stop + 1]) } else { NEVER };
    let class = Class {
        start: (nodes - 1) as u32,
        end: (nodes - 1) as u32,
        count: read.vehicles.unwrap_or(stops as u32),
        capacity: [read.capacity, 0, 0],
        fixed: 0,
        least: [0; 3],
        cost: matrix.clone(),
        time: matrix,
        windows: (0..nodes).map(window).collect(),
        hands_in: false,
    };
    let problem = Problem {
        stops,
        sites,
        demand: read.demand[1..].iter().map(|d| [*d, 0, 0]).collect(),
        service: (0..stops + sites).map(work).collect(),
        penalty: vec![MUST; stops],
        hand_in_by: (0..stops).map(due).collect(),
        kinds: vec![0; stops + sites],
        classes: vec![Class { hands_in: read.reloads, ..class }],
    };
    Instance { name: read.name, problem, reversed, scale: scale as i64 }
}

/// The cost that a solution file states.
#[must_use]
pub fn stated_cost(solution: &str) -> Option<f64> {
    solution.lines().find_map(|l| l.trim().strip_prefix("Cost")?.trim_start_matches(':').trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::{Settings, check::check, solve};

    /// Two stops of which one is released late, one vehicle, and trips of one stop each: all in tenths.
    const TRIPS: &str = "NAME: two\nTYPE: MTVRPTWR\nVEHICLES: 1\nCAPACITY: 10\nSERVICE_TIME: 5\nNODE_COORD_SECTION\n1 0 0\n2 3 4\n3 6 8\n\
        DEMAND_SECTION\n1 0\n2 10\n3 10\nTIME_WINDOW_SECTION\n1 0 100\n2 0 90\n3 0 60\nRELEASE_TIME_SECTION\n1 0\n2 50\n3 0\n\
        VEHICLES_RELOAD_DEPOT_SECTION\n1 1\nDEPOT_SECTION\n1\n-1\nEOF\n";

    #[test]
    fn an_instance_with_releases_is_turned_round_and_solved() {
        let instance = read(TRIPS, "").unwrap();
        assert_eq!(
            (instance.name.as_str(), instance.reversed, instance.problem.hand_in_by.as_slice()),
            ("two", true, [500, 1000].as_slice())
        );
        let found = solve(&instance.problem, &Settings::of(&instance.problem, 1), &mut |steps, _| steps as f64 / 1000.0);
        // Out and back to each: 2 × 5 and 2 × 10. Backwards the one that is released late comes first.
        assert_eq!((found.cost, found.left.len(), check(&instance.problem, &found.tours)), (300, 0, vec![]));
        assert_eq!(found.tours[0].nodes, [3, 0, 2, 1, 2, 3]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(read("NODE_COORD_SECTION\n1 0 zero\n", "").err().unwrap(), "NODE_COORD: 1 0 zero");
        assert!(read("", "").err().unwrap().starts_with("an instance has a depot"));
    }

    #[test]
    fn solomons_text_and_a_stated_cost_are_read() {
        let text = "R101\n\nVEHICLE\nNUMBER CAPACITY\n 25 200\n\n1 35 35 0 0 230 0\n2 41 49 10 161 171 10\n";
        let problem = read(text, "R101").unwrap().problem;
        assert_eq!((problem.classes[0].count, problem.classes[0].capacity[0], problem.work(0)), (25, 200, 100));
        assert_eq!(problem.classes[0].windows[0], Windows::one(1610, 1710));
        assert_eq!(stated_cost("Route #1: 1\nCost 36881.0\n"), Some(36881.0));
        assert_eq!(stated_cost("Route #1: 1\nCost: 15006\n"), Some(15006.0));
    }
}
