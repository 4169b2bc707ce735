//! The service through its public door, on SQLite and on PostgreSQL.

#![allow(clippy::cast_possible_truncation, clippy::needless_pass_by_value)] // small pictures, small values

#[macro_use]
mod helpers;
mod adoptions;
mod bad_input;
mod claims;
mod cleanups;
mod coast;
mod equipment;
mod events;
mod front;
mod hotspots;
mod invariants;
mod messages;
mod migrations;
mod numbers;
mod orders;
mod people;
mod permissions;
mod photos;
mod pickup;
mod planning;
mod publish;
mod resend;
mod roads;
mod rules;
mod sequences;
mod waste;
mod zones;
