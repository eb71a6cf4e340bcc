//! Thresholds: named, with a default and its source, written as people write them.

use std::time::Duration;

use crate::model::number::span;

/// A threshold as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knob {
    /// Its name within the rule.
    pub name: String,
    /// Its value in force.
    pub value: String,
    /// What it decides, and why the default is what it is.
    pub what: &'static str,
}

/// Something that a threshold can be.
pub(super) trait Setting: Sized {
    /// The value that `text` says; else what would have been right.
    fn parse(text: &str) -> Result<Self, &'static str>;
    fn show(&self) -> String;
}

/// A number of records or of things.
impl Setting for i64 {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let digits: String = text.chars().filter(|&c| c != '_' && c != ',').collect();
        digits.parse().ok().filter(|number| *number >= 0).ok_or("a whole number, as in 50000")
    }

    fn show(&self) -> String {
        crate::model::number::grouped(*self)
    }
}

/// A span.
impl Setting for Duration {
    fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "a time, as in 30s, 5m or 2h";
        let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or(FORM)?;
        let (number, unit) = text.split_at(split);
        let number: u64 = number.parse().map_err(|_unsaid| FORM)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err(FORM),
        };
        Ok(Self::from_secs(number.checked_mul(unit).ok_or(FORM)?))
    }

    fn show(&self) -> String {
        match self.as_secs() {
            seconds if seconds > 0 && seconds.is_multiple_of(3_600) => {
                format!("{}h", seconds / 3_600)
            }
            seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
            _ => span(*self),
        }
    }
}

/// A share or a factor.
impl Setting for f64 {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let number = text.parse().ok();
        number.filter(|n: &Self| n.is_finite() && *n >= 0.0).ok_or("a number, as in 0.6")
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// What the registry needs of a rule's struct.
pub(super) trait Tunable {
    fn knobs(&self) -> Vec<Knob>;
    /// Sets a threshold. `None`: there is none of that name.
    fn set(&mut self, name: &str, text: &str) -> Option<Result<(), &'static str>>;
}

/// A rule's thresholds: a struct whose fields are settings with defaults.
macro_rules! thresholds {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $what:literal])+ $field:ident: $kind:ty = $default:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[doc = $what])+ pub $field: $kind,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::diagnose::tuning::Tunable for $name {
            fn knobs(&self) -> Vec<$crate::diagnose::tuning::Knob> {
                vec![$($crate::diagnose::tuning::Knob {
                    name: stringify!($field).replace('_', "-"),
                    value: $crate::diagnose::tuning::Setting::show(&self.$field),
                    what: concat!($($what),+).trim_start(),
                },)*]
            }

            #[allow(unused_variables, reason = "a rule may have no threshold")]
            fn set(&mut self, name: &str, text: &str) -> Option<Result<(), &'static str>> {
                $(if stringify!($field).replace('_', "-") == name {
                    let parsed = $crate::diagnose::tuning::Setting::parse(text);
                    return Some(parsed.map(|value| self.$field = value));
                })*
                None
            }
        }
    };
}
pub(super) use thresholds;
