//! How fast the coast index is, beside a plain copy of the same bytes and beside `rstar`, in one run.
//!
//!     cargo bench --bench coast -- FOLDER
//!
//! FOLDER holds `gshhs_f.dat` and `gshhsmeta_f.dat` (see `scripts/bench`, which fetches them).

use std::hint::black_box;
use std::time::{Duration, Instant};

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use strandline::coast::block::ShoreSegment;
use strandline::coast::bounds::Bounds;
use strandline::coast::cut::{Run, cut, runs};
use strandline::coast::earth::{Vertex, line_metres};
use strandline::coast::layer::around;
use strandline::coast::tree::Tree;
use strandline::domain::place::{LonLat, Window};
use strandline::domain::zone::Regime;
use uuid::Uuid;

/// As in the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many bytes of answers are copied, at most.
const COPIED: usize = 1 << 30;
/// How long each figure is measured.
const EACH: Duration = Duration::from_secs(2);

fn main() {
    let Some(folder) = std::env::args().skip(1).find(|a| !a.starts_with('-')) else {
        eprintln!("bench coast: name the folder with gshhs_f.dat (make bench does)");
        return;
    };
    let world = shore(&folder);
    let norway: Vec<Run> = world.iter().flat_map(|r| inside(r, [4.0, 57.5, 31.5, 71.5])).collect();
    let metres: f64 = norway.iter().map(|r| line_metres(&r.line)).sum();
    println!("| coast | segments | length m | cut s | build s | bytes a segment |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let norway = coast("Norway and around", &norway, metres / 1_000_000.0);
    let world = coast("the world", &world, 250.0);
    for (name, tree) in [("Norway and around", &norway), ("the world", &world)] {
        println!("\n{name}, one thread:\n");
        println!(
            "| query | answers in each | bytes in each | a second | a plain copy of the bytes, a second | ratio | rstar, ids only, a second |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        queries(tree);
        compress(tree);
    }
}

/// Level 1 polygons as runs of shore.
fn shore(folder: &str) -> Vec<Run> {
    let points = std::fs::read(format!("{folder}/gshhs_f.dat")).expect("gshhs_f.dat");
    let meta = std::fs::read_to_string(format!("{folder}/gshhsmeta_f.dat")).expect("gshhsmeta_f.dat");
    let degree = |b: &[u8]| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    meta.lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>())
        .filter(|f| f[0] == "1")
        .flat_map(|f| {
            let (offset, bytes): (usize, usize) = (f[5].parse().expect("offset"), f[6].parse().expect("bytes"));
            let ring: Vec<Vertex> =
                points[offset..offset + bytes].chunks_exact(8).map(|p| Vertex::of(degree(&p[..4]), degree(&p[4..]))).collect();
            runs(&ring, true, None)
        })
        .collect()
}

/// The stretches of a run inside a window.
fn inside(run: &Run, [west, south, east, north]: [f64; 4]) -> Vec<Run> {
    let there = |v: &Vertex| {
        let p = v.degrees();
        (west..=east).contains(&p.lon) && (south..=north).contains(&p.lat)
    };
    let parts = run.line.split(|v| !there(v)).filter(|line| line.len() > 1);
    parts.map(|line| Run { line: line.to_vec(), ring: false }).collect()
}

fn coast(name: &str, runs: &[Run], target: f64) -> Tree {
    let started = Instant::now();
    let segments: Vec<ShoreSegment> = runs
        .iter()
        .flat_map(|r| cut(r, &[], target))
        .map(|line| ShoreSegment { id: Uuid::now_v7(), line, regime: Regime::Shared, municipality: Some("4203".into()) })
        .collect();
    let cutting = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let tree = Tree::build(segments);
    let building = started.elapsed().as_secs_f64();
    let each = tree.bytes() / tree.len();
    println!("| {name} | {} | {target:.0} | {cutting:.1} | {building:.1} | {each} |", tree.len());
    tree
}

fn queries(tree: &Tree) {
    let mut boxes = vec![];
    let mut places = vec![];
    tree.each_within(Window::WORLD, |e| {
        boxes.push(Bounds::around(e.block.line(e.i)));
        if boxes.len() % 997 == 0 {
            places.push(e.block.line(e.i)[0].degrees());
        }
    });
    let corners = |b: &Bounds| Rectangle::from_corners([b.west, b.south], [b.east, b.north]);
    let oracle = RTree::bulk_load(boxes.iter().enumerate().map(|(i, b)| GeomWithData::new(corners(b), i)).collect());
    for km in [2.0, 10.0, 50.0] {
        let windows: Vec<Window> = places.iter().map(|p| around(*p, km * 500.0)).collect();
        let mut out = Vec::new();
        let (mut found, mut bytes, mut times) = (0, 0, 0);
        let ours = measure(&windows, |w| {
            out.clear();
            let (runs, n) = tree.runs_within(*w, usize::MAX - 1);
            // As HTTP copies them into the socket's buffer.
            for piece in &tree.collection(&runs) {
                out.extend_from_slice(piece);
            }
            found += n;
            bytes += out.len();
            times += 1;
            black_box(&out);
        });
        // The same answers, as far as they have room: a few that stay in the processor's cache would be another task.
        let mut room = COPIED;
        let answers = windows.iter().map(|w| tree.collection(&tree.runs_within(*w, usize::MAX - 1).0).concat());
        let copies: Vec<Vec<u8>> =
            answers.take_while(|a| room.checked_sub(a.len()).inspect(|left| room = *left).is_some()).collect();
        let mut out = Vec::new();
        let copy = measure(&copies, |answer| {
            out.clear();
            out.extend_from_slice(answer);
            black_box(&out);
        });
        let theirs = measure(&windows, |w| {
            for b in Bounds::of(*w) {
                let envelope = AABB::from_corners([b.west, b.south], [b.east, b.north]);
                black_box(oracle.locate_in_envelope_intersecting(envelope).map(|e| e.data).collect::<Vec<_>>());
            }
        });
        println!(
            "| {km:.0} km | {} | {} | {ours:.0} | {copy:.0} | {:.1} | {theirs:.0} |",
            found / times,
            bytes / times,
            copy / ours
        );
    }
    let away: Vec<LonLat> = places.iter().map(|p| LonLat { lat: (p.lat + 0.01).min(90.0), ..*p }).collect();
    let nearest = measure(&away, |p| drop(black_box(tree.nearest(*p, 1, f64::INFINITY))));
    println!("| nearest, about 1 km away | 1 | | {nearest:.0} | | | |");
}

/// What it takes to have everything compressed, which a service does piece by piece when somebody first asks for it.
fn compress(tree: &Tree) {
    let (runs, _) = tree.runs_within(Window::WORLD, usize::MAX - 1);
    let started = Instant::now();
    let bytes: usize = tree.packed_collection(&runs).iter().map(bytes::Bytes::len).sum();
    let plain: usize = tree.collection(&runs).iter().map(bytes::Bytes::len).sum();
    println!(
        "\nCompressed once: {:.1} s for all, {:.0} % of the bytes; then {} bytes a segment are held.",
        started.elapsed().as_secs_f64(),
        100.0 * bytes as f64 / plain as f64,
        tree.bytes() / tree.len()
    );
}

/// Rounds a second of `act` over the inputs, one after another.
fn measure<T>(inputs: &[T], mut act: impl FnMut(&T)) -> f64 {
    inputs.iter().take(100).for_each(&mut act); // warm
    let (started, mut count) = (Instant::now(), 0_u32);
    for input in inputs.iter().cycle() {
        act(input);
        count += 1;
        if count.is_multiple_of(16) && started.elapsed() > EACH {
            break;
        }
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}
