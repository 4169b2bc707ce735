//! Pickup routes: which vehicle fetches which piles, in which order, by road and by sea.
//!
//! [`Problem`] is the task as numbers, [`solve`] searches for routes, and [`check`] proves, on its own, that they keep
//! every condition.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "nodes are counted in 32 bits, for a matrix of more would fit no memory; shares of times stay within theirs"
)]

pub mod check;
pub mod day;
mod insert;
mod itinerary;
mod join;
mod left;
mod matrix;
mod near;
mod problem;
mod recreate;
mod route;
pub mod sea;
mod settings;
mod sisr;
pub mod travel;
pub mod vrplib;
mod windows;

pub use matrix::{Matrix, UNREACHABLE};
pub use problem::{Class, LARGEST, Load, Problem, ProblemError, Tour};
pub use settings::Settings;
pub use sisr::{Budget, Outcome, solve};
pub use windows::{NEVER, Windows};

#[cfg(test)]
mod audit;
#[cfg(test)]
mod tests;
