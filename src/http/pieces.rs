//! An answer of pieces that lie in memory already: none is copied before it is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;

/// The pieces of an answer whose length is known. (`actix_web::body::SizedStream` asks for a stream over them and is no shorter.)
pub struct Pieces {
    left: std::vec::IntoIter<Bytes>,
    bytes: u64,
}

impl Pieces {
    /// An answer of these, one after another.
    #[must_use]
    pub fn of(pieces: Vec<Bytes>) -> Self {
        Self { bytes: pieces.iter().map(|p| p.len() as u64).sum(), left: pieces.into_iter() }
    }
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(self.left.next().map(Ok))
    }
}
