//! What was renamed, kept as long as the original is in use elsewhere.

use std::collections::HashMap;
use std::sync::Arc;

/// Originals and what they were renamed to, by the original's address: it is kept, so that no other comes to
/// lie there.
#[derive(Clone, Debug)]
pub(super) struct Kept<T>(HashMap<usize, (Arc<T>, Arc<T>)>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Kept<T> {
    /// What `truth` was renamed to, or is by `rename`.
    pub(super) fn of(&mut self, truth: &Arc<T>, rename: impl FnOnce(&T) -> T) -> Arc<T> {
        let new = || (Arc::clone(truth), Arc::new(rename(truth)));
        let (_, renamed) = self.0.entry(Arc::as_ptr(truth).addr()).or_insert_with(new);
        Arc::clone(renamed)
    }

    /// Forgets what is not used any more.
    pub(super) fn sweep(&mut self) {
        self.0.retain(|_, (truth, _)| Arc::strong_count(truth) > 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_is_renamed_once() {
        let mut kept = Kept::default();
        let truth = Arc::new(7);
        let first = kept.of(&truth, |number| number + 1);
        let again = kept.of(&truth, |_| panic!("it is known"));
        assert!(*first == 8 && Arc::ptr_eq(&first, &again));
        kept.sweep();
        assert_eq!(kept.0.len(), 1);
        drop(truth);
        kept.sweep();
        assert_eq!(kept.0.len(), 0);
    }
}
