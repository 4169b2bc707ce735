//! Strandline: a municipality, the people who love a beach and the crews who fetch the bags, looking after one coast.

pub mod act;
pub mod clock;
pub mod coast;
pub mod config;
pub mod demo;
pub mod domain;
pub mod error;
pub mod export;
pub mod http;
pub mod imaging;
pub mod import;
pub mod live;
pub mod photos;
pub mod picture;
pub mod planner;
pub mod roads;
pub mod routing;
pub mod startup;
pub mod store;
pub mod telemetry;
