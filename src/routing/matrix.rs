use std::sync::Arc;

/// What no vehicle can drive or sail: large enough that no shift holds it, small enough that three of them can be added.
pub const UNREACHABLE: i32 = i32::MAX / 4;

/// A value from each node to each other: seconds or cost. Kept by row and by column, so that the way to a node is read
/// as fast as the way from it.
#[derive(Clone, Debug)]
pub struct Matrix {
    size: usize,
    from: Arc<[i32]>,
    to: Arc<[i32]>,
}

impl Matrix {
    /// From rows, one after another.
    ///
    /// # Panics
    /// If `values` has not `size * size` values.
    #[must_use]
    pub fn new(size: usize, values: Vec<i32>) -> Self {
        assert_eq!(values.len(), size * size, "a matrix has as many rows as columns");
        let transposed: Vec<i32> = (0..size * size).map(|i| values[i % size * size + i / size]).collect();
        let from: Arc<[i32]> = values.into();
        // A symmetric matrix is kept once: it fits the cache better.
        let to = if *from == *transposed { from.clone() } else { transposed.into() };
        Self { size, from, to }
    }

    /// From a function of two nodes.
    #[must_use]
    pub fn by(size: usize, value: impl Fn(usize, usize) -> i32) -> Self {
        Self::new(size, (0..size * size).map(|i| value(i / size, i % size)).collect())
    }

    /// How many nodes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// From one node to another.
    #[inline]
    #[must_use]
    pub fn get(&self, from: u32, to: u32) -> i32 {
        self.from[from as usize * self.size + to as usize]
    }

    /// From a node to every other.
    #[inline]
    #[must_use]
    pub fn row(&self, from: u32) -> &[i32] {
        &self.from[from as usize * self.size..][..self.size]
    }

    /// From every other node to one.
    #[inline]
    #[must_use]
    pub fn column(&self, to: u32) -> &[i32] {
        &self.to[to as usize * self.size..][..self.size]
    }
}
