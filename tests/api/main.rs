//! The service through its public door, on SQLite and on PostgreSQL.

#[macro_use]
mod helpers;
mod bad_input;
mod claims;
mod coast;
mod events;
mod hotspots;
mod people;
mod permissions;
mod photos;
mod rules;
mod zones;
