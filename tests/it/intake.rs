//! The inbox as it is found in the field.

use crate::wall::pool;
use chrono::{DateTime, FixedOffset};
use dossier::blobs::{Blobs, sha256_hex};
use dossier::intake::{
    Arrived, Delivery, EntryKind, FileKind, Inbox, IntakeError, Look, Seen, SourceFile, Witness,
};
use dossier::wall::{Limits, Pool};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

struct Office {
    dir: tempfile::TempDir,
    blobs: Blobs,
    pool: Pool,
    limits: Limits,
    settle: Duration,
    known: BTreeMap<String, Seen>,
}

impl Office {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("inbox")).unwrap();
        let blobs = Blobs::open(dir.path().join("blobs")).unwrap();
        let pool = pool(2, limits.clone());
        Self { dir, blobs, pool, limits, settle: Duration::ZERO, known: BTreeMap::new() }
    }

    fn inbox(&self) -> PathBuf {
        self.dir.path().join("inbox")
    }

    fn drop(&self, path: &str, bytes: &[u8]) {
        let place = self.inbox().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }

    /// A pass, `secs` after the first one; remembers what it saw.
    fn look(&mut self, secs: i64) -> Vec<Arrived> {
        self.look_while(secs, &|| {}, &|| false)
    }

    /// A pass in which something happens between its two halves.
    fn look_while(
        &mut self,
        secs: i64,
        meanwhile: &dyn Fn(),
        stopped: &dyn Fn() -> bool,
    ) -> Vec<Arrived> {
        let inbox = Inbox {
            dir: &self.inbox(),
            blobs: &self.blobs,
            pool: &self.pool,
            limits: &self.limits,
            settle: self.settle,
            patience: Duration::from_secs(600),
            now: at(secs),
            by: Witness::Run,
            last_look: None,
            known: &self.known,
        };
        let look = Look::begin(&inbox).unwrap();
        let mut arrived = look.ready().unwrap();
        meanwhile();
        arrived.extend(look.rest(stopped).unwrap());
        self.known = arrived.iter().map(|a| (a.entry.clone(), a.seen.clone())).collect();
        arrived
    }

    fn only(&mut self, secs: i64) -> Delivery {
        let mut arrived = self.look(secs);
        assert_eq!(arrived.len(), 1, "{arrived:?}");
        arrived.remove(0).delivery.unwrap()
    }
}

fn at(secs: i64) -> DateTime<FixedOffset> {
    let start: DateTime<FixedOffset> = "2019-06-12T10:00:00+08:00".parse().unwrap();
    start + chrono::Duration::seconds(secs)
}

fn paths(delivery: &Delivery) -> Vec<&str> {
    delivery.files.iter().map(|file| file.path.as_str()).collect()
}

fn code(file: &SourceFile) -> Option<&str> {
    file.refused.as_ref().map(|finding| finding.code.as_str())
}

/// How a member is written.
#[derive(Clone, Copy, Default)]
struct How {
    flags: u16,
    mode: u32,
    /// Stated length instead of the true one.
    says: Option<u32>,
}

/// A ZIP with stored members under raw names.
fn zip(members: &[(&[u8], &[u8], How)]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes, how) in members {
        let offset = u32::try_from(body.len()).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let len = u32::try_from(bytes.len()).unwrap();
        let mut fields = Vec::new();
        for half in [20, how.flags, 0, 0, 0x21] {
            fields.extend_from_slice(&half.to_le_bytes());
        }
        for word in [crc.sum(), len, how.says.unwrap_or(len)] {
            fields.extend_from_slice(&word.to_le_bytes());
        }
        let name_len = u16::try_from(name.len()).unwrap();
        fields.extend_from_slice(&name_len.to_le_bytes());
        fields.extend_from_slice(&[0, 0]);
        body.extend_from_slice(b"PK\x03\x04");
        body.extend_from_slice(&fields);
        body.extend_from_slice(name);
        body.extend_from_slice(bytes);
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&fields);
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(how.mode << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name);
    }
    let count = u16::try_from(members.len()).unwrap();
    let (size, start) = (directory.len() as u32, body.len() as u32);
    body.extend_from_slice(&directory);
    body.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    body.extend_from_slice(&count.to_le_bytes());
    body.extend_from_slice(&count.to_le_bytes());
    body.extend_from_slice(&size.to_le_bytes());
    body.extend_from_slice(&start.to_le_bytes());
    body.extend_from_slice(&[0, 0]);
    body
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

const PLAIN: How = How { flags: 0, mode: 0, says: None };
const JPEG: &[u8] = b"\xFF\xD8\xFF\xDA\x00\x02data\xFF\xD9";

#[test]
fn a_gbk_archive_looks_like_a_folder() {
    let mut office = Office::new();
    let (roster, card) = (gbk("海安市人社局/申报表.csv"), gbk("海安市人社局/01张䶮/身份证.jpg"));
    let bytes = zip(&[
        (&gbk("海安市人社局/"), b"", PLAIN),
        (&roster, "姓名\n".as_bytes(), PLAIN),
        (&card, JPEG, PLAIN),
        (b"__MACOSX/._x", b"x", PLAIN),
    ]);
    office.drop("海安市人社局.zip", &bytes);
    let delivery = office.only(0);
    assert_eq!(paths(&delivery), ["01张䶮/身份证.jpg", "__MACOSX/._x", "申报表.csv"]);
    assert_eq!((delivery.kind, delivery.sender.as_str()), (EntryKind::Zip, "海安市人社局"));
    assert!(delivery.settled && delivery.files[1].litter);
    assert_eq!(delivery.files[0].kind, FileKind::Jpeg);
    assert_eq!(delivery.files[0].sha256, sha256_hex(JPEG));
    assert_eq!(office.blobs.get(&delivery.files[0].sha256).unwrap(), JPEG);
    let codes: Vec<_> = delivery.findings.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(codes, ["IN-115"]);
}

#[test]
fn nothing_leaves_the_archive() {
    let mut office = Office::new();
    let link = How { mode: 0o120_777, ..PLAIN };
    let bytes = zip(&[
        (b"../../evil.txt", b"x", PLAIN),
        (b"/etc/evil", b"x", PLAIN),
        (b"C:\\evil.txt", b"x", PLAIN),
        (b"..\\..\\evil.txt", b"x", PLAIN),
        (b"a\0b.txt", b"x", PLAIN),
        (b"link", b"/etc/passwd", link),
        (b"ok.txt", b"x", PLAIN),
    ]);
    office.drop("a.zip", &bytes);
    let delivery = office.only(0);
    assert_eq!(delivery.files.len(), 7);
    for file in &delivery.files {
        assert_eq!(code(file), (file.path != "ok.txt").then_some("IN-116"), "{}", file.path);
    }
    let top: Vec<_> = fs::read_dir(office.dir.path()).unwrap().collect();
    assert_eq!(top.len(), 2, "only inbox and blobs");
}

#[test]
fn equal_names_are_kept_and_lying_counts_refused() {
    let mut office = Office::new();
    let bytes = zip(&[(b"a.txt", b"1", PLAIN), (b"A.txt", b"2", PLAIN), (b"a.txt", b"3", PLAIN)]);
    office.drop("a.zip", &bytes);
    let delivery = office.only(0);
    assert_eq!(paths(&delivery), ["A (2).txt", "a (3).txt", "a.txt"]);

    let mut lying = bytes;
    let end = lying.len() - 22;
    lying[end + 8] = 2;
    lying[end + 10] = 2;
    office.drop("a.zip", &lying);
    let delivery = office.only(1);
    assert_eq!((paths(&delivery), code(&delivery.files[0])), (vec!["a.zip"], Some("IN-116")));
}

#[test]
fn locked_lying_and_bloated_archives_are_refused() {
    let deep = zip(&[(b"c.zip", &zip(&[(b"x.txt", b"x", PLAIN)]), PLAIN)]);
    for (bytes, wanted) in [
        (zip(&[(b"a.txt", b"1", How { flags: 1, ..PLAIN })]), "IN-113"),
        (zip(&[(b"a.txt", b"12345", How { says: Some(2), ..PLAIN })]), "IN-116"),
        (zip(&[(b"a.txt", b"1", PLAIN), (b"b.txt", &[b'x'; 70_000], PLAIN)]), "IN-116"),
        (zip(&[(b"a", b"1", PLAIN), (b"b", b"1", PLAIN), (b"c", b"1", PLAIN)]), "IN-116"),
    ] {
        let mut office = Office::with(Limits {
            unpacked_bytes: 60_000,
            archive_entries: 2,
            ..Limits::default()
        });
        office.drop("a.zip", &bytes);
        let delivery = office.only(0);
        assert!(delivery.settled);
        assert_eq!(delivery.files.len(), 1);
        assert_eq!(code(&delivery.files[0]), Some(wanted));
    }
    let mut office = Office::new();
    office.drop("a.zip", &zip(&[(b"b.zip", &deep, PLAIN), (b"y.txt", b"y", PLAIN)]));
    let delivery = office.only(0);
    assert_eq!(paths(&delivery), ["b/c.zip", "y.txt"]);
    assert_eq!(code(&delivery.files[0]), Some("IN-116"));
}

#[test]
fn archives_in_folders_are_opened_and_workbooks_called_zip_are_not() {
    let mut office = Office::new();
    let inner = zip(&[(&gbk("身份证.jpg"), JPEG, PLAIN)]);
    office.drop("一院/01张三.zip", &inner);
    office.drop("一院/表.zip", &zip(&[(b"[Content_Types].xml", b"<a/>", PLAIN)]));
    let delivery = office.only(0);
    assert_eq!(paths(&delivery), ["01张三/身份证.jpg", "表.zip"]);
    assert_eq!((delivery.kind, delivery.files[1].kind), (EntryKind::Folder, FileKind::Zip));
}

#[test]
fn a_damaged_member_is_refused_alone() {
    let mut office = Office::new();
    let mut bytes = zip(&[(b"a.txt", b"12345", PLAIN), (b"b.txt", b"ok", PLAIN)]);
    let at = bytes.windows(5).position(|w| w == b"12345").unwrap();
    bytes[at] = b'9';
    office.drop("a.zip", &bytes);
    let delivery = office.only(0);
    assert_eq!(code(&delivery.files[0]), Some("IN-103"));
    assert_eq!(code(&delivery.files[1]), None);
}

#[test]
fn half_an_archive_waits_and_is_then_refused() {
    let mut office = Office::new();
    let bytes = zip(&[(b"a.txt", b"12345", PLAIN)]);
    office.drop("a.zip", &bytes[..bytes.len() - 30]);
    let delivery = office.only(0);
    assert!(!delivery.settled);
    assert_eq!((paths(&delivery), delivery.kind), (vec!["a.zip"], EntryKind::Zip));
    assert!(!office.only(599).settled);
    let delivery = office.only(600);
    assert!(delivery.settled);
    assert_eq!(code(&delivery.files[0]), Some("IN-102"));
    assert_eq!(delivery.arrival.at, at(0), "kept from the first sight");
    assert!(office.look(601)[0].delivery.is_none());
}

#[test]
fn a_growing_file_arrives_when_it_stops() {
    let mut office = Office::new();
    office.drop("a.csv", b"1");
    office.settle = Duration::from_millis(300);
    let place = office.inbox().join("a.csv");
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        fs::write(place, b"12").unwrap();
    });
    assert!(!office.only(0).settled);
    writer.join().unwrap();
    let delivery = office.only(60);
    assert!(delivery.settled);
    assert_eq!(delivery.arrival.at, at(0), "seen grown at the end of the first pass");
}

#[test]
fn what_needs_no_quiet_is_taken_in_before_the_others_are_looked_at_again() {
    let mut office = Office::new();
    office.settle = Duration::from_millis(1);
    office.drop("乙/表.csv", b"1");
    office.drop("乙/提交完成.txt", b"");
    office.drop("甲.csv", b"1");
    office.drop("丙.csv", b"1");
    let (grows, goes) = (office.inbox().join("甲.csv"), office.inbox().join("丙.csv"));
    let arrived = office.look_while(
        0,
        &|| {
            fs::write(&grows, b"12").unwrap();
            fs::remove_file(&goes).unwrap();
        },
        &|| false,
    );
    let seen: Vec<_> = arrived
        .iter()
        .map(|a| (a.entry.as_str(), a.delivery.as_ref().is_some_and(|d| d.settled)))
        .collect();
    assert_eq!(seen, [("乙", true), ("甲.csv", false)]);
    let delivery = office.look(1).remove(1).delivery.unwrap();
    assert!(delivery.settled);
    assert_eq!(delivery.arrival.at, at(0), "grown, but seen so in the first pass");
}

#[test]
fn a_stopped_pass_waits_for_nobody_and_keeps_the_first_sight() {
    let mut office = Office::new();
    office.settle = Duration::from_secs(3600);
    office.drop("a.csv", b"1");
    let start = std::time::Instant::now();
    let arrived = office.look_while(0, &|| {}, &|| true);
    assert!(start.elapsed().as_secs() < 60);
    assert!(arrived[0].delivery.as_ref().is_some_and(|d| !d.settled));
    office.settle = Duration::ZERO;
    assert_eq!(office.only(10).arrival.at, at(0));
}

#[test]
fn known_quiet_needs_no_new_wait_and_marks_settle_at_once() {
    let mut office = Office::new();
    office.settle = Duration::from_secs(3600);
    office.drop("一院/表.csv", b"1");
    office.drop("一院/half.pdf", b"%PDF-1.4 half");
    office.drop("一院/提交完成.txt", b"");
    let start = std::time::Instant::now();
    let delivery = office.only(0);
    assert!(delivery.settled && start.elapsed().as_secs() < 60);
    assert!(delivery.files.iter().any(|f| f.path == "提交完成.txt" && f.litter));
    assert!(delivery.files.iter().all(|f| f.refused.is_none()));

    fs::remove_file(office.inbox().join("一院/提交完成.txt")).unwrap();
    office.settle = Duration::ZERO;
    assert!(!office.only(10).settled, "the half PDF");
    office.settle = Duration::from_secs(3600);
    let start = std::time::Instant::now();
    assert!(office.only(3700).settled, "out of patience");
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn litter_is_no_entry_and_changes_nothing() {
    let mut office = Office::new();
    office.drop("Thumbs.db", b"x");
    office.drop("~$表.xlsx", b"x");
    office.drop("一院/表.csv", b"1");
    let first = office.only(0);
    office.drop("一院/thumbs.DB", b"x");
    assert!(office.look(1)[0].delivery.is_none());
    office.drop("一院/撤回.txt", b"");
    let second = office.only(2);
    assert_eq!(paths(&second), ["thumbs.DB", "撤回.txt", "表.csv"]);
    assert!(second.files[0].litter && second.files[1].litter && !second.files[2].litter);
    assert_ne!(first.content, second.content, "a withdrawal is content");
}

#[test]
fn touching_a_file_is_no_new_arrival() {
    let mut office = Office::new();
    office.drop("a.csv", b"1");
    let first = office.only(0);
    let file = fs::File::options().write(true).open(office.inbox().join("a.csv")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let second = office.only(5);
    assert_eq!((first.content, first.arrival), (second.content, second.arrival));
    office.drop("a.csv", b"2");
    assert_eq!(office.only(9).arrival.at, at(9));
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_never_opened() {
    let mut office = Office::new();
    office.drop("一院/表.csv", b"1");
    std::os::unix::fs::symlink("/etc/passwd", office.inbox().join("一院/link.txt")).unwrap();
    std::os::unix::fs::symlink("/etc", office.inbox().join("龙")).unwrap();
    let pipe = office.inbox().join("一院/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let arrived = office.look(0);
    let unit = arrived[0].delivery.as_ref().unwrap();
    let codes: Vec<_> = unit.files.iter().map(code).collect();
    assert_eq!(codes, [Some("IN-109"), Some("IN-109"), None]);
    let link = arrived[1].delivery.as_ref().unwrap();
    assert_eq!((link.kind, code(&link.files[0])), (EntryKind::Lone, Some("IN-109")));
}

#[test]
fn empty_and_oversized_files_are_refused_with_the_reason() {
    let mut office = Office::with(Limits { file_bytes: 4, ..Limits::default() });
    office.drop("一院/a.csv", b"");
    office.drop("一院/b.csv", b"12345");
    office.drop("一院/c.csv", b"1234");
    let delivery = office.only(0);
    let codes: Vec<_> = delivery.files.iter().map(code).collect();
    assert_eq!(codes, [Some("IN-102"), Some("IN-104"), None]);
}

#[test]
fn a_child_out_of_memory_costs_one_archive() {
    let limits = Limits { address_space_mib: 1, ..Limits::default() };
    let mut office = Office::with(limits);
    office.drop("a.zip", &zip(&[(b"a.txt", b"1", PLAIN)]));
    office.drop("b.csv", b"1");
    let arrived = office.look(0);
    let dead = arrived[0].delivery.as_ref().unwrap();
    assert_eq!(code(&dead.files[0]), Some("IN-107"));
    assert_eq!(code(&arrived[1].delivery.as_ref().unwrap().files[0]), None);
}

#[test]
fn an_absent_inbox_is_an_error() {
    let office = Office::new();
    let inbox = Inbox {
        dir: Path::new("/nonexistent"),
        blobs: &office.blobs,
        pool: &office.pool,
        limits: &office.limits,
        settle: Duration::ZERO,
        patience: Duration::ZERO,
        now: at(0),
        by: Witness::Watch,
        last_look: None,
        known: &office.known,
    };
    assert!(matches!(Look::begin(&inbox), Err(IntakeError::Inbox(..))));
}
