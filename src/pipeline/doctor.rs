//! What a run needs from the machine, looked at without running.

use super::{RunError, fonts, forms, local, registers};
use crate::config::{Disk, Settings};
use crate::export::pdf::{FaceFound, faces};
use crate::ledger::Ledger;
use crate::pack::{self, Pack};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Ok,
    /// A run works; somebody should know.
    Warn,
    /// A run would stop.
    Fail,
}

/// One line of the doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it came out.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do about it; empty when nothing.
    pub remedy: String,
}

impl Check {
    fn new(name: &str, health: Health, found: impl Into<String>, remedy: &str) -> Self {
        let remedy = if health == Health::Ok { String::new() } else { remedy.to_owned() };
        Self { name: name.to_owned(), health, found: found.into(), remedy }
    }
}

/// Less free space than this stops a run sooner or later.
const LEAST_SPACE: u64 = 200 << 20;
/// Less than this is worth a word.
const SMALL_SPACE: u64 = 2 << 30;

/// Programs that help a person look at papers; dossier itself needs none.
const PROGRAMS: [(&str, &str); 3] = [
    ("qpdf", "检查 PDF 结构"),
    ("pdftotext", "从 PDF 取出文字核对"),
    ("soffice", "打开、打印 DOCX/XLSX"),
];

/// Looks at everything, in the order of the page.
pub fn doctor(settings: &Settings, pinned: bool) -> Vec<Check> {
    let mut checks = font_checks(settings);
    checks.extend(pack_checks(settings, pinned));
    checks.push(inbox(&settings.inbox));
    checks.push(writable("收件结果 outbox", &settings.outbox));
    checks.push(writable("台账 state", &settings.state));
    checks.extend(private(&settings.state));
    checks.push(disk(&settings.state, Disk::of(&settings.state)));
    checks.extend(space("outbox", &settings.outbox));
    checks.extend(space("state", &settings.state));
    checks.push(ledger(settings));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    checks.extend(PROGRAMS.iter().map(|(name, what)| program(&dirs, name, what)));
    checks
}

fn font_checks(settings: &Settings) -> Vec<Check> {
    let remedy = "把字体文件放进 [paths] fonts 的文件夹，或运行 make run";
    let mut checks: Vec<Check> = faces(&settings.fonts)
        .into_iter()
        .map(|FaceFound { face, family, file, wanted }| {
            let name = format!("字体 {}", label(face));
            match (family, file) {
                (Some(family), Some(file)) => {
                    Check::new(&name, Health::Ok, format!("{family}（{}）", file.display()), "")
                }
                (Some(family), None) => Check::new(&name, Health::Ok, family, ""),
                (None, _) => {
                    let found = format!("没有找到：{}", wanted.join("、"));
                    Check::new(&name, Health::Fail, found, remedy)
                }
            }
        })
        .collect();
    checks.push(match fonts::stamp_path(&settings.fonts) {
        Some(path) => Check::new("字体 页码", Health::Ok, path.display().to_string(), ""),
        None => {
            Check::new("字体 页码", Health::Fail, format!("没有找到：{}", fonts::STAMP), remedy)
        }
    });
    if checks.iter().all(|check| check.health == Health::Ok)
        && let Err(error) = forms::fonts_complete(settings)
    {
        checks.push(Check::new("字体", Health::Fail, error.to_string(), remedy));
    }
    checks
}

fn label(face: &str) -> &str {
    match face {
        "song" => "宋体",
        "fang" => "仿宋",
        "kai" => "楷体",
        "hei" => "黑体",
        "title" => "小标宋",
        other => other,
    }
}

fn pack_checks(settings: &Settings, pinned: bool) -> Vec<Check> {
    let name = "规则包与模板";
    let loaded = match pack::load_at(&settings.templates, &settings.circular, settings.now) {
        Ok(loaded) => loaded,
        Err(error) => {
            return vec![Check::new(name, Health::Fail, error.to_string(), "运行 dossier lint")];
        }
    };
    let composed = match forms::lint(settings) {
        Ok(_) => Check::new(name, Health::Ok, &settings.circular, ""),
        Err(error) => Check::new(name, Health::Fail, error.to_string(), "运行 dossier lint"),
    };
    let mut checks = vec![composed, clock(settings, &loaded.pack, pinned)];
    if !settings.registers.is_empty() {
        let names: Vec<&str> = settings.registers.keys().map(String::as_str).collect();
        checks.push(match registers::loaded(settings) {
            Ok(_) => Check::new("登记册", Health::Ok, names.join("、"), ""),
            Err(error) => {
                let remedy = "改正 pipeline.toml 的 [registers]";
                Check::new("登记册", Health::Fail, error.to_string(), remedy)
            }
        });
    }
    checks
}

/// The clock against the register window of the pack.
fn clock(settings: &Settings, pack: &Pack, pinned: bool) -> Check {
    let now = local(settings.now);
    let shown = now.format("%Y-%m-%d %H:%M:%S");
    let spans = pack.windows.iter().filter(|w| w.stage == "register").map(|w| pack.span(w));
    let spans: Vec<pack::Span> = spans.collect();
    let inside = spans.is_empty()
        || spans.iter().any(|span| {
            span.start.is_none_or(|start| now >= start) && span.end.is_none_or(|end| now <= end)
        });
    let name = "时钟";
    if pinned {
        let found = format!("{shown}，由 pipeline.toml 的 now 或 --now 固定");
        return Check::new(name, Health::Warn, found, "正式使用前把 [run] now 留空");
    }
    if inside {
        return Check::new(name, Health::Ok, format!("{shown}，在报名时间内"), "");
    }
    let end = spans.iter().filter_map(|span| span.end).max();
    let found = match end {
        Some(end) if now > end => {
            format!("{shown}，报名已于 {} 截止", end.format("%Y-%m-%d %H:%M"))
        }
        _ => format!("{shown}，报名尚未开始"),
    };
    Check::new(name, Health::Warn, found, "核对系统时间；此时收到的材料按逾期或过早处理")
}

fn inbox(dir: &Path) -> Check {
    let name = "收件箱 inbox";
    match std::fs::read_dir(dir) {
        Ok(items) => {
            let found = format!("{}，{} 项", dir.display(), items.count());
            Check::new(name, Health::Ok, found, "")
        }
        Err(error) => Check::new(
            name,
            Health::Fail,
            format!("{} 读不到：{error}", dir.display()),
            "建立该文件夹，或用 --inbox 指定",
        ),
    }
}

/// The folder, or the nearest one above it that is there.
fn nearest(dir: &Path) -> PathBuf {
    let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let found = whole.ancestors().find(|path| path.exists());
    found.unwrap_or(&whole).to_path_buf()
}

fn writable(name: &str, dir: &Path) -> Check {
    let there = nearest(dir);
    let new = if dir.exists() { "" } else { "（首次运行时建立）" };
    // a file is made and dropped at once: rights alone do not tell of a read-only disk
    match tempfile::tempfile_in(&there) {
        Ok(_) if there.is_dir() => {
            Check::new(name, Health::Ok, format!("{} 可写{new}", dir.display()), "")
        }
        Ok(_) => Check::new(name, Health::Fail, format!("{} 不是文件夹", there.display()), "改名"),
        Err(error) => Check::new(
            name,
            Health::Fail,
            format!("{} 不能写：{error}", there.display()),
            "改正权限，或另指定文件夹",
        ),
    }
}

#[cfg(unix)]
fn private(state: &Path) -> Option<Check> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(state).ok()?.permissions().mode() & 0o777;
    let open = mode & 0o077 != 0;
    let health = if open { Health::Warn } else { Health::Ok };
    let found = format!("权限 {mode:04o}");
    let remedy = "台账含身份证号：chmod 700 该文件夹";
    Some(Check::new("台账 权限", health, found, remedy))
}

#[cfg(not(unix))]
fn private(_state: &Path) -> Option<Check> {
    None
}

fn disk(state: &Path, disk: Option<Disk>) -> Check {
    let name = "台账 文件系统";
    let at = state.display();
    match disk {
        Some(Disk::Local(kind)) => Check::new(name, Health::Ok, format!("{kind}（本地）"), ""),
        Some(Disk::Share(kind)) => Check::new(
            name,
            Health::Fail,
            format!("{at} 在网络或用户态文件系统上（{kind}）"),
            "用 --state 或 [paths] state 指定本地磁盘上的文件夹",
        ),
        Some(Disk::Unknown(kind)) => Check::new(
            name,
            Health::Warn,
            format!("不认识的文件系统 {kind}"),
            "确认它是本机磁盘，不是网络共享",
        ),
        None => Check::new(name, Health::Warn, "本系统不能判断", "确认它是本机磁盘，不是网络共享"),
    }
}

#[cfg(unix)]
fn space(name: &str, dir: &Path) -> Option<Check> {
    let stat = rustix::fs::statvfs(nearest(dir)).ok()?;
    Some(space_check(name, stat.f_bavail.saturating_mul(stat.f_frsize)))
}

#[cfg(not(unix))]
fn space(_name: &str, _dir: &Path) -> Option<Check> {
    None
}

fn space_check(name: &str, free: u64) -> Check {
    let health = match free {
        free if free < LEAST_SPACE => Health::Fail,
        free if free < SMALL_SPACE => Health::Warn,
        _ => Health::Ok,
    };
    let found = format!("{} MiB", free >> 20);
    Check::new(&format!("可用空间 {name}"), health, found, "腾出空间")
}

fn ledger(settings: &Settings) -> Check {
    let name = "台账";
    let looked = Ledger::look(&settings.state, &settings.circular)
        .map_err(RunError::from)
        .and_then(|ledger| Ok(ledger.map(|ledger| ledger.cases()).transpose()?));
    match looked {
        Ok(Some(cases)) => Check::new(name, Health::Ok, format!("{} 个案号", cases.len()), ""),
        Ok(None) => Check::new(name, Health::Ok, "还没有（首次运行时建立）", ""),
        Err(error) => Check::new(name, Health::Fail, error.to_string(), "从备份恢复 state/"),
    }
}

fn program(dirs: &[PathBuf], name: &str, what: &str) -> Check {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    match dirs.iter().map(|dir| dir.join(&file)).find(|path| path.is_file()) {
        Some(path) => {
            Check::new(&format!("程序 {name}"), Health::Ok, path.display().to_string(), "")
        }
        None => Check::new(
            &format!("程序 {name}"),
            Health::Warn,
            "没有找到",
            &format!("可选，仅用于{what}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_fails_and_an_unknown_one_is_told() {
        let state = Path::new("state");
        let health = |found| disk(state, found).health;
        assert_eq!(health(Some(Disk::Share("cifs".into()))), Health::Fail);
        assert_eq!(health(Some(Disk::Unknown("strangefs".into()))), Health::Warn);
        assert_eq!(health(Some(Disk::Local("xfs".into()))), Health::Ok);
        assert!(disk(state, Some(Disk::Share("cifs".into()))).found.contains("cifs"));
    }

    #[test]
    fn little_space_is_told_before_none_is_left() {
        assert_eq!(space_check("x", 100 << 20).health, Health::Fail);
        assert_eq!(space_check("x", 1 << 30).health, Health::Warn);
        assert_eq!(space_check("x", 10 << 30).health, Health::Ok);
    }

    #[test]
    fn a_program_is_looked_for_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = [PathBuf::from("nowhere"), dir.path().to_owned()];
        assert_eq!(program(&dirs, "qpdf", "x").health, Health::Warn);
        std::fs::write(dir.path().join(format!("qpdf{}", std::env::consts::EXE_SUFFIX)), b"")
            .unwrap();
        assert_eq!(program(&dirs, "qpdf", "x").health, Health::Ok);
    }
}
