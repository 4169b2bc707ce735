//! Instances and answers as files, so that planners in other languages solve the very same numbers.

use std::path::Path;

use serde_json::{Value, json};
use strandline::routing::{Class, Matrix, Problem, Tour, Windows};

/// An instance.
pub struct Instance {
    pub name: String,
    /// The best cost anybody has found, as it is counted here.
    pub best: Option<f64>,
    /// Where it was turned round in time, the file it is from: another planner reads it there, as it was meant.
    pub turned_round: Option<String>,
    pub problem: Problem,
}

/// What a planner has found.
pub struct Answer {
    pub planner: String,
    pub instance: String,
    pub seed: u64,
    /// CPU time.
    pub seconds: f64,
    /// Nothing, when nothing was found.
    pub tours: Option<Vec<Tour>>,
}

fn rows(matrix: &Matrix) -> Vec<&[i32]> {
    (0..matrix.size() as u32).map(|i| matrix.row(i)).collect()
}

fn numbers(value: &Value) -> Vec<i32> {
    value.as_array().map(|a| a.iter().map(|n| n.as_i64().unwrap_or(0) as i32).collect()).unwrap_or_default()
}

fn load(value: &Value) -> [i32; 3] {
    numbers(value).try_into().expect("three amounts")
}

fn matrix(value: &Value) -> Matrix {
    let rows: Vec<Vec<i32>> = value.as_array().expect("rows").iter().map(numbers).collect();
    Matrix::new(rows.len(), rows.concat())
}

fn class(value: &Value) -> Class {
    let windows =
        |w: &Value| Windows::new(w.as_array().expect("windows").iter().map(|w| (numbers(w)[0], numbers(w)[1])).collect());
    let number = |key: &str| value[key].as_i64().expect(key);
    Class {
        start: number("start") as u32,
        end: number("end") as u32,
        count: number("count") as u32,
        capacity: load(&value["capacity"]),
        fixed: number("fixed"),
        least: [0; 3],
        cost: matrix(&value["cost"]),
        time: matrix(&value["time"]),
        windows: value["windows"].as_array().expect("windows").iter().map(windows).collect(),
        hands_in: value["hands_in"].as_bool().expect("hands_in"),
    }
}

impl Instance {
    pub fn write(&self, folder: &Path) {
        let p = &self.problem;
        let classes: Vec<Value> = p.classes.iter().map(|c| {
            json!({"start": c.start, "end": c.end, "count": c.count, "capacity": c.capacity, "fixed": c.fixed, "hands_in": c.hands_in,
                "cost": rows(&c.cost), "time": rows(&c.time), "windows": c.windows.iter().map(|w| w.iter().collect::<Vec<_>>()).collect::<Vec<_>>()})
        }).collect();
        let all = json!({"name": self.name, "best": self.best, "turned_round": self.turned_round, "stops": p.stops, "sites": p.sites,
            "demand": p.demand, "service": p.service, "penalty": p.penalty, "hand_in_by": p.hand_in_by, "kinds": p.kinds, "classes": classes,
            "timed": p.is_timed()});
        std::fs::write(folder.join(format!("{}.instance.json", self.name)), all.to_string()).expect("the instance");
    }

    pub fn read(file: &Path) -> Self {
        let all: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("an instance")).expect("JSON");
        let count = |key: &str| all[key].as_u64().expect(key) as usize;
        let problem = Problem {
            stops: count("stops"),
            sites: count("sites"),
            demand: all["demand"].as_array().expect("demand").iter().map(load).collect(),
            service: numbers(&all["service"]),
            penalty: all["penalty"].as_array().expect("penalty").iter().filter_map(Value::as_i64).collect(),
            hand_in_by: numbers(&all["hand_in_by"]),
            kinds: numbers(&all["kinds"]).into_iter().map(|k| k as u8).collect(),
            classes: all["classes"].as_array().expect("classes").iter().map(class).collect(),
        };
        Self {
            name: all["name"].as_str().expect("name").into(),
            best: all["best"].as_f64(),
            turned_round: all["turned_round"].as_str().map(Into::into),
            problem: problem.checked().expect("made to hang together"),
        }
    }
}

impl Answer {
    pub fn write(&self, folder: &Path) {
        let tours: Option<Vec<Value>> =
            self.tours.as_ref().map(|all| all.iter().map(|t| json!({"class": t.class, "nodes": t.nodes})).collect());
        let all = json!({"planner": self.planner, "instance": self.instance, "seed": self.seed, "seconds": self.seconds,
            "tours": tours});
        let name = format!("{}.{}.{}.answer.json", self.instance, self.planner, self.seed);
        std::fs::write(folder.join(name), all.to_string()).expect("the answer");
    }

    pub fn read(file: &Path) -> Self {
        let all: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("an answer")).expect("JSON");
        let tour = |t: &Value| Tour {
            class: t["class"].as_u64().expect("class") as usize,
            nodes: numbers(&t["nodes"]).into_iter().map(|n| n as u32).collect(),
        };
        Self {
            planner: all["planner"].as_str().expect("planner").into(),
            instance: all["instance"].as_str().expect("instance").into(),
            seed: all["seed"].as_u64().expect("seed"),
            seconds: all["seconds"].as_f64().expect("seconds"),
            tours: all["tours"].as_array().map(|a| a.iter().map(tour).collect()),
        }
    }
}
