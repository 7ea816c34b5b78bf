//! Wrong use: a message that says what and where, and nothing done.

use crate::office::{Office, repo};
use crate::people::{Person, entry, roster};
use std::fs;
use std::path::Path;

/// An office with something in the inbox, so that a run has something to do.
fn office() -> Option<Office> {
    let office = Office::open()?;
    office.drop_file("申报表.xlsx", &roster(&[&Person::clean(1)]));
    Some(office)
}

/// The run ends with this code, says all of this, and publishes nothing.
#[track_caller]
fn refuses(office: &Office, args: &[&str], code: i32, says: &[&str]) {
    let ran = office.run(args).exits(code);
    for part in says {
        assert!(ran.stderr.contains(part), "`{part}` in {}", ran.stderr);
    }
    assert_eq!(ran.stdout, "");
    assert!(office.files().is_empty(), "{:?}", office.files().keys());
}

/// Copies a folder with everything in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy_tree(&item.path(), &target);
        } else {
            fs::copy(item.path(), target).unwrap();
        }
    }
}

#[test]
fn no_configuration() {
    let Some(office) = office() else { return };
    refuses(&office, &["run", "--config", "nowhere.toml"], 2, &["nowhere.toml", "--config"]);
}

#[test]
fn an_unknown_key() {
    let Some(office) = office() else { return };
    office.configure(&repo("templates"), &repo("fonts"), "setle-secs = 3\n");
    refuses(&office, &["run"], 2, &["pipeline.toml", "line", "setle-secs", "`settle-secs`"]);
}

#[test]
fn an_unknown_command_or_option() {
    let Some(office) = office() else { return };
    refuses(&office, &["rnu"], 2, &["rnu", "--help"]);
    refuses(&office, &["run", "--job", "1"], 2, &["--job", "--jobs"]);
    refuses(&office, &["run", "--now", "gestern"], 2, &["gestern", "RFC 3339"]);
}

#[test]
fn an_unknown_circular() {
    let Some(office) = office() else { return };
    refuses(&office, &["run", "--circular", "nantong-1919"], 2, &["nantong-1919"]);
}

#[test]
fn no_inbox() {
    let Some(office) = office() else { return };
    refuses(&office, &["run", "--inbox", "nowhere"], 2, &["nowhere"]);
}

#[test]
fn an_outbox_inside_the_inbox() {
    let Some(office) = office() else { return };
    refuses(&office, &["run", "--outbox", "inbox/outbox"], 2, &["outbox", "inbox"]);
    assert!(!office.path("inbox/outbox").exists());
}

#[test]
fn a_template_with_an_unknown_variable() {
    let Some(office) = Office::open() else { return };
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    let templates = office.path("templates");
    copy_tree(&repo("templates"), &templates);
    let place = templates.join("common/approval.html");
    let broken = fs::read_to_string(&place).unwrap().replacen("person.name", "person.nmae", 1);
    assert!(broken.contains("nmae"));
    fs::write(&place, broken).unwrap();
    office.configure(&templates, &repo("fonts"), "");
    refuses(&office, &["run"], 2, &["approval.html", "nmae"]);
}

#[test]
fn a_template_that_is_no_document() {
    let Some(office) = office() else { return };
    let templates = office.path("templates");
    copy_tree(&repo("templates"), &templates);
    fs::write(templates.join("common/notice.html"), "{% if %}").unwrap();
    office.configure(&templates, &repo("fonts"), "");
    refuses(&office, &["run"], 2, &["notice.html"]);
}

#[test]
fn no_fonts() {
    let Some(office) = office() else { return };
    office.configure(&repo("templates"), Path::new("empty"), "");
    refuses(&office, &["run"], 2, &["font"]);
}

#[test]
fn a_second_instance() {
    let Some(office) = office() else { return };
    fs::create_dir_all(office.path("state")).unwrap();
    let lock = fs::File::create(office.path("state/lock")).unwrap();
    lock.lock().unwrap();
    refuses(&office, &["run"], 3, &["running"]);
    drop(lock);
    office.pass().exits(1);
}
