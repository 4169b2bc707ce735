//! A route as a file that other programs read: GPX 1.1, iCalendar (RFC 5545), CSV (RFC 4180).

use std::io::BufWriter;

use chrono_tz::Tz;
use geo::{LineString, Point};
use gpx::{Gpx, GpxVersion, Route, Track, TrackSegment, Waypoint};
use icalendar::{Calendar, Component, Event, EventLike};

use crate::domain::pickup::{PickupRoute, RouteStop, StopKind};
use crate::error::{Error, Result};

fn title(route: &PickupRoute) -> String {
    format!("{} {}", route.vehicle_name, route.day)
}

/// Bags of a stop in a few signs: full, half, sacks.
fn bags(stop: &RouteStop) -> String {
    let b = stop.bags;
    [(b.full, ""), (b.half, "½"), (b.sacks, "m³")]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| if what.is_empty() { n.to_string() } else { format!("{n}×{what}") })
        .collect::<Vec<_>>()
        .join(" + ")
}

/// Waypoints with names, the route from one to the next for devices that lead there, and the way as a track.
///
/// # Errors
/// `internal`, never for the routes there are.
pub fn gpx(route: &PickupRoute) -> Result<String> {
    let waypoint = |(i, stop): (usize, &RouteStop)| {
        let mut w = Waypoint::new(Point::new(stop.at.lon, stop.at.lat));
        w.name = Some(format!("{} {}", i + 1, stop.name));
        w.comment = Some(match stop.kind {
            StopKind::Pile => format!("{} ({:.0} kg)", bags(stop), stop.estimated_kg),
            StopKind::Site => stop.kind.text().to_owned(),
        });
        w.description.clone_from(&stop.note);
        w
    };
    let lines = route.stops.iter().map(|s| &s.way).chain([&route.way_home]);
    let mut track = Track { name: Some(title(route)), ..Track::new() };
    for line in lines.filter(|l| !l.is_empty()) {
        let mut segment = TrackSegment::new();
        segment.points =
            LineString::from(line.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>()).points().map(Waypoint::new).collect();
        track.segments.push(segment);
    }
    let waypoints: Vec<Waypoint> = route.stops.iter().enumerate().map(waypoint).collect();
    let file = Gpx {
        version: GpxVersion::Gpx11,
        creator: Some("Strandline".into()),
        routes: vec![Route { name: Some(title(route)), points: waypoints.clone(), ..Route::new() }],
        waypoints,
        tracks: vec![track],
        ..Gpx::default()
    };
    let mut text = BufWriter::new(vec![]);
    gpx::write(&file, &mut text).map_err(Error::internal)?;
    String::from_utf8(text.into_inner().map_err(Error::internal)?).map_err(Error::internal)
}

/// One line a stop, with local times.
///
/// # Errors
/// `internal`, never for the routes there are.
pub fn csv(route: &PickupRoute, zone: Tz) -> Result<String> {
    let mut out = csv::Writer::from_writer(vec![]);
    let head =
        ["stop", "kind", "name", "lon", "lat", "arrives", "leaves", "metres", "full", "half", "sacks", "estimated_kg", "note"];
    out.write_record(head).map_err(Error::internal)?;
    for (i, stop) in route.stops.iter().enumerate() {
        let local = |t: chrono::DateTime<chrono::Utc>| t.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string();
        let row = [
            (i + 1).to_string(),
            stop.kind.text().to_owned(),
            safe(&stop.name),
            stop.at.lon.to_string(),
            stop.at.lat.to_string(),
            local(stop.arrives),
            local(stop.leaves),
            format!("{:.0}", stop.metres),
            stop.bags.full.to_string(),
            stop.bags.half.to_string(),
            stop.bags.sacks.to_string(),
            format!("{:.1}", stop.estimated_kg),
            safe(stop.note.as_deref().unwrap_or_default()),
        ];
        out.write_record(row).map_err(Error::internal)?;
    }
    String::from_utf8(out.into_inner().map_err(Error::internal)?).map_err(Error::internal)
}

/// What people wrote is no formula of a spreadsheet.
#[must_use]
pub fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// One event for the route, with its stops.
#[must_use]
pub fn ics(route: &PickupRoute, url: &str) -> String {
    let stops = route.stops.iter().enumerate().map(|(i, s)| format!("{} {} {}", i + 1, s.name, bags(s)).trim().to_owned());
    let words: Vec<String> = stops.chain([url.to_owned()]).collect();
    let event = Event::new()
        .uid(&format!("{}@strandline", route.record.id))
        .summary(&title(route))
        .description(&words.join("\n"))
        .starts(route.leaves)
        .ends(route.returns)
        .timestamp(route.record.changed_at)
        .sequence(u32::try_from(route.record.version).unwrap_or(u32::MAX))
        .add_property("GEO", format!("{};{}", route.depot.lat, route.depot.lon))
        .url(url)
        .done();
    Calendar::new().name(&title(route)).push(event).done().to_string()
}
