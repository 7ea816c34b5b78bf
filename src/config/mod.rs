//! Options as the office writes them in `pipeline.toml`, and settings as the program uses them.
//!
//! [`Options`] is the file, [`Settings`] is what the program uses: paths made absolute, the clock
//! decided once. An unknown key is an error that names the nearest known one.

mod disk;
mod options;
mod settings;

pub use disk::Disk;
pub use options::{ConfigError, InboxOptions, Options, PathOptions, RunOptions};
pub use settings::{Overrides, Settings};
