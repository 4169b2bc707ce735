//! Our planner and others on the same instances: `scripts/bench-routing` runs these one after another.
//!
//! - `routing make FOLDER [FROM]`: instances in FOLDER as JSON that every planner reads: pickup days on the real shore of Arendal, and those of
//!   FROM (VRPLIB and Solomon's text), if it is given.
//! - `routing solve FOLDER SECONDS SEEDS [NAME …]`: ours. Time is the process's own CPU time, on one thread.
//! - `routing judge FOLDER`: costs every answer in FOLDER anew, checks it, and prints a table.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, clippy::cast_possible_wrap)] // nodes and costs of instances

mod exchange;
mod pickup;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ProcessTime;
use exchange::{Answer, Instance};
use strandline::routing::{Problem, Settings, check, solve, vrplib};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["make", folder, from @ ..] => make(Path::new(folder), from.first().map(Path::new)),
        ["solve", folder, seconds, seeds, names @ ..] => {
            let (seconds, seeds) = (seconds.parse().expect("seconds"), seeds.parse().expect("seeds"));
            ours(Path::new(folder), seconds, seeds, names);
        }
        ["judge", folder] => judge(Path::new(folder)),
        _ => println!("usage: routing make FOLDER [FROM] | solve FOLDER SECONDS SEEDS [NAME …] | judge FOLDER"),
    }
}

fn files(folder: &Path, ending: &[&str]) -> Vec<PathBuf> {
    let wanted = |p: &PathBuf| ending.iter().any(|e| p.to_string_lossy().ends_with(e));
    let mut found: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|f| f.path()).filter(wanted).collect();
    found.sort();
    found
}

fn make(folder: &Path, from: Option<&Path>) {
    std::fs::create_dir_all(folder).expect("the folder");
    for instance in pickup::days() {
        instance.write(folder);
    }
    for file in from.map(|f| files(f, &[".vrp", ".txt"])).unwrap_or_default() {
        let text = std::fs::read_to_string(&file).expect("an instance");
        match vrplib::read(&text, &file.file_stem().unwrap_or_default().to_string_lossy()) {
            Ok(read) => {
                let stated = std::fs::read_to_string(file.with_extension("sol")).ok().and_then(|s| vrplib::stated_cost(&s));
                let file = read.reversed.then(|| file.display().to_string());
                let best = stated.map(|b| in_tenths(b, read.scale, &read.problem));
                Instance { name: read.name, best, turned_round: file, problem: read.problem }.write(folder);
            }
            Err(why) => eprintln!("{}: {why}", file.display()),
        }
    }
}

/// Some files state whole units, some the tenths that are counted in: a first search tells which.
fn in_tenths(stated: f64, scale: i64, problem: &Problem) -> f64 {
    let found = solve(problem, &Settings::of(problem, 1), &mut |steps, _| steps as f64 / 64.0);
    if scale > 1 && stated * scale as f64 <= found.cost as f64 { stated * scale as f64 } else { stated }
}

fn instances(folder: &Path, names: &[&str]) -> Vec<Instance> {
    let all = files(folder, &[".instance.json"]).into_iter().map(|f| Instance::read(&f));
    all.filter(|i| names.is_empty() || names.contains(&i.name.as_str())).collect()
}

fn ours(folder: &Path, seconds: f64, seeds: u64, names: &[&str]) {
    let limit = Duration::from_secs_f64(seconds);
    for instance in instances(folder, names) {
        for seed in 1..=seeds {
            let begun = ProcessTime::now();
            let settings = Settings::of(&instance.problem, seed);
            let share = |_: u64, _: i64| begun.elapsed().as_secs_f64() / limit.as_secs_f64();
            let found = solve(&instance.problem, &settings, &mut { share });
            let took = begun.elapsed().as_secs_f64();
            let cost = instance.problem.cost(&found.tours);
            eprintln!(
                "Strandline {} {seed}: {cost} in {} steps, {took:.1} s, {} left",
                instance.name,
                found.iterations,
                found.left.len()
            );
            Answer {
                planner: "Strandline".into(),
                instance: instance.name.clone(),
                seed,
                seconds: took,
                tours: Some(found.tours),
            }
            .write(folder);
        }
    }
}

/// The mean of the gaps of a planner over its seeds, in percent; what is not an answer is said in words.
fn gap(instance: &Instance, answers: &[&Answer], best: f64) -> String {
    let mut gaps = vec![];
    for answer in answers {
        let Some(tours) = &answer.tours else { return "none found".into() };
        let broken = check::check(&instance.problem, tours).len();
        let fetched = tours.iter().flat_map(|t| &t.nodes).filter(|n| instance.problem.is_stop(**n)).count();
        match (broken, instance.problem.stops - fetched) {
            (0, 0) => gaps.push((instance.problem.cost(tours) as f64 / best - 1.0) * 100.0),
            (0, missed) => return format!("{missed} missed"),
            (broken, _) => return format!("{broken} broken"),
        }
    }
    if gaps.is_empty() { "–".into() } else { format!("{:.2}", gaps.iter().sum::<f64>() / gaps.len() as f64) }
}

fn judge(folder: &Path) {
    let answers: Vec<Answer> = files(folder, &[".answer.json"]).into_iter().map(|f| Answer::read(&f)).collect();
    let mut planners: Vec<&str> = answers.iter().map(|a| a.planner.as_str()).collect();
    planners.sort_unstable();
    planners.dedup();
    let seconds = answers.iter().map(|a| a.seconds).fold(0.0, f64::max);
    println!("Gaps to the best known in percent, the mean over the seeds; the longest search took {seconds:.1} s of CPU time.\n");
    println!("| instance | stops | seeds | best known | {} |", planners.join(" | "));
    println!("| --- | --- | --- | --- |{}", " --- |".repeat(planners.len()));
    for instance in instances(folder, &[]) {
        let of = |planner: &str| -> Vec<&Answer> {
            answers.iter().filter(|a| a.planner == planner && a.instance == instance.name).collect()
        };
        let ours = of("Strandline");
        if ours.is_empty() {
            continue; // not asked for this time
        }
        // Nobody knows the best of our own days: then it is the best of this run.
        let cost = |a: &&Answer| {
            a.tours.as_ref().filter(|t| check::check(&instance.problem, t).is_empty()).map(|t| instance.problem.cost(t))
        };
        let whole = |a: &&Answer| {
            let nodes = a.tours.iter().flatten().flat_map(|t| &t.nodes);
            nodes.filter(|n| instance.problem.is_stop(**n)).count() == instance.problem.stops
        };
        let in_run = answers.iter().filter(|a| a.instance == instance.name).filter(whole).filter_map(|a| cost(&a)).min();
        let Some(best) = instance.best.or(in_run.map(|c| c as f64)) else { continue };
        let by: BTreeMap<&str, String> = planners.iter().map(|p| (*p, gap(&instance, &of(p), best))).collect();
        let known = if instance.best.is_some() { format!("{best}") } else { format!("{best} (of this run)") };
        let row: Vec<String> = planners.iter().map(|p| by[p].clone()).collect();
        println!("| {} | {} | {} | {known} | {} |", instance.name, instance.problem.stops, ours.len(), row.join(" | "));
    }
}
