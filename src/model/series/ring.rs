//! One resolution's points, packed: the oldest and the newest as they are, those between as
//! differences.

use super::Resolution;

/// A point in a ring's own time unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) units: i64,
    /// The value, or in a gap the last one before it.
    pub(super) value: i64,
    /// `false` begins a gap.
    pub(super) known: bool,
}

impl Stored {
    const fn same(self, value: Option<i64>) -> bool {
        match value {
            Some(value) => self.known && self.value == value,
            None => !self.known,
        }
    }
}

/// The points of one resolution. There are four for each partition that a group consumes, which is why
/// what `Option` would take for each point is packed apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ring {
    oldest: Place,
    /// Each point after `oldest` and up to `last`: a varint of the units since the one before and two
    /// bits (is a value, is less than the last value), then, if it is a value, a varint of the distance
    /// to the last value. Offsets mostly grow by less than 16,384 a step, which takes two bytes.
    encoded: Vec<u8>,
    /// The last encoded point, or `oldest` where none is.
    last: Place,
    /// The point of the current step, still open to replacement.
    newest: Place,
    flags: Flags,
}

/// A point without its flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    units: i64,
    value: i64,
}

/// What is there, and which points are values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags {
    oldest: Option<bool>,
    last: Option<bool>,
    newest: Option<bool>,
    /// Something was dropped from the front.
    trimmed: bool,
    /// Some value was less than the one before.
    fell: bool,
}

impl Place {
    fn with(self, known: Option<bool>) -> Option<Stored> {
        Some(Stored { units: self.units, value: self.value, known: known? })
    }
}

impl From<Stored> for (Place, Option<bool>) {
    fn from(stored: Stored) -> Self {
        (Place { units: stored.units, value: stored.value }, Some(stored.known))
    }
}

/// Bytes for the first few points; eight less than a multiple of sixteen, and so are twice as many and
/// the overhead: the system's allocator gives them without loss.
const FIRST_BYTES: usize = 24;

/// What the system's allocator takes for itself.
const CHUNK_OVERHEAD: usize = 8;

/// Room for one point of any common size; a larger one grows the buffer by itself.
const POINT_BYTES: usize = 12;

impl Ring {
    pub(super) fn push(&mut self, at_ms: i64, value: Option<i64>, resolution: &Resolution) {
        let units = at_ms.div_euclid(resolution.unit_ms);
        let before = self.newest().map_or(0, |newest| newest.value);
        let stored = Stored { units, value: value.unwrap_or(before), known: value.is_some() };
        if let Some(newest) = self.newest() {
            self.flags.fell |= stored.value < newest.value;
            let step = resolution.step_ms / resolution.unit_ms;
            if newest.same(value) {
                return;
            }
            if newest.units.div_euclid(step) == units.div_euclid(step) {
                (self.newest, self.flags.newest) = stored.into();
                return;
            }
            self.append(newest, resolution);
        }
        (self.newest, self.flags.newest) = stored.into();
        self.trim(units.saturating_sub(resolution.span_ms / resolution.unit_ms));
    }

    pub(super) fn newest(&self) -> Option<Stored> {
        self.newest.with(self.flags.newest)
    }

    /// The oldest point, which may be the only one.
    pub(super) fn first(&self) -> Option<Stored> {
        self.oldest().or_else(|| self.newest())
    }

    fn oldest(&self) -> Option<Stored> {
        self.oldest.with(self.flags.oldest)
    }

    /// Does this ring know what held at `units`?
    pub(super) fn reaches(&self, units: i64) -> bool {
        // Whole it knows as much as any.
        self.is_whole() || self.oldest().is_some_and(|oldest| oldest.units <= units)
    }

    /// Was nothing dropped yet?
    pub(super) const fn is_whole(&self) -> bool {
        !self.flags.trimmed
    }

    /// Has its number only ever grown?
    pub(super) const fn only_grew(&self) -> bool {
        !self.flags.fell
    }

    /// All points, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Stored> + '_ {
        let mut bytes = self.encoded.iter().copied();
        let closed =
            std::iter::successors(self.oldest(), move |&before| read_point(&mut bytes, before));
        closed.chain(self.newest())
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.encoded.capacity()
    }

    /// Closes the newest point: from now on it is history.
    fn append(&mut self, point: Stored, resolution: &Resolution) {
        let Some(last) = self.last.with(self.flags.last) else {
            (self.oldest, self.flags.oldest) = point.into();
            (self.last, self.flags.last) = point.into();
            return;
        };
        if last.same(point.known.then_some(point.value)) {
            return;
        }
        self.make_room(resolution);
        let elapsed = u64::try_from(point.units.saturating_sub(last.units)).unwrap_or(0);
        let fell = point.known && point.value < last.value;
        let head = elapsed << 2 | u64::from(fell) << 1 | u64::from(point.known);
        write_varint(&mut self.encoded, head);
        if point.known {
            write_varint(&mut self.encoded, point.value.abs_diff(last.value));
        }
        // A gap keeps the last value, also where the point was opened with another.
        let value = if point.known { point.value } else { last.value };
        (self.last, self.flags.last) = Stored { value, ..point }.into();
    }

    /// Most numbers move now and then, and many never: room doubles from very little, so that a hundred
    /// thousand of them fit, up to exactly what a busy one needs, so that nothing is wasted there.
    fn make_room(&mut self, resolution: &Resolution) {
        let (capacity, len) = (self.encoded.capacity(), self.encoded.len());
        if capacity - len >= POINT_BYTES {
            return;
        }
        let wanted = match capacity {
            0 => FIRST_BYTES,
            _ if capacity < resolution.busy_bytes => {
                (capacity * 2 + CHUNK_OVERHEAD).min(resolution.busy_bytes)
            }
            _ => capacity + capacity / 4,
        };
        self.encoded.reserve_exact(wanted - len);
    }

    /// Drops points that ended before `horizon`; the one that holds at `horizon` stays.
    fn trim(&mut self, horizon: i64) {
        while let Some(oldest) = self.oldest() {
            let mut bytes = self.encoded.iter().copied();
            let Some(next) = read_point(&mut bytes, oldest) else { break };
            if next.units > horizon {
                break;
            }
            let used = self.encoded.len() - bytes.len();
            self.encoded.drain(..used);
            (self.oldest, self.flags.oldest) = next.into();
            self.flags.trimmed = true;
        }
    }
}

/// The point encoded next after `before`.
fn read_point(bytes: &mut impl Iterator<Item = u8>, before: Stored) -> Option<Stored> {
    let head = read_varint(bytes)?;
    let units = before.units.saturating_add_unsigned(head >> 2);
    if head & 1 == 0 {
        return Some(Stored { units, value: before.value, known: false });
    }
    let distance = read_varint(bytes)?;
    let value = if head & 2 == 0 {
        before.value.wrapping_add_unsigned(distance)
    } else {
        before.value.wrapping_sub_unsigned(distance)
    };
    Some(Stored { units, value, known: true })
}

fn write_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_bits(number) | 0x80);
        number >>= 7;
    }
    out.push(low_bits(number));
}

const fn low_bits(number: u64) -> u8 {
    number.to_le_bytes()[0] & 0x7f
}

fn read_varint(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = bytes.next()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn varints_round_trip(number in any::<u64>()) {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, number);
            prop_assert!(bytes.len() <= 10);
            prop_assert_eq!(read_varint(&mut bytes.into_iter()), Some(number));
        }
    }
}
