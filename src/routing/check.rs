//! Whether tours keep every condition, found by driving each of them from the depot on. It shares nothing with the
//! search but the problem.

use super::problem::{Problem, Tour};

/// A condition that a tour does not keep, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a tour by its index, `at` the index of a node in it")]
pub enum Broken {
    /// More tours of a class than it has vehicles.
    Fleet { class: usize },
    /// It does not begin or end at its depot, or passes one on the way.
    Depot { tour: usize },
    /// A site where the class does not hand in.
    Site { tour: usize, at: usize },
    /// A stop that another tour has too.
    Twice { tour: usize, at: usize },
    /// More on board than it holds, in this amount.
    Overload { tour: usize, at: usize, amount: usize },
    /// There is no way there.
    Unreachable { tour: usize, at: usize },
    /// Work cannot begin any more, or never could.
    Late { tour: usize, at: usize },
    /// Handed in after the moment that a stop asks for.
    HandedInLate { tour: usize, at: usize },
    /// A site that does not take everything that is on board.
    NotTaken { tour: usize, at: usize },
    /// It comes home with something on board.
    NotEmpty { tour: usize },
    /// It brings less than is worth the way.
    Thin { tour: usize },
}

/// All conditions that are broken; none, if the tours can be driven.
#[must_use]
pub fn check(problem: &Problem, tours: &[Tour]) -> Vec<Broken> {
    let mut broken = vec![];
    let mut visited = vec![false; problem.stops];
    let mut used = vec![0u32; problem.classes.len()];
    for (tour, way) in tours.iter().enumerate() {
        used[way.class] += 1;
        for (at, node) in way.nodes.iter().enumerate() {
            if problem.is_stop(*node) && std::mem::replace(&mut visited[*node as usize], true) {
                broken.push(Broken::Twice { tour, at });
            }
        }
        drive(problem, tour, way, &mut broken);
        thin(problem, tour, way, &mut broken);
    }
    for (class, used) in used.into_iter().enumerate() {
        if used > problem.classes[class].count {
            broken.push(Broken::Fleet { class });
        }
    }
    broken
}

fn drive(problem: &Problem, tour: usize, way: &Tour, broken: &mut Vec<Broken>) {
    let class = &problem.classes[way.class];
    let last = way.nodes.len().saturating_sub(1);
    if way.nodes.first() != Some(&class.start) || way.nodes.last() != Some(&class.end) || last == 0 {
        return broken.push(Broken::Depot { tour });
    }
    let mut clock = class.windows[class.start as usize].first().unwrap_or(i32::MAX / 2);
    let mut load = [0i64; 3];
    let (mut hand_in_by, mut kinds) = (i32::MAX, 0);
    for at in 1..=last {
        let (before, node) = (way.nodes[at - 1], way.nodes[at]);
        let travel = class.time.get(before, node);
        if travel >= super::matrix::UNREACHABLE {
            broken.push(Broken::Unreachable { tour, at });
        }
        let arrival = clock.saturating_add(travel);
        let Some(start) = class.windows[node as usize].iter().find(|w| arrival <= w.1).map(|w| arrival.max(w.0)) else {
            return broken.push(Broken::Late { tour, at });
        };
        clock = start + problem.work(node);
        if problem.is_stop(node) {
            for (amount, more) in problem.demand[node as usize].iter().enumerate() {
                load[amount] += i64::from(*more);
                if load[amount] > i64::from(class.capacity[amount]) {
                    broken.push(Broken::Overload { tour, at, amount });
                }
            }
            hand_in_by = hand_in_by.min(problem.hand_in_by[node as usize]);
            kinds |= problem.kinds[node as usize];
            continue;
        }
        if problem.is_site(node) && !class.hands_in {
            broken.push(Broken::Site { tour, at });
        }
        if !problem.is_site(node) && at != last {
            broken.push(Broken::Depot { tour });
        }
        if arrival > hand_in_by {
            broken.push(Broken::HandedInLate { tour, at });
        }
        if problem.is_site(node) {
            if kinds & !problem.kinds[node as usize] != 0 {
                broken.push(Broken::NotTaken { tour, at });
            }
            load = [0; 3];
            (hand_in_by, kinds) = (i32::MAX, 0);
        }
    }
    if class.hands_in && (kinds != 0 || load.iter().any(|l| *l > 0)) {
        broken.push(Broken::NotEmpty { tour });
    }
}

fn thin(problem: &Problem, tour: usize, way: &Tour, broken: &mut Vec<Broken>) {
    let least = problem.classes[way.class].least;
    let brought =
        |i: usize| way.nodes.iter().filter_map(|n| problem.demand.get(*n as usize)).map(|d| i64::from(d[i])).sum::<i64>();
    if least != [0; 3] && !(0..3).any(|i| least[i] > 0 && brought(i) >= i64::from(least[i])) {
        broken.push(Broken::Thin { tour });
    }
}
