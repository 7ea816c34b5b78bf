//! Whose file it is and what it is: folders, names and pictures as units send them.

use crate::office::{Office, applicant, codes, each, grave, submission, text};
use crate::people::{Files, Person, census, entry, jpeg, roster};
use image::{DynamicImage, ImageFormat};
use serde_json::Value;

const ENTRY: &str = "南通市测试中心";

/// The scans of a person with other words for the folder; an empty one: `prefix` on each name.
fn moved(person: &Person, folder: &str) -> Files {
    let own = format!("{}/", person.folder());
    let place = |path: &str| format!("{folder}{}", path.strip_prefix(&own).unwrap());
    person.scans().into_iter().map(|(path, bytes)| (place(&path), bytes)).collect()
}

fn with_roster(people: &[&Person], scans: impl IntoIterator<Item = Files>) -> Files {
    let mut files = Files::new();
    files.insert("申报汇总表.xlsx".to_owned(), roster(people));
    files.insert("单位材料/技师人数.xlsx".to_owned(), census());
    files.extend(scans.into_iter().flatten());
    files
}

#[track_caller]
fn accepted(report: &Value, person: &Person) {
    let person = applicant(report, &person.name);
    assert_eq!((text(&person["decision"]), grave(&person)), ("accepted", vec![]));
}

fn file(report: &Value, entry: &str, path: &str) -> Value {
    let submission = submission(report, entry);
    let found = each(&submission["files"]).iter().find(|file| text(&file["path"]) == path);
    found.unwrap_or_else(|| panic!("no {path} in {submission}")).clone()
}

#[track_caller]
fn sums(report: &Value) {
    let n = |key: &str| report["counts"][key].as_u64().unwrap();
    let parts = ["used", "ignored", "duplicate", "held", "unsettled"];
    assert_eq!(n("files"), parts.iter().map(|part| n(&format!("files_{part}"))).sum::<u64>());
}

#[test]
fn words_around_a_name_hide_nobody() {
    let Some(office) = Office::open() else { return };
    let people = [1, 2, 3].map(Person::clean);
    let folders = ["08号测试甲/", "2019年测试乙/", "测试丙老师（收银审核）/"];
    let scans = people.iter().zip(folders).map(|(person, folder)| moved(person, folder));
    office.drop_dir(ENTRY, &with_roster(&people.each_ref(), scans));
    let flat = [4, 5].map(Person::clean);
    let prefixes = ["03-测试丁_收银审核_", "高级技师测试戊的"];
    let scans = flat.iter().zip(prefixes).map(|(person, prefix)| moved(person, prefix));
    office.drop_dir("南通市测试学校", &with_roster(&flat.each_ref(), scans));
    office.pass();
    let report = office.report();
    people.iter().chain(&flat).for_each(|person| accepted(&report, person));
    sums(&report);
}

#[test]
fn a_longer_name_is_somebody_else() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    files.insert("测试甲乙/05技师证书.jpg".to_owned(), jpeg(350, 490, 7001));
    files.insert("专家测试甲推荐/05技师证书.jpg".to_owned(), jpeg(350, 490, 7002));
    office.drop_dir(ENTRY, &files);
    office.pass();
    let report = office.report();
    accepted(&report, &person);
    for path in ["测试甲乙/05技师证书.jpg", "专家测试甲推荐/05技师证书.jpg"] {
        let stray = file(&report, ENTRY, path);
        assert_eq!((text(&stray["verdict"]), text(&stray["code"])), ("ignored", "IN-117"));
    }
}

#[test]
fn the_nearest_table_tells_two_of_one_name_apart() {
    let Some(office) = Office::open() else { return };
    let (one, mut two) = (Person::clean(1), Person::clean(2));
    two.name.clone_from(&one.name);
    let mut files = Files::new();
    for (person, unit) in [(&one, "甲单位"), (&two, "乙单位")] {
        files.insert(format!("{unit}/申报汇总表.xlsx"), roster(&[person]));
        files.extend(moved(person, &format!("{unit}/{}/", person.name)));
    }
    office.drop_dir("南通市测试局", &files);
    office.pass();
    let report = office.report();
    let submission = submission(&report, "南通市测试局");
    let decisions: Vec<&str> =
        each(&submission["applicants"]).iter().map(|a| text(&a["decision"])).collect();
    assert_eq!(decisions, ["accepted", "accepted"], "{submission}");
}

#[test]
fn two_of_one_name_in_one_table_are_never_guessed() {
    let Some(office) = Office::open() else { return };
    let (one, mut two) = (Person::clean(1), Person::clean(2));
    two.name.clone_from(&one.name);
    let scans = [moved(&one, "测试甲/")];
    office.drop_dir(ENTRY, &with_roster(&[&one, &two], scans));
    office.pass().exits(1);
    let report = office.report();
    let submission = submission(&report, ENTRY);
    assert!(each(&submission["applicants"]).iter().all(|a| text(&a["decision"]) == "returned"));
    assert_eq!(text(&file(&report, ENTRY, "测试甲/05技师证书.jpg")["code"]), "DU-112");
}

#[test]
fn an_entry_named_after_its_one_person_is_their_folder() {
    let Some(office) = Office::open() else { return };
    let (alone, two) = (Person::clean(1), [2, 3].map(Person::clean));
    office.drop_dir("测试甲申报材料", &with_roster(&[&alone], [moved(&alone, "")]));
    // two rows: what lies beside the table is the unit's
    office.drop_dir("测试乙等材料", &with_roster(&two.each_ref(), [moved(&two[0], "")]));
    office.pass().exits(1);
    let report = office.report();
    accepted(&report, &alone);
    assert_eq!(text(&file(&report, "测试甲申报材料", "05技师证书.jpg")["as"]), "cert");
    assert_eq!(text(&file(&report, "测试乙等材料", "05技师证书.jpg")["as"]), "unit-paper");
    assert_eq!(text(&applicant(&report, &two[0].name)["decision"]), "returned");
}

#[test]
fn the_same_bytes_again_are_a_duplicate_however_busy_the_inbox() {
    let Some(office) = Office::open() else { return };
    let (person, other) = (Person::clean(1), Person::clean(2));
    let files = entry(&[&person]);
    office.drop_dir(ENTRY, &files);
    office.pass().exits(0);
    office.drop_dir("如皋市测试学校", &entry(&[&other]));
    office.pass_at("2019-06-12T11:00:00+08:00").exits(0);
    office.drop_dir("重新提交", &files);
    office.pass_at("2019-06-12T12:00:00+08:00").exits(0);
    let report = office.report();
    assert_eq!(text(&submission(&report, "重新提交")["state"]), "duplicate");
    accepted(&report, &person);
    sums(&report);
}

#[test]
fn old_bytes_after_newer_ones_of_the_same_are_no_duplicate() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let files = entry(&[&person]);
    office.drop_dir(ENTRY, &files);
    office.pass().exits(0);
    office.drop_file(&format!("{ENTRY}/{}", person.scan("05技师证书")), &jpeg(350, 490, 7003));
    office.pass_at("2019-06-12T11:00:00+08:00").exits(0);
    office.drop_dir("重新提交", &files);
    office.pass_at("2019-06-12T12:00:00+08:00");
    let again = submission(&office.report(), "重新提交");
    assert_ne!(text(&again["state"]), "duplicate", "{again}");
}

#[test]
fn bitmaps_webp_gif_and_mirrored_photos_are_bound() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    let picture = image::load_from_memory(&jpeg(350, 490, 7004)).unwrap();
    let others = [
        ("05技师证书", ImageFormat::Bmp),
        ("10论文封面", ImageFormat::WebP),
        ("08综合评价证明材料", ImageFormat::Gif),
    ];
    for (name, format) in others {
        let path = person.scan(name);
        assert!(files.remove(&path).is_some(), "{path}");
        let ending = format.extensions_str()[0];
        files.insert(path.replace(".jpg", &format!(".{ending}")), drawn(&picture, format));
    }
    let mirrored = person.scan("10论文目录");
    let plain = files[&mirrored].clone();
    files.insert(mirrored, turned(&plain, 5));
    office.drop_dir(ENTRY, &files);
    office.pass().exits(0);
    let report = office.report();
    accepted(&report, &person);
    for (name, ending) in [("05技师证书", "bmp"), ("08综合评价证明材料", "gif")] {
        let path = person.scan(name).replace(".jpg", &format!(".{ending}"));
        let bound = file(&report, ENTRY, &path);
        assert_eq!((text(&bound["verdict"]), text(&bound["kind"])), ("used", ending), "{bound}");
        assert_eq!(bound["pages"], 1);
    }
}

#[test]
fn of_a_moving_picture_the_first_is_bound_and_that_is_said() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    let path = person.scan("05技师证书");
    files.remove(&path);
    let moving = path.replace(".jpg", ".gif");
    files.insert(moving.clone(), animation());
    office.drop_dir(ENTRY, &files);
    office.pass();
    let report = office.report();
    let bound = file(&report, ENTRY, &moving);
    assert_eq!((text(&bound["verdict"]), &bound["pages"]), ("used", &1.into()), "{bound}");
    let found = codes(&applicant(&report, &person.name)).contains(&"MT-155")
        || codes(&submission(&report, ENTRY)).contains(&"MT-155");
    assert!(found, "{report:#}");
}

#[test]
fn a_paper_in_a_format_nobody_reads_is_told_once_and_truly() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    let path = person.scan("05技师证书");
    files.remove(&path);
    let phone = path.replace(".jpg", ".heic");
    files.insert(phone.clone(), b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec());
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let report = office.report();
    let a = applicant(&report, &person.name);
    assert_eq!(text(&a["decision"]), "returned");
    let about = |of: &Value| -> Vec<String> {
        let named = each(&of["findings"]).iter().filter(|f| text(&f["origin"]["path"]) == phone);
        named.map(|f| text(&f["code"]).to_owned()).collect()
    };
    assert_eq!(about(&a), ["IN-131"], "{a}");
    assert!(about(&submission(&report, ENTRY)).iter().all(|code| code == "IN-131"));
}

fn drawn(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.to_rgb8().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A GIF of two pictures.
fn animation() -> Vec<u8> {
    let frames = [7005, 7006].map(|seed| {
        let picture = image::load_from_memory(&jpeg(350, 490, seed)).unwrap();
        image::Frame::new(picture.to_rgba8())
    });
    let mut bytes = Vec::new();
    image::codecs::gif::GifEncoder::new(&mut bytes).encode_frames(frames).unwrap();
    bytes
}

/// The JPEG with an EXIF block that states this orientation.
fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut block =
        b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &block, &jpeg[2..]].concat()
}
