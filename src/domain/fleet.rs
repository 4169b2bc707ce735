//! Trucks and boats that fetch bags, of an organisation.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::pile::{Access, Beside, Pile};
use super::place::LonLat;
use super::text::{clean_optional, clean_required};
use super::thing::{Document, Record, states};
use crate::error::{Error, Result};

states! {
    /// What a vehicle moves on.
    VehicleKind {
        /// It drives.
        Truck = "truck",
        /// It sails.
        Boat = "boat",
    }
}

states! {
    /// What not every vehicle can do.
    Skill {
        /// It lifts big sacks and bulky things.
        Crane = "crane",
        /// It may carry hazardous things.
        Hazardous = "hazardous",
    }
}

/// What fits at once: whichever is full first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Litres.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub litres: u32,
    /// Kilograms.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub kg: u32,
    /// Bags and sacks.
    #[schema(minimum = 1, maximum = 100_000)]
    pub bags: u32,
}

/// A break that the crew takes, wherever it is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// When, by the local clock.
    #[schema(value_type = String, example = "11:30:00")]
    pub at: NaiveTime,
    /// How long.
    #[schema(minimum = 1, maximum = 240)]
    pub minutes: u32,
}

/// What is said of a vehicle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VehicleFacts {
    /// What it is called.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// What it moves on.
    pub kind: VehicleKind,
    /// Where its day begins and ends.
    pub depot: LonLat,
    /// What fits at once.
    pub capacity: Capacity,
    /// What it can do.
    #[serde(default)]
    #[schema(max_items = 2)]
    pub skills: Vec<Skill>,
    /// When its shift begins, by the local clock.
    #[schema(value_type = String, example = "07:00:00")]
    pub from: NaiveTime,
    /// When it must be back.
    #[schema(value_type = String, example = "15:00:00")]
    pub until: NaiveTime,
    /// The break of its crew.
    #[serde(default)]
    pub pause: Option<Pause>,
    /// The road network it drives on, by the name it has in the configuration; the usual one when none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub roads: Option<String>,
    /// How fast it moves on the whole, in kilometres an hour, where no road network knows better.
    #[schema(minimum = 1, maximum = 120)]
    pub speed_kmh: f64,
    /// What a kilometre costs.
    #[schema(minimum = 0, maximum = 10_000)]
    pub cost_per_km: f64,
    /// What an hour costs.
    #[schema(minimum = 0, maximum = 100_000)]
    pub cost_per_hour: f64,
    /// What it costs that it leaves at all.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub cost_per_day: f64,
    /// Kilograms of CO₂ a kilometre.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    pub co2_kg_per_km: f64,
    /// The fewest bags a tour is worth.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub least_bags: u32,
    /// How deep a boat lies in the water, in metres.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 20)]
    pub draught_m: f64,
    /// Who drives it, as it is written on its routes.
    #[serde(default)]
    #[schema(max_length = 80)]
    pub driver: Option<String>,
}

/// A truck or a boat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Vehicle {
    /// Id, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Whose it is.
    pub organisation: Uuid,
    /// What is said of it.
    #[serde(flatten)]
    pub facts: VehicleFacts,
    /// The people of the organisation who have said that they drive it: they are told of its routes.
    #[serde(default)]
    pub drivers: Vec<Uuid>,
    /// Whether it is still in use.
    pub in_use: bool,
}

impl Document for Vehicle {
    const LAYER: Layer = Layer::Vehicle;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Vehicle(Box::new(self))
    }
    fn place(&self) -> LonLat {
        self.facts.depot
    }
    fn organisation(&self) -> Option<Uuid> {
        Some(self.organisation)
    }
}

impl VehicleFacts {
    /// Checks what is said. `roads` are the names of the road networks there are beside the usual one.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self, roads: &[String]) -> Result<Self> {
        let within = |field: &'static str, value: f64, least: f64, most: f64| {
            let fits = value.is_finite() && (least..=most).contains(&value);
            if fits { Ok(()) } else { Err(Error::invalid(field, format!("{field} must be from {least} to {most}."))) }
        };
        self.name = clean_required("name", &self.name, 80)?;
        self.driver = clean_optional("driver", self.driver.as_deref(), 80)?;
        self.roads = clean_optional("roads", self.roads.as_deref(), 40)?;
        if self.roads.as_ref().is_some_and(|name| !roads.contains(name)) {
            return Err(Error::invalid("roads", "There is no road network of this name."));
        }
        self.depot = LonLat::new(self.depot.lon, self.depot.lat)?;
        within("litres", f64::from(self.capacity.litres), 1.0, 1e6)?;
        within("kg", f64::from(self.capacity.kg), 1.0, 1e6)?;
        within("bags", f64::from(self.capacity.bags), 1.0, 1e5)?;
        within("speed_kmh", self.speed_kmh, 1.0, 120.0)?;
        within("cost_per_km", self.cost_per_km, 0.0, 1e4)?;
        within("cost_per_hour", self.cost_per_hour, 0.0, 1e5)?;
        within("cost_per_day", self.cost_per_day, 0.0, 1e6)?;
        within("co2_kg_per_km", self.co2_kg_per_km, 0.0, 100.0)?;
        within("least_bags", f64::from(self.least_bags), 0.0, 1e5)?;
        within("draught_m", self.draught_m, 0.0, 20.0)?;
        if self.from >= self.until {
            return Err(Error::invalid("until", "The shift must end after it begins, on the same day."));
        }
        if let Some(pause) = self.pause {
            within("minutes", f64::from(pause.minutes), 1.0, 240.0)?;
            if pause.at <= self.from || pause.at >= self.until {
                return Err(Error::invalid("pause", "The break must lie within the shift."));
            }
        }
        if self.skills.len() > 2 {
            return Err(Error::invalid("skills", "There are two skills."));
        }
        self.skills.sort_unstable();
        self.skills.dedup();
        Ok(self)
    }

    /// What so many metres in so many seconds cost, on a day it leaves.
    #[must_use]
    pub fn cost(&self, metres: f64, seconds: i64) -> f64 {
        let cost = self.cost_per_day + metres / 1000.0 * self.cost_per_km + seconds as f64 / 3600.0 * self.cost_per_hour;
        (cost * 100.0).round() / 100.0
    }

    /// Kilograms of CO₂ of so many metres.
    #[must_use]
    pub fn co2_kg(&self, metres: f64) -> f64 {
        (metres * self.co2_kg_per_km).round() / 1000.0
    }

    /// Whether it gets to where a pile is reached from.
    #[must_use]
    pub fn reaches(&self, access: Access) -> bool {
        match access {
            Access::Both | Access::Crane => true,
            Access::Road => self.kind == VehicleKind::Truck,
            Access::Boat => self.kind == VehicleKind::Boat,
        }
    }

    /// Whether it can do what a pile asks for.
    #[must_use]
    pub fn can_take(&self, pile: &Pile) -> bool {
        let lifted = pile.access == Access::Crane || pile.bags().sacks > 0 || pile.beside.contains(&Beside::Bulky);
        let has = |needed: bool, skill| !needed || self.skills.contains(&skill);
        has(lifted, Skill::Crane) && has(pile.beside.contains(&Beside::Hazardous), Skill::Hazardous)
    }
}
