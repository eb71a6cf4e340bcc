//! Moments that a person marked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Markers that are kept; older ones are forgotten.
pub const MARKERS_KEPT: usize = 200;

/// A moment that a person marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The moment, which may be long before it was marked.
    pub at: Timestamp,
    /// What the person had to say of it; may be empty.
    pub note: Arc<str>,
}
