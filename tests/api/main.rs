//! The service through its public door, on SQLite and on PostgreSQL.

#![allow(clippy::cast_possible_truncation, clippy::needless_pass_by_value)] // small pictures, small values

#[macro_use]
mod helpers;
mod bad_input;
mod claims;
mod coast;
mod events;
mod front;
mod hotspots;
mod invariants;
mod people;
mod permissions;
mod photos;
mod resend;
mod rules;
mod zones;
