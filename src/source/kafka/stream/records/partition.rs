//! Which partition of the topic holds the records of a group.

/// The partition of `group` in a topic of so many partitions; its leader is the group's
/// coordinator. 0 when there are none.
///
/// Java's `String.hashCode`, over UTF-16 code units, and `Utils.abs`, for which the one number
/// without a positive counterpart is 0 (`GroupCoordinatorService.partitionFor`).
#[must_use]
pub fn partition_of(group: &str, partitions: i32) -> i32 {
    let hash = group
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    hash.checked_abs().and_then(|hash| hash.checked_rem(partitions)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::partition_of;

    #[rstest]
    #[case("payments", 50, 13)]
    #[case("my-group", 50, 12)]
    #[case("gruppe-é-😀", 50, 45)]
    // Its hash is i32::MIN.
    #[case("polygenelubricants", 50, 0)]
    #[case("polygenelubricants", 7, 0)]
    #[case("", 50, 0)]
    // The hash itself, where it is positive.
    #[case("payments", i32::MAX, 1_382_682_413)]
    #[case("my-group", i32::MAX, 1_906_497_762)]
    #[case("payments", 0, 0)]
    fn follows_java(#[case] group: &str, #[case] partitions: i32, #[case] expected: i32) {
        assert_eq!(partition_of(group, partitions), expected);
    }
}
