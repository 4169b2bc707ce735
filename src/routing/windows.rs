/// When something may begin at a place: whole seconds, both ends included, in order, without overlap. None at all means
/// never. The first lies in place, since most places have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    first: (i32, i32),
    rest: Vec<(i32, i32)>,
}

/// Later than any shift ends.
pub const NEVER: i32 = i32::MAX / 2;

impl Windows {
    /// Brings windows in order and joins those that meet. One that ends before it begins is dropped.
    #[must_use]
    pub fn new(mut windows: Vec<(i32, i32)>) -> Self {
        windows.retain(|(from, to)| from <= to);
        windows.sort_unstable();
        let mut joined: Vec<(i32, i32)> = Vec::with_capacity(windows.len());
        for (from, to) in windows {
            match joined.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        if joined.is_empty() { Self::never() } else { Self { first: joined[0], rest: joined.split_off(1) } }
    }

    /// A single one.
    #[must_use]
    pub fn one(from: i32, to: i32) -> Self {
        Self::new(vec![(from, to)])
    }

    /// None.
    #[must_use]
    pub fn never() -> Self {
        Self { first: (NEVER, -NEVER), rest: vec![] }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.first.0 > self.first.1
    }

    /// One after another.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i32, i32)> + '_ {
        std::iter::once(self.first).filter(|w| w.0 <= w.1).chain(self.rest.iter().copied())
    }

    /// The earliest moment in a window that is not before `t`, or [`NEVER`].
    #[inline]
    #[must_use]
    pub fn start(&self, t: i32) -> i32 {
        if t <= self.first.1 {
            return t.max(self.first.0);
        }
        self.rest.iter().find(|w| t <= w.1).map_or(NEVER, |w| t.max(w.0))
    }

    /// The latest moment in a window that is not after `t`, or before everything.
    #[inline]
    #[must_use]
    pub fn latest(&self, t: i32) -> i32 {
        match self.rest.iter().rev().find(|w| w.0 <= t) {
            Some(w) => t.min(w.1),
            None if self.first.0 <= t => t.min(self.first.1),
            None => -NEVER,
        }
    }

    /// When the first opens.
    #[must_use]
    pub fn first(&self) -> Option<i32> {
        (!self.is_never()).then_some(self.first.0)
    }

    /// When the last closes.
    #[must_use]
    pub fn last(&self) -> Option<i32> {
        (!self.is_never()).then(|| self.rest.last().unwrap_or(&self.first).1)
    }

    /// Whether a moment lies in one.
    #[must_use]
    pub fn contains(&self, t: i32) -> bool {
        self.iter().any(|w| w.0 <= t && t <= w.1)
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let both = |a: (i32, i32)| other.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))).collect::<Vec<_>>();
        Self::new(self.iter().flat_map(both).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn windows_that_meet_are_one() {
        assert_eq!(Windows::new(vec![(5, 9), (1, 3), (4, 6), (20, 10)]).iter().collect::<Vec<_>>(), [(1, 9)]);
    }

    proptest! {
        #[test]
        fn start_and_latest_are_what_looking_at_each_second_gives(
            windows in prop::collection::vec((0..60i32, 0..60i32), 0..6), more in prop::collection::vec((0..60i32, 0..60i32), 0..6), t in -5..70i32,
        ) {
            let (a, b) = (Windows::new(windows.clone()), Windows::new(more.clone()));
            let within = |ws: &[(i32, i32)], s: i32| ws.iter().any(|w| w.0 <= s && s <= w.1);
            prop_assert_eq!(a.start(t), (t.max(0)..70).find(|s| within(&windows, *s)).unwrap_or(NEVER));
            prop_assert_eq!(a.latest(t), (0..=t).rev().find(|s| within(&windows, *s)).unwrap_or(-NEVER));
            for s in -1..70 {
                prop_assert_eq!(a.and(&b).contains(s), within(&windows, s) && within(&more, s));
            }
        }
    }
}
