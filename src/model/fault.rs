//! Why something is not known. A fault stands in the place of the value that it prevented.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A reason in words, for one cell, row or source. Never holds a secret. One pointer wide, because
/// every cell has room for one and hardly any has one; cheap to clone, because one lost connection is
/// the reason of thousands of cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fault(Arc<Words>);

/// What a fault says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// A short stable name: Kafka's own where it has one (`GROUP_AUTHORIZATION_FAILED`), else ours in
    /// the same style (`REQUEST_TIMED_OUT`, `CONNECTION_REFUSED`).
    pub code: Box<str>,
    /// One sentence for people, without a full stop. May hold a broker's words, unescaped.
    pub text: Box<str>,
}

impl Fault {
    /// A fault with its name and its sentence.
    #[must_use]
    pub fn new(code: &str, text: &str) -> Self {
        Self(Arc::new(Words { code: code.into(), text: text.into() }))
    }
}

impl Fault {
    /// The same without its sentence, which may quote names: codes are words of the protocol, or lagtop's own.
    #[must_use]
    pub fn code_alone(&self) -> Self {
        Self::new(&self.code, &self.code)
    }

    /// A right is missing: asking again changes nothing.
    #[must_use]
    pub fn is_authorization(&self) -> bool {
        self.code.ends_with("_AUTHORIZATION_FAILED")
    }
}

impl Deref for Fault {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.0
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
