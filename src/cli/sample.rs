//! `dossier sample`: a synthetic inbox with a known outcome.

use super::args::{Common, SampleArgs};
use super::{Exit, Failure, Outcome, settings};
use crate::sample::{self, Plan, SampleError};

pub(super) fn sample(common: &Common, args: &SampleArgs) -> Outcome {
    let fonts = settings(common)?.fonts;
    let result = if args.shipped {
        sample::write_shipped(&args.out, &fonts)
    } else {
        sample::write(&Plan {
            out: args.out.clone(),
            units: args.units,
            applicants: args.applicants,
            seed: args.seed,
            fonts,
        })
    };
    result?;
    say!("{}", args.out.join("inbox").display());
    Ok(Exit::Clean)
}

impl From<SampleError> for Failure {
    fn from(error: SampleError) -> Self {
        let exit = match &error {
            SampleError::Occupied(_) | SampleError::Fonts => Exit::Usage,
            SampleError::Write { .. }
            | SampleError::Page(_)
            | SampleError::Picture(_)
            | SampleError::Workbook(_) => Exit::Failed,
        };
        Self { message: error.to_string(), exit }
    }
}
