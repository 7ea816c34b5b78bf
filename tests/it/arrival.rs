//! When something came, and who can say so.

use crate::office::{Office, applicant, codes, text};
use crate::people::{Person, entry};

#[test]
fn at_the_very_end_of_the_window_it_is_in_time() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.pass_at("2019-06-13T16:00:00+08:00").exits(0);
    assert_eq!(text(&applicant(&office.report(), &person.name)["decision"]), "accepted");
}

#[test]
fn a_second_late_on_the_first_pass_is_late() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.pass_at("2019-06-13T16:00:01+08:00").exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "returned");
    assert!(codes(&a).contains(&"WN-102") && !codes(&a).contains(&"WN-107"), "{a}");
}

#[test]
fn late_since_a_look_inside_the_window_waits_for_a_person() {
    let Some(office) = Office::open() else { return };
    let (early, late) = (Person::clean(1), Person::clean(2));
    office.drop_dir("南通市测试中心", &entry(&[&early]));
    office.pass_at("2019-06-13T15:00:00+08:00").exits(0);
    office.drop_dir("南通市测试学校", &entry(&[&late]));
    office.pass_at("2019-06-14T03:00:00+08:00").exits(1);
    let report = office.report();
    let a = applicant(&report, &late.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");
    assert!(codes(&a).contains(&"WN-107"), "{a}");
    assert_eq!(text(&applicant(&report, &early.name)["decision"]), "accepted");
}

#[test]
fn late_after_a_look_beyond_the_window_is_late() {
    let Some(office) = Office::open() else { return };
    let late = Person::clean(1);
    office.pass_at("2019-06-13T16:00:01+08:00").exits(0);
    office.drop_dir("南通市测试学校", &entry(&[&late]));
    office.pass_at("2019-06-13T16:30:00+08:00").exits(1);
    let a = applicant(&office.report(), &late.name);
    assert_eq!(text(&a["decision"]), "returned", "{a}");
    assert!(codes(&a).contains(&"WN-102"), "{a}");
}
