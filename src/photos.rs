//! Where the files of photos lie: a folder with one folder a photo, which appears whole or not at all.
//!
//! Files come before the row that says they are there, and every byte is on disk before that row is committed. What a
//! crash leaves over in between is swept away at the next start. An object store is to come in this place.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

use crate::error::{Error, Result};
use crate::imaging::{Prepared, SIZES};

/// The folder of photos.
#[derive(Debug, Clone)]
pub struct Photos {
    folder: PathBuf,
}

impl Photos {
    /// Opens the folder, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Keeps a photo. Blocks until it is on disk.
    ///
    /// # Errors
    /// `internal`, when the disk refuses; then nothing is left behind.
    pub fn keep(&self, id: Uuid, photo: &Prepared) -> Result<()> {
        let unfinished = self.folder.join(format!("{id}.{}.part", Uuid::now_v7()));
        let kept = self.write(&unfinished, id, photo);
        if kept.is_err() {
            let _ = fs::remove_dir_all(&unfinished); // swept at the next start otherwise
        }
        kept.map_err(Error::from)
    }

    fn write(&self, unfinished: &Path, id: Uuid, photo: &Prepared) -> std::io::Result<()> {
        fs::create_dir(unfinished)?;
        for ((name, _), bytes) in SIZES.iter().zip(&photo.files) {
            let mut file = File::create_new(unfinished.join(format!("{name}.jpg")))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        File::open(unfinished)?.sync_all()?;
        let place = self.folder.join(id.to_string());
        match fs::rename(unfinished, &place) {
            // The same photo, sent twice at once: a folder is not put in the place of one that holds something.
            Err(_) if place.is_dir() => fs::remove_dir_all(unfinished)?,
            renamed => renamed?,
        }
        File::open(&self.folder)?.sync_all()
    }

    fn incoming(&self, id: Uuid) -> PathBuf {
        self.folder.join("incoming").join(id.to_string())
    }

    /// How many bytes of a photo that is sent in parts have arrived.
    #[must_use]
    pub fn received(&self, id: Uuid) -> u64 {
        fs::metadata(self.incoming(id)).map_or(0, |m| m.len())
    }

    /// Adds a part of a photo at its offset, and tells how many bytes are there now. A part that does not begin where
    /// the last one ended is not added: one that was sent twice, or by two at once.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn add_part(&self, id: Uuid, offset: u64, part: &[u8]) -> std::io::Result<u64> {
        let path = self.incoming(id);
        fs::create_dir_all(self.folder.join("incoming"))?;
        let mut file = File::options().create(true).append(true).open(path)?;
        file.lock()?; // another process may serve the same phone
        let here = file.metadata()?.len();
        if here != offset {
            return Ok(here);
        }
        file.write_all(part)?;
        Ok(here + part.len() as u64)
    }

    /// The parts of a photo, put together.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn whole(&self, id: Uuid) -> std::io::Result<Vec<u8>> {
        fs::read(self.incoming(id))
    }

    /// Throws the parts of a photo away: it is kept, or it is no photo.
    pub fn forget_parts(&self, id: Uuid) {
        let _ = fs::remove_file(self.incoming(id)); // gone already, or swept later
    }

    /// Throws away parts to which nothing was added for so long.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep_parts(&self, age: Duration) -> std::io::Result<()> {
        let Ok(parts) = fs::read_dir(self.folder.join("incoming")) else { return Ok(()) }; // none yet
        for part in parts {
            let part = part?;
            let idle = part.metadata().and_then(|m| m.modified()).map(|m| m.elapsed().unwrap_or_default());
            if idle.is_ok_and(|idle| idle >= age) {
                let _ = fs::remove_file(part.path()); // just made whole by another
            }
        }
        Ok(())
    }

    /// The file of a photo in one of [`SIZES`].
    #[must_use]
    pub fn file(&self, id: Uuid, size: &str) -> Option<PathBuf> {
        let known = SIZES.iter().any(|(name, _)| *name == size);
        known.then(|| self.folder.join(id.to_string()).join(format!("{size}.jpg"))).filter(|f| f.is_file())
    }

    /// Puts aside, into `orphans/`, what no row knows and is older than `age` (a younger one may be on its way to its
    /// row, in this process or another), and returns the rows whose files are missing. Nothing is deleted, and nothing
    /// else in the folder is touched: the database may be the wrong one, or an older one.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self, stored: &HashSet<Uuid>, age: Duration) -> std::io::Result<Vec<Uuid>> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(id) = name.to_str().and_then(|n| n.split('.').next()?.parse::<Uuid>().ok()) else {
                continue;
            };
            let finished = name.to_str() == Some(&id.to_string());
            let Ok(changed) = entry.metadata().and_then(|m| m.modified()) else {
                continue;
            }; // just finished by another
            let old = changed.elapsed().unwrap_or_default() >= age;
            if old && !(finished && stored.contains(&id)) {
                let aside = self.folder.join("orphans");
                fs::create_dir_all(&aside)?;
                fs::rename(entry.path(), aside.join(name))?;
            }
        }
        Ok(stored.iter().filter(|id| SIZES.iter().any(|(s, _)| self.file(**id, s).is_none())).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared() -> Prepared {
        Prepared {
            files: [vec![1], vec![2], vec![3]],
            size: crate::domain::photo::PhotoSize { width: 1, height: 1 },
            position: None,
        }
    }

    #[test]
    fn the_same_photo_kept_by_many_at_once_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let photos = Photos::open(folder.path()).unwrap();
        for _ in 0..20 {
            let (id, together) = (Uuid::now_v7(), std::sync::Barrier::new(8));
            std::thread::scope(|s| {
                let keep = || {
                    together.wait();
                    photos.keep(id, &prepared())
                };
                let all: Vec<_> = (0..8).map(|_| s.spawn(keep)).collect();
                for kept in all {
                    kept.join().unwrap().unwrap();
                }
            });
            assert!(photos.file(id, "zoom").is_some());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 20);
    }

    #[test]
    fn what_no_row_knows_is_put_aside_and_what_is_missing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let photos = Photos::open(folder.path()).unwrap();
        let (kept, orphan, missing) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        photos.keep(kept, &prepared()).unwrap();
        photos.keep(kept, &prepared()).unwrap();
        photos.keep(orphan, &prepared()).unwrap();
        fs::create_dir(folder.path().join(format!("{missing}.x.part"))).unwrap();
        fs::create_dir(folder.path().join("holidays")).unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        assert_eq!(photos.sweep(&HashSet::from([kept, missing]), Duration::ZERO).unwrap(), [missing]);
        assert!(photos.file(kept, "list").is_some() && photos.file(orphan, "list").is_none());
        assert!(photos.file(kept, "../../etc/passwd").is_none());
        assert_eq!(fs::read_dir(folder.path().join("orphans")).unwrap().count(), 2);
        assert!(folder.path().join("holidays").is_dir() && folder.path().join("notes.txt").is_file());
    }
}
