//! Who listens to a pass.

/// What a pass tells while it works, and what tells it to take in nothing more.
pub trait Observer: Sync {
    /// What is being done, for a progress line.
    fn doing(&self, _what: &str) {}

    /// A detail for whoever wants to know more; made only when wanted.
    fn note(&self, _what: &dyn Fn() -> String) {}

    /// Whether to finish what is in hand and take in nothing more.
    fn stopped(&self) -> bool {
        false
    }

    /// The outbox starts (`true`) or ends changing: not a moment to end the process.
    fn publishing(&self, _now: bool) {}
}

/// Nobody listens.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {}
