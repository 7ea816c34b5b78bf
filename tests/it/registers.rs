//! The registers of the office: named in `pipeline.toml`, read through the wall, used by the judge.

use crate::office::{Office, applicant, codes, grave, repo, text};
use crate::people::{Files, Person, census, entry, roster, workbook};
use std::fs;

fn table(rows: &[&[&str]]) -> Vec<u8> {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
    workbook("名册", &rows)
}

impl Office {
    /// Writes registers beside the inbox and names them in `pipeline.toml`.
    fn keep(&self, registers: &[(&str, Vec<u8>)]) {
        let mut more = "\n[registers]\n".to_owned();
        for (name, bytes) in registers {
            fs::write(self.path(&format!("{name}.xlsx")), bytes).unwrap();
            more.push_str(&format!("{name} = '{name}.xlsx'\n"));
        }
        self.configure(&repo("templates"), &repo("fonts"), &more);
    }
}

/// An entry whose unit hands in no census.
fn without_census(people: &[&Person]) -> Files {
    let mut files = entry(people);
    files.remove("单位材料/技师人数.xlsx").unwrap();
    files
}

#[test]
fn units_and_census_of_the_office_fill_what_the_unit_left_out() {
    let Some(office) = Office::open() else { return };
    let (one, two) = (Person::clean(1), Person::clean(2));
    office.drop_dir("某市第一中学", &without_census(&[&one, &two]));
    office.pass();
    let before = applicant(&office.report(), &one.name);
    assert!(codes(&before).contains(&"RT-101") && codes(&before).contains(&"QT-103"));
    office.keep(&[
        (
            "units",
            table(&[
                &["单位", "组织类别", "属地", "主管部门"],
                &["某市第一中学", "市属", "崇川", "市教育局"],
            ]),
        ),
        ("census", table(&[&["单位", "工种", "现有技师人数"], &["某市第一中学", "收银审核", "9"]])),
    ]);
    office.pass().exits(1);
    let report = office.report();
    for name in [&one.name, &two.name] {
        let a = applicant(&report, name);
        assert_eq!(text(&a["decision"]), "returned", "nine present allow one: {:?}", grave(&a));
        assert!(codes(&a).contains(&"QT-101") && codes(&a).contains(&"RT-102"));
        assert!(!codes(&a).contains(&"RT-101"));
        assert_eq!(text(&a["record"]["unit.kind"]["value"]), "市直");
        assert_eq!(text(&a["record"]["unit.area"]["value"]), "崇川区");
        assert_eq!(text(&a["record"]["unit.kind"]["origin"]["path"]), "units.xlsx");
    }
    // the register is mended: the next pass judges anew without anything dropped
    let more = table(&[&["单位", "工种", "现有技师人数"], &["某市第一中学", "收银审核", "12"]]);
    fs::write(office.path("census.xlsx"), more).unwrap();
    office.pass().exits(0);
    let again = applicant(&office.report(), &one.name);
    assert_eq!(text(&again["decision"]), "accepted", "{:?}", grave(&again));
    // and a pass that finds nothing new writes nothing
    let files = office.files();
    office.pass().exits(0);
    assert_eq!(office.files(), files);
}

#[test]
fn bans_and_last_years_results_are_found_by_number() {
    let Some(office) = Office::open() else { return };
    let (banned, passed, failed, clean) =
        (Person::clean(1), Person::clean(2), Person::clean(3), Person::clean(4));
    let everyone = [&banned, &passed, &failed, &clean];
    office.drop_dir("某市第一中学", &entry(&everyone));
    office.keep(&[
        (
            "integrity",
            table(&[
                &["姓名", "身份证号码", "记录日期"],
                &[&banned.name, &banned.id, "2017-03-01"],
            ]),
        ),
        (
            "last-year",
            table(&[
                &["姓名", "身份证号码", "单位", "申报工种", "申报等级", "评审结果"],
                &[&passed.name, &passed.id, "某市第一中学", "收银审核", "高级技师", "通过"],
                &[&failed.name, &failed.id, "某市第一中学", "收银审核", "高级技师", "未通过"],
            ]),
        ),
    ]);
    office.pass().exits(1);
    let report = office.report();
    let of = |person: &Person| applicant(&report, &person.name);
    // 25 present allow three; the one who failed uses no quota
    assert_eq!(
        grave(&of(&banned)),
        [format!("RT-131 {} 在诚信记录中，2020-03-01 前不得申报", banned.name)]
    );
    assert_eq!(grave(&of(&passed)), ["EL-116 已取得 高级技师，无需重复申报"]);
    assert!(codes(&of(&failed)).contains(&"QT-104"));
    for person in [&failed, &clean] {
        assert_eq!(text(&of(person)["decision"]), "accepted", "{:?}", grave(&of(person)));
    }
    let ids = serde_json::to_string(&report).unwrap();
    assert!(!ids.contains(&banned.id), "the register's numbers are masked as well");
}

#[test]
fn a_register_that_is_none_stops_before_anything_is_done() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_file("某市第一中学/申报汇总表.xlsx", &roster(&[&person]));
    office.keep(&[("units", table(&[&["电话", "地址"], &["1", "2"]]))]);
    let ran = office.pass().exits(2);
    assert!(ran.stderr.contains("units"), "{}", ran.stderr);
    assert!(!office.root().join("report.json").exists());
    office.keep(&[("unit", census())]);
    assert!(office.pass().exits(2).stderr.contains("no such register"));
    office.configure(&repo("templates"), &repo("fonts"), "\n[registers]\nunits = 'gone.xlsx'\n");
    assert!(office.pass().exits(2).stderr.contains("gone.xlsx"));
}
