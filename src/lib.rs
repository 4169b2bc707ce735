//! Strandline: a municipality, the people who love a beach and the crews who fetch the bags, looking after one coast.

pub mod clock;
pub mod coast;
pub mod domain;
pub mod error;
pub mod store;
