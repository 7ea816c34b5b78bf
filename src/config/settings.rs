//! Settings as used.

use super::{ConfigError, Options};
use crate::wall::Limits;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the command line may override.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the option of its name")]
pub struct Overrides {
    pub inbox: Option<PathBuf>,
    pub outbox: Option<PathBuf>,
    pub state: Option<PathBuf>,
    pub circular: Option<String>,
    pub now: Option<String>,
    pub jobs: Option<usize>,
    pub settle: Option<u64>,
}

/// Everything one run uses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The drop folder; only read.
    pub inbox: PathBuf,
    /// Where results appear.
    pub outbox: PathBuf,
    /// Ledger and blobs.
    pub state: PathBuf,
    /// Packs and templates.
    pub templates: PathBuf,
    /// Font folders in order.
    pub fonts: Vec<PathBuf>,
    /// Id of the circular; of several the first, which also reports what has no place yet.
    pub circular: String,
    /// All circulars the inbox takes things for, the first among them.
    pub circulars: Vec<String>,
    /// The run's one clock.
    pub now: DateTime<FixedOffset>,
    /// Parallel jobs.
    pub jobs: usize,
    /// Quiet time before an entry is taken.
    pub settle: Duration,
    /// See [`super::InboxOptions::patience_secs`].
    pub patience: Duration,
    /// Pause between two looks of `watch`.
    pub scan: Duration,
    /// Limits on foreign files.
    pub limits: Limits,
    /// Office-wide registers.
    pub registers: BTreeMap<String, PathBuf>,
}

impl Settings {
    /// Settles options: paths relative to `config`'s folder, overrides applied, the clock decided.
    ///
    /// # Errors
    /// When a value makes no sense: no circular, a clock that is no RFC 3339 time, an outbox inside
    /// the inbox.
    pub fn settle(
        options: Options,
        config: &Path,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let base = config.parent().filter(|p| !p.as_os_str().is_empty());
        let base = base.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let place = |given: &Option<PathBuf>, written: &PathBuf| {
            given.clone().unwrap_or_else(|| base.join(written))
        };
        let paths = &options.paths;
        let circulars = overrides.circular.clone().map_or(options.run.circular.0, |id| vec![id]);
        let Some(circular) = circulars.first().filter(|id| !id.is_empty()).cloned() else {
            return Err(ConfigError::Value(
                "no circular chosen\nhint: set `circular` under [run] in pipeline.toml, or give --circular ID".into(),
            ));
        };
        let jobs = overrides.jobs.unwrap_or(options.run.jobs);
        let settings = Self {
            inbox: place(&overrides.inbox, &paths.inbox),
            outbox: place(&overrides.outbox, &paths.outbox),
            state: place(&overrides.state, &paths.state),
            templates: base.join(&paths.templates),
            fonts: paths.fonts.iter().map(|dir| base.join(dir)).collect(),
            circular,
            circulars,
            now: clock(overrides.now.as_deref().unwrap_or(&options.run.now))?,
            jobs: if jobs == 0 { cores() } else { jobs },
            settle: Duration::from_secs(overrides.settle.unwrap_or(options.intake.settle_secs)),
            patience: Duration::from_secs(options.intake.patience_secs),
            scan: Duration::from_secs(options.intake.scan_secs.max(1)),
            limits: options.limits,
            registers: options.registers.into_iter().map(|(k, v)| (k, base.join(v))).collect(),
        };
        settings.refuse_nesting()?;
        Ok(settings)
    }

    /// The same for one of the circulars.
    #[must_use]
    pub fn of(&self, circular: &str) -> Self {
        Self { circular: circular.to_owned(), ..self.clone() }
    }

    fn refuse_nesting(&self) -> Result<(), ConfigError> {
        let real = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let inbox = real(&self.inbox);
        for (name, dir) in [("outbox", &self.outbox), ("state", &self.state)] {
            let dir = real(dir);
            if dir.starts_with(&inbox) || inbox.starts_with(&dir) {
                return Err(ConfigError::Value(format!(
                    "the {name} `{}` and the inbox `{}` lie inside each other\nhint: give them separate folders",
                    dir.display(),
                    inbox.display()
                )));
            }
        }
        Ok(())
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the run's clock is read")]
fn clock(text: &str) -> Result<DateTime<FixedOffset>, ConfigError> {
    if text.is_empty() {
        return Ok(chrono::Utc::now().fixed_offset());
    }
    DateTime::parse_from_rfc3339(text).map_err(|_| {
        ConfigError::Value(format!(
            "`{text}` is no time\nhint: write RFC 3339, e.g. 2019-06-12T10:00:00+08:00"
        ))
    })
}
