use super::problem::Problem;

/// The paper's parameters.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Where chance begins.
    pub seed: u64,
    /// How many stops are taken out at a time, on average.
    pub removed: f64,
    /// The longest string.
    pub longest: f64,
    /// How often a string leaves stops standing in its middle.
    pub split: f64,
    /// How likely the part that is left standing ends with each stop.
    pub split_ends: f64,
    /// How often a place is passed over.
    pub blink: f64,
    /// Temperature at first, in the mean cost of a way between two nodes.
    pub hot: f64,
    /// At last.
    pub cold: f64,
    /// Whether a place is looked for beside neighbours only.
    pub beside: bool,
    /// How many small moves are tried after each large one.
    pub joins: usize,
}

impl Settings {
    /// The paper's, but for problems with windows: those need a hotter beginning, and the long routes of large ones are
    /// searched beside neighbours only (measured by `cargo bench --bench routing`).
    #[must_use]
    pub fn of(problem: &Problem, seed: u64) -> Self {
        let timed = problem.is_timed();
        Self {
            seed,
            removed: 10.0,
            longest: 10.0,
            split: 0.5,
            split_ends: 0.01,
            blink: 0.01,
            hot: if timed && problem.sites == 0 { 3.0 } else { 0.5 },
            cold: 0.01,
            beside: timed && problem.stops > 300,
            joins: if timed { 10 } else { 3 },
        }
    }
}
