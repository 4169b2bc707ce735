//! Texts compressed once, in pieces that can be joined: to compress an answer anew takes many times as long as to find it.
//!
//! An answer is a gzip file (RFC 1952) of one DEFLATE stream (RFC 1951), in which no piece leans on one before it and each
//! ends at a whole byte.

use std::ops::Range;

use bytes::Bytes;
use zlib_rs::crc32::{crc32, crc32_combine};
use zlib_rs::{Deflate, DeflateFlush};

/// How hard it is tried: what zlib takes where nothing is said.
const LEVEL: i32 = 6;
/// How far back a piece may lean on itself: 32 kB.
const WINDOW_BITS: u8 = 15;
/// Ten bytes before the stream: deflate, no name, no time, of no known system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// A piece as it is: no compression; and the same as the last of a stream.
const STORED: u8 = 0;
const LAST_STORED: u8 = 1;

/// Texts that follow one another, each compressed for itself.
#[derive(Debug)]
pub struct Packed {
    bytes: Bytes,
    pieces: Box<[Piece]>,
}

/// Where a piece ends.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    /// In the compressed bytes.
    end: usize,
    /// In the texts.
    plain_end: usize,
    /// Checksum of all texts up to there.
    sum: u32,
}

impl Packed {
    /// Compresses texts.
    ///
    /// # Panics
    /// Where there is no memory.
    #[must_use]
    pub fn of(texts: impl Iterator<Item = Bytes>) -> Self {
        let (mut bytes, mut pieces, mut last) = (vec![], vec![], Piece::default());
        let mut deflate = Deflate::new(LEVEL, false, WINDOW_BITS);
        for text in texts {
            // What cannot be made smaller is stored, with five bytes for each 32 kB, and as many for the end.
            bytes.resize(last.end + text.len() + text.len() / 1024 + 64, 0);
            let before = deflate.total_out();
            deflate.compress(&text, &mut bytes[last.end..], DeflateFlush::FullFlush).expect("there is room for all of it");
            let packed = usize::try_from(deflate.total_out() - before).expect("it lies in memory");
            let (end, plain_end) = (last.end + packed, last.plain_end + text.len());
            last = Piece { end, plain_end, sum: crc32(last.sum, &text) };
            pieces.push(last);
        }
        bytes.truncate(last.end);
        Self { bytes: Bytes::from(bytes.into_boxed_slice()), pieces: pieces.into() }
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + size_of_val(&*self.pieces)
    }
}

/// A gzip file on its way to somebody, in pieces: what is long is not copied.
pub struct Gzip {
    pieces: Vec<Bytes>,
    length: usize,
    sum: u32,
}

impl Gzip {
    /// One with room for so many texts.
    #[must_use]
    pub fn with_capacity(texts: usize) -> Self {
        let mut pieces = Vec::with_capacity(2 * texts + 4);
        pieces.push(Bytes::from_static(&HEAD));
        Self { pieces, length: 0, sum: 0 }
    }

    /// Adds a text as it is.
    pub fn plain(&mut self, mut text: Bytes) {
        while !text.is_empty() {
            let part = text.split_to(text.len().min(u16::MAX.into()));
            self.stored(STORED, part);
        }
    }

    /// Adds texts compressed beforehand, by their numbers.
    pub fn packed(&mut self, from: &Packed, texts: Range<usize>) {
        let before = texts.start.checked_sub(1).map_or_else(Piece::default, |i| from.pieces[i]);
        let Some(last) = from.pieces[..texts.end].last() else { return };
        self.pieces.push(from.bytes.slice(before.end..last.end));
        let length = last.plain_end - before.plain_end;
        // The sum of all up to the last text holds that of those before the first, moved by the length: it goes out the way it
        // came in, by exclusive or (Adler, `crc32_combine` of zlib).
        self.sum = crc32_combine(self.sum ^ before.sum, last.sum, length as u64);
        self.length += length;
    }

    /// The whole file, with a last text, of at most 64 kB, as it is.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // the length is told modulo 2^32
    pub fn end(mut self, text: Bytes) -> Vec<Bytes> {
        self.stored(LAST_STORED, text);
        let [a, b] = [self.sum, self.length as u32].map(u32::to_le_bytes);
        self.pieces.push(Bytes::copy_from_slice(&[a, b].concat()));
        self.pieces
    }

    fn stored(&mut self, kind: u8, text: Bytes) {
        let length = u16::try_from(text.len()).expect("at most 64 kB are stored at once");
        let ([a, b], [c, d]) = (length.to_le_bytes(), (!length).to_le_bytes());
        self.pieces.push(Bytes::copy_from_slice(&[kind, a, b, c, d]));
        self.sum = crc32(self.sum, &text);
        self.length += text.len();
        self.pieces.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read;

    fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        // Also such as cannot be made smaller, and longer ones than are stored at once.
        let short = proptest::collection::vec(any::<u8>(), 0..300);
        let long = (any::<u8>(), 60_000..200_000_usize).prop_map(|(byte, length)| vec![byte; length]);
        let noise = any::<u64>().prop_map(|seed| {
            let mut noise = fastrand::Rng::with_seed(seed);
            std::iter::repeat_with(|| noise.u8(..)).take(100_000).collect()
        });
        proptest::collection::vec(prop_oneof![8 => short, 1 => long, 1 => noise], 1..20)
    }

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926, "the check value of CRC-32/ISO-HDLC");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// What reads it checks the sum and the length; it is not our own, though its sums come from the same library.
        #[test]
        fn whatever_is_joined_is_read_as_it_was(texts in texts(), cut in any::<(u8, u8)>()) {
            let packed = Packed::of(texts.iter().cloned().map(Bytes::from));
            let (a, b) = (usize::from(cut.0) % (texts.len() + 1), usize::from(cut.1) % (texts.len() + 1));
            let (from, to) = (a.min(b), a.max(b));
            let mut file = Gzip::with_capacity(0);
            file.plain(Bytes::from_static(b"first,"));
            file.packed(&packed, from..to);
            for text in &texts {
                file.plain(text.clone().into());
            }
            file.packed(&packed, 0..texts.len());
            let mut read = vec![];
            flate2::read::GzDecoder::new(&*file.end(Bytes::from_static(b"last")).concat()).read_to_end(&mut read).unwrap();
            let all = texts.concat();
            prop_assert_eq!(read, [b"first,", &*texts[from..to].concat(), &*all, &*all, b"last"].concat());
        }
    }
}
