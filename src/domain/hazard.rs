//! Hazards, their danger, and the authority they belong to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something one must not simply pick up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    /// Explosives, flares, ammunition.
    Explosive,
    /// Acute oil.
    Oil,
    /// An oiled bird.
    OiledBird,
    /// A container with an unknown liquid.
    UnknownLiquid,
    /// Needles.
    Needles,
    /// A dead bird or animal.
    DeadAnimal,
    /// Illegal dumping, cars, boats.
    Dumping,
}

/// Who takes care of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The police.
    Police,
    /// The fire service, which answers for acute pollution.
    FireService,
    /// The food authority.
    FoodAuthority,
    /// The municipality.
    Municipality,
}

impl Hazard {
    /// Every hazard.
    pub const ALL: [Self; 7] =
        [Self::Explosive, Self::Oil, Self::OiledBird, Self::UnknownLiquid, Self::Needles, Self::DeadAnimal, Self::Dumping];

    /// 3: withdraw and call at once; 2: do not touch; 1: leave it to others.
    #[must_use]
    pub fn danger(self) -> u8 {
        match self {
            Self::Explosive | Self::Oil => 3,
            Self::OiledBird | Self::UnknownLiquid | Self::Needles => 2,
            Self::DeadAnimal | Self::Dumping => 1,
        }
    }

    /// Who takes care of it.
    #[must_use]
    pub fn authority(self) -> Authority {
        match self {
            Self::Explosive => Authority::Police,
            Self::Oil | Self::OiledBird => Authority::FireService,
            Self::DeadAnimal => Authority::FoodAuthority,
            Self::UnknownLiquid | Self::Needles | Self::Dumping => Authority::Municipality,
        }
    }
}

/// The authority for the most dangerous of them; none where there is no hazard.
#[must_use]
pub fn authority_for(hazards: &[Hazard]) -> Option<Authority> {
    hazards.iter().max_by_key(|h| h.danger()).map(|h| h.authority())
}
