//! The concurrency controller against simulated databases.

use brisk_cache::concurrency::{Controller, Sample};
use std::time::{Duration, Instant};

/// A database on which statements share `cores`; beyond that, each also loses `friction` of its
/// speed per excess statement.
struct Database {
    cores: f64,
    friction: f64,
}

impl Database {
    /// How fast each of `running` progresses.
    fn speed(&self, running: usize) -> f64 {
        let running = running as f64;
        let shared = (self.cores / running).min(1.0);
        shared / (1.0 + self.friction * (running - self.cores).max(0.0))
    }
}

/// Sizes of statements, repeated in turn, each known by its kind or not.
struct Load {
    sizes: Vec<f64>,
    is_known: bool,
}

/// Runs `count` statements while more wait; gives the mean limit of the second half, and the longest
/// statement.
fn run(database: &Database, load: &Load, most: usize, count: usize) -> (f64, f64) {
    let (mut controller, begun) = (Controller::new(most), Instant::now());
    let (mut at, mut longest) = (0.0, 0.0_f64);
    // What is left of each that runs, when it began, and its kind.
    let mut running: Vec<(f64, f64, usize)> = Vec::new();
    let mut usual: Vec<Option<f64>> = vec![None; load.sizes.len()];
    let (mut limits, mut seed, mut started) = (Vec::new(), 7_u64, 0);
    let instant = |at: f64| begun + Duration::from_secs_f64(at);
    controller.set_full(true, begun);
    for done in 0..count {
        while running.len() < controller.limit() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let kind = match load.is_known {
                true => (seed >> 33) as usize % load.sizes.len(),
                false => started % load.sizes.len(),
            };
            started += 1;
            running.push((load.sizes[kind], at, kind));
        }
        let speed = database.speed(running.len());
        let of_left = |a: &(f64, f64, usize), b: &(f64, f64, usize)| a.0.total_cmp(&b.0);
        let (next, _) = running.iter().enumerate().min_by(|(_, a), (_, b)| of_left(a, b)).unwrap();
        let (left, began, kind) = running[next];
        at += left / speed;
        running.iter_mut().for_each(|one| one.0 -= left);
        let count_running = running.len();
        running.remove(next);
        let took = at - began;
        longest = longest.max(took);
        let known = load.is_known.then(|| usual[kind]).flatten();
        let sample = Sample {
            took: Duration::from_secs_f64(took),
            usual: known.map(Duration::from_secs_f64),
            is_overload: false,
        };
        controller.ended(sample, count_running, instant(at));
        usual[kind] = Some(usual[kind].map_or(took, |usual| usual * 0.9 + took * 0.1));
        if done >= count / 2 {
            limits.push(controller.limit() as f64);
        }
    }
    (limits.iter().sum::<f64>() / limits.len() as f64, longest)
}

fn equal() -> Load {
    Load { sizes: vec![0.09, 0.1, 0.11], is_known: true }
}

fn mixed() -> Load {
    Load { sizes: vec![0.02, 0.05, 0.1, 0.3, 1.0], is_known: true }
}

#[test]
fn a_database_with_room_gets_as_many_as_it_has_cores() {
    for load in [equal(), mixed()] {
        let (limit, _) = run(&Database { cores: 16.0, friction: 0.0 }, &load, 16, 4_000);
        assert!((8.0..=16.0).contains(&limit), "{limit}");
    }
}

#[test]
fn a_small_database_gets_few() {
    for (cores, at_most) in [(1.0, 2.0), (2.0, 3.2), (4.0, 6.0)] {
        for friction in [0.0, 0.1, 0.5] {
            for load in [equal(), mixed()] {
                let (limit, _) = run(&Database { cores, friction }, &load, 16, 4_000);
                let least = cores * 0.6;
                assert!((least..=at_most).contains(&limit), "{cores} {friction}: {limit}");
            }
        }
    }
}

#[test]
fn the_first_page_on_a_small_database_never_runs_many_at_a_time() {
    // Twenty statements that were never run before, 29 s one by one.
    let load = Load { sizes: vec![0.5, 1.0, 1.45, 2.0, 2.3], is_known: false };
    let (_, longest) = run(&Database { cores: 2.0, friction: 0.3 }, &load, 8, 20);
    assert!(longest < 10.0, "{longest} s");
}

#[test]
fn a_statement_that_meets_its_time_limit_beside_others_halves_the_limit_at_once() {
    let (mut controller, now) = (Controller::new(8), Instant::now());
    let sample = |is_overload| Sample { took: Duration::from_secs(1), usual: None, is_overload };
    assert_eq!(controller.limit(), 2);
    controller.ended(sample(true), 1, now);
    assert_eq!(controller.limit(), 2, "alone, it is the statement's own fault");
    controller.ended(sample(true), 2, now);
    assert_eq!(controller.limit(), 1);
}

#[test]
fn without_waiting_loads_nothing_changes() {
    let (mut controller, now) = (Controller::new(8), Instant::now());
    for _ in 0..1_000 {
        let sample = Sample { took: Duration::ZERO, usual: None, is_overload: false };
        controller.ended(sample, 1, now);
    }
    assert_eq!(controller.limit(), 2);
}
