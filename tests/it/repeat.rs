//! Same input, same bytes; same input, no work.

use crate::office::Office;
use crate::people::{Files, Person, entry};

fn units() -> Vec<(&'static str, Files)> {
    let people = [1, 2, 3, 4].map(Person::clean);
    let mut faulty = entry(&[&people[2], &people[3]]);
    faulty.remove(&people[3].scan("10论文正文"));
    vec![("南通市测试中心", entry(&[&people[0], &people[1]])), ("南通市测试学校", faulty)]
}

#[test]
fn jobs_and_drop_order_change_no_byte() {
    let Some(one) = Office::open() else { return };
    let Some(four) = Office::open() else { return };
    for (name, files) in units() {
        one.drop_dir(name, &files);
    }
    for (name, files) in units().into_iter().rev() {
        for (path, bytes) in files.into_iter().rev() {
            four.drop_file(&format!("{name}/{path}"), &bytes);
        }
    }
    one.run(&["run", "--jobs", "1"]).exits(1);
    four.run(&["run", "--jobs", "4"]).exits(1);
    assert_eq!(one.hashes(), four.hashes());
}

#[test]
fn a_second_pass_over_the_same_touches_nothing() {
    let Some(office) = Office::open() else { return };
    for (name, files) in units() {
        office.drop_dir(name, &files);
    }
    office.pass().exits(1);
    let before = office.files();
    office.pass().exits(1);
    assert_eq!(office.files(), before);
    // nor does the clock alone
    office.pass_at("2019-06-12T11:00:00+08:00").exits(1);
    assert_eq!(office.files(), before);
}

#[test]
fn an_empty_inbox_is_no_fault() {
    let Some(office) = Office::open() else { return };
    let ran = office.pass().exits(0);
    assert_eq!(ran.stderr, "");
    assert_eq!(office.report()["counts"]["submissions"], 0);
    let before = office.files();
    office.pass_at("2019-06-12T11:00:00+08:00").exits(0);
    assert_eq!(office.files(), before);
}
