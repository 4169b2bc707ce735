//! Rules and state machines: no IO, no clock of their own, no SQL, no HTTP.

pub mod area;
pub mod change;
pub mod claim;
pub mod closure;
pub mod hazard;
pub mod hotspot;
pub mod permission;
pub mod person;
pub mod place;
pub mod rules;
pub mod share;
pub mod text;
pub mod words;
pub mod zone;
