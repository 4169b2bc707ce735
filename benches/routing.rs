//! Our planner on instances with a known best: `cargo bench --bench routing -- FOLDER [SECONDS] [SEEDS] [NAME …]`.
//! Time is the process's own CPU time; every answer is checked and its cost worked out anew.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ProcessTime;
use strandline::routing::{Settings, check, solve, vrplib};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some(folder) = arguments.first() else { return println!("usage: routing FOLDER [SECONDS] [SEEDS] [NAME …]") };
    let seconds: f64 = arguments.get(1).and_then(|s| s.parse().ok()).unwrap_or(10.0);
    let seeds: u64 = arguments.get(2).and_then(|s| s.parse().ok()).unwrap_or(1);
    println!("| instance | seed | cost | best known | gap % | iterations | left | broken |\n|---|---|---|---|---|---|---|---|");
    for file in instances(Path::new(folder)) {
        if arguments.len() > 3 && !arguments[3..].iter().any(|n| file.file_stem().is_some_and(|s| s == n.as_str())) {
            continue;
        }
        (1..=seeds).for_each(|seed| one(&file, seconds, seed));
    }
}

fn instances(folder: &Path) -> Vec<PathBuf> {
    let known = |p: &PathBuf| p.extension().is_some_and(|e| e == "vrp" || e == "txt");
    let mut found: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|f| f.path()).filter(known).collect();
    found.sort();
    found
}

fn one(file: &Path, seconds: f64, seed: u64) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let instance = match vrplib::read(&text, &file.file_stem().unwrap_or_default().to_string_lossy()) {
        Ok(instance) => instance,
        Err(why) => return println!("| {} | {why} |", file.display()),
    };
    let best = std::fs::read_to_string(file.with_extension("sol")).ok().and_then(|s| vrplib::stated_cost(&s));
    let limit = Duration::from_secs_f64(seconds);
    let begun = ProcessTime::now();
    let env = |name: &str, or: f64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(or);
    let d = Settings::of(&instance.problem, seed);
    let settings = Settings {
        removed: env("REMOVED", d.removed),
        longest: env("LONGEST", d.longest),
        hot: env("HOT", d.hot),
        cold: env("COLD", d.cold),
        neighbours: std::env::var("NEAR").ok().map_or(d.neighbours, |v| v.parse().ok().filter(|n| *n > 0)),
        ..d
    };
    let outcome = solve(&instance.problem, &settings, &mut |_, _| begun.elapsed().as_secs_f64() / limit.as_secs_f64());
    let cost = instance.problem.cost(&outcome.tours);
    let broken = check::check(&instance.problem, &outcome.tours).len();
    let stated = best.map(|b| if b < 0.5 * cost as f64 { b * instance.scale as f64 } else { b });
    let gap = stated.map_or(String::new(), |b| format!("{:.2}", (cost as f64 / b - 1.0) * 100.0));
    let known = stated.map_or(String::new(), |b| format!("{b}"));
    println!(
        "| {} | {seed} | {cost} | {known} | {gap} | {} | {} | {broken} |",
        instance.name,
        outcome.iterations,
        outcome.left.len()
    );
}
