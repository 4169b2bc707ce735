//! The coast in memory: R-tree layers that answer every map read. No SQL, no HTTP.

pub mod block;
pub mod bounds;
pub mod collection;
pub mod cut;
pub mod earth;
pub mod gzip;
pub mod index;
pub mod layer;
pub mod mvt;
pub mod nearest;
pub mod pieces;
pub mod polygon;
pub mod read;
pub mod reconcile;
pub mod tile;
pub mod tree;

#[cfg(test)]
mod tests;
