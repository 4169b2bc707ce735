//! Photos: announced by the act they belong to, sent afterwards.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The most photos an act may bring.
pub const MAX_PHOTOS: usize = 5;
/// The most photos of one thing over all its life.
pub const MAX_PHOTOS_IN_ALL: usize = 40;

/// What a photo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhotoOf {
    /// The litter as reported.
    Report,
    /// The litter still there.
    StillThere,
    /// The place after cleaning.
    Cleaned,
    /// The place before cleaning.
    Before,
    /// Filled bags where they wait.
    Pile,
}

/// A photo: announced by the act it belongs to, sent afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Photo {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What it shows.
    pub of: PhotoOf,
    /// Of the largest size; none while the photo is still on its way.
    pub size: Option<PhotoSize>,
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhotoSize {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Announces photos of an act on a thing that has these.
///
/// # Errors
/// `invalid` at `photos`: too many, or one twice.
pub fn announce(there: &mut Vec<Photo>, photos: &[Uuid], of: PhotoOf) -> Result<()> {
    if photos.len() > MAX_PHOTOS {
        return Err(Error::invalid("photos", format!("At most {MAX_PHOTOS} photos.")));
    }
    if there.len() + photos.len() > MAX_PHOTOS_IN_ALL {
        return Err(Error::invalid("photos", format!("It has {MAX_PHOTOS_IN_ALL} photos already.")));
    }
    for &id in photos {
        if there.iter().any(|p| p.id == id) {
            return Err(Error::invalid("photos", "A photo is announced twice."));
        }
        there.push(Photo { id, of, size: None });
    }
    Ok(())
}
