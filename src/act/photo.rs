//! Sending the photos that an act announced.

use uuid::Uuid;

use super::{missing, save};
use crate::domain::hotspot::{Hotspot, PhotoSize};
use crate::domain::person::Person;
use crate::error::{Code, Error, Result};
use crate::store::Tx;

/// Checks that this photo was announced on this hotspot by this person. True when its files are there already.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn expected(tx: &mut Tx, by: &Person, hotspot: Uuid, photo: Uuid) -> Result<bool> {
    let row = tx.photo(photo).await?.filter(|p| p.hotspot == hotspot).ok_or_else(|| missing("photo"))?;
    if row.person != by.id {
        return Err(Error::new(Code::Forbidden, "Only the one who announced a photo may send it."));
    }
    Ok(row.stored)
}

/// Says that the files of a photo are there, and shows it.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn arrived(tx: &mut Tx, by: &Person, hotspot: Uuid, photo: Uuid, size: PhotoSize) -> Result<Hotspot> {
    let there = expected(tx, by, hotspot, photo).await?;
    let mut h = tx.hotspot(hotspot).await?.ok_or_else(|| missing("hotspot"))?;
    if there {
        return Ok(h);
    }
    tx.photo_stored(photo).await?;
    let shown = h.photos.iter_mut().find(|p| p.id == photo).ok_or_else(|| missing("photo"))?;
    shown.size = Some(size);
    save(tx, h, "photo_added", None, by).await
}
