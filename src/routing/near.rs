use super::problem::Problem;

/// How long waiting counts beside the way, when two stops are compared for being neighbours on a tour (Vidal et al.
/// 2013, doi 10.1016/j.cor.2012.07.018; lateness counts fully).
const WAITING: f64 = 0.2;

/// For each stop the others by how well they go together with it on a tour, best first, at most `most`.
#[must_use]
pub fn neighbours(problem: &Problem, most: usize, timed: bool) -> Vec<Vec<u32>> {
    problem.all_stops().map(|stop| nearest(problem, stop, most, |other| fit(problem, stop, other, timed))).collect()
}

/// For each stop itself and the others by what the way there costs, at most `most`.
#[must_use]
pub fn adjacent(problem: &Problem, most: usize) -> Vec<Vec<u32>> {
    let Some(class) = problem.classes.first() else { return vec![vec![]; problem.stops] };
    let one = |stop: u32| {
        let mut near = vec![stop];
        near.extend(nearest(problem, stop, most, |other| f64::from(class.cost.get(stop, other))));
        near
    };
    problem.all_stops().map(one).collect()
}

fn nearest(problem: &Problem, stop: u32, most: usize, far: impl Fn(u32) -> f64) -> Vec<u32> {
    let mut others: Vec<(f64, u32)> = problem.all_stops().filter(|o| *o != stop).map(|o| (far(o), o)).collect();
    let by = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if others.len() > most {
        others.select_nth_unstable_by(most, by);
        others.truncate(most);
    }
    others.sort_unstable_by(by);
    others.into_iter().map(|(_, o)| o).collect()
}

fn fit(problem: &Problem, a: u32, b: u32, timed: bool) -> f64 {
    let Some(class) = problem.classes.first() else { return 0.0 };
    let one_way = |a: u32, b: u32| {
        let way = f64::from(class.cost.get(a, b));
        let (from, to) = (&class.windows[a as usize], &class.windows[b as usize]);
        let (Some(first), Some(last), Some(open), Some(close)) = (from.first(), from.last(), to.first(), to.last()) else {
            return way;
        };
        if !timed {
            return way;
        }
        let travel = problem.work(a).saturating_add(class.time.get(a, b));
        let waiting = open.saturating_sub(last.saturating_add(travel)).max(0);
        let lateness = first.saturating_add(travel).saturating_sub(close).max(0);
        way + WAITING * f64::from(waiting) + f64::from(lateness)
    };
    one_way(a, b).min(one_way(b, a))
}
