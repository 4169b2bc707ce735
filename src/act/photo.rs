//! Sending the photos that an act announced.

use uuid::Uuid;

use super::{find, keep, missing, save};
use crate::domain::change::Layer;
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::photo::{Photo, PhotoSize};
use crate::domain::thing::Document;
use crate::error::Result;
use crate::store::{StoredPhoto, Tx};

/// Checks that this photo was announced by this person.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn expected(tx: &mut Tx, by: &Person, photo: Uuid) -> Result<StoredPhoto> {
    let row = tx.photo(photo).await?.ok_or_else(|| missing("photo"))?;
    allow(by, Action::SendPhoto, Subject { own: row.person == by.id, municipality: None })?;
    Ok(row)
}

/// Says that the files of a photo are there, and shows it.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn arrived(tx: &mut Tx, by: &Person, photo: Uuid, size: PhotoSize) -> Result<()> {
    let row = expected(tx, by, photo).await?;
    if row.stored {
        return Ok(());
    }
    tx.photo_stored(photo).await?;
    let id = row.thing;
    if let Some(mut h) = tx.hotspot(id).await? {
        show(&mut h.photos, photo, size);
        return save(tx, h, "photo_added", None, by).await.map(drop);
    }
    match tx.layer_of(id).await? {
        Some(Layer::Cleanup) => added::<crate::domain::cleanup::Cleanup>(tx, by, id, photo, size).await,
        Some(Layer::Pile) => added::<crate::domain::pile::Pile>(tx, by, id, photo, size).await,
        Some(Layer::Order) => added::<crate::domain::order::Order>(tx, by, id, photo, size).await,
        _ => Err(missing("thing with this photo")),
    }
}

async fn added<T: Document>(tx: &mut Tx, by: &Person, id: Uuid, photo: Uuid, size: PhotoSize) -> Result<()> {
    let mut thing: T = find(tx, id).await?;
    if let Some(photos) = thing.photos() {
        show(photos, photo, size);
    }
    keep(tx, thing, "photo_added", None, Some(by)).await.map(drop)
}

fn show(photos: &mut [Photo], photo: Uuid, size: PhotoSize) {
    if let Some(shown) = photos.iter_mut().find(|p| p.id == photo) {
        shown.size = Some(size);
    }
}
