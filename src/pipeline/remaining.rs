//! How long the windows of the circular are still open.

use super::{RunError, local, sound_pack};
use crate::config::Settings;
use crate::diag::{Finding, Origin};
use crate::pack::Window;

/// WN-105 for every window that is open now, in the order of the pack.
///
/// # Errors
/// When the pack cannot be used.
pub fn remaining(settings: &Settings) -> Result<Vec<Finding>, RunError> {
    let pack = sound_pack(settings)?.pack;
    let now = local(settings.now);
    let told = |window: &Window| {
        let span = pack.span(window);
        let end = span.end.filter(|end| *end >= now)?;
        let days = (end.date_naive() - now.date_naive()).num_days();
        let open = span.start.is_none_or(|start| start <= now);
        let finding = Finding::new("WN-105", Origin::default()).clause(&window.clause);
        open.then(|| finding.arg("stage", stage(window)).arg("n", days).build())
    };
    Ok(pack.windows.iter().filter_map(told).collect())
}

fn stage(window: &Window) -> String {
    let word = match window.stage.as_str() {
        "register" => "报名",
        "paper" => "纸质材料受理",
        "report_up" => "上报",
        "photo" => "照片审核",
        "selection_exam" => "选拔考试",
        other => other,
    };
    if window.levels.is_empty() {
        word.to_owned()
    } else {
        format!("{word}（{}）", window.levels.join("、"))
    }
}
