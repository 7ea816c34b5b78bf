//! Rows of the Nantong circular where a wrong word would cost a worker a year.

use super::super::Decision::{Accepted, Held, Returned};
use super::super::fixture::*;
use super::super::{History, Judgement, check};
use crate::diag::{Finding, Origin, Severity};
use crate::normalize::{Applicant, FiledMaterial, Source, Value};
use crate::pack::Pack;

fn in_pack(change: impl FnOnce(&mut Pack), a: Applicant) -> Judgement {
    let mut pack = pack();
    change(&mut pack);
    let submissions = [submission(vec![a], Some(9), Some(false))];
    let report = check(&submissions, &pack, &History::default(), now());
    report.judgements.into_values().next().unwrap()
}

fn severity(j: &Judgement, code: &str) -> Severity {
    j.findings.iter().find(|f| f.code.as_str() == code).unwrap().severity
}

#[test]
fn nt_03_the_office_has_many_names_and_others_have_theirs() {
    for good in [
        "江苏省人力资源和社会保障厅",
        "江苏省人力资源社会保障厅",
        "省人社厅",
        "江苏省人事厅",
        "省人事厅",
    ] {
        expect(&broken(|a| set(a, "cert.issuer", text(good))), &[], Accepted);
    }
    for other in ["南通市人力资源和社会保障局", "浙江省人社厅", "江苏省职业技能鉴定指导中心"]
    {
        expect(&broken(|a| set(a, "cert.issuer", text(other))), &["EL-110"], Returned);
    }
}

#[test]
fn nt_04_the_year_of_the_certificate_by_every_precision() {
    for (day, ok) in [
        ("2015-12-31", true),
        ("2015-12", true),
        ("2015", true),
        ("2016-01-01", false),
        ("2016-01", false),
        ("2016", false),
    ] {
        let j = broken(|a| set(a, "cert.date", date(day)));
        assert_eq!((j.decision == Accepted, has(&j, "EL-111")), (ok, !ok), "{day}");
    }
}

#[test]
fn nt_05_staff_told_in_words_nobody_knows_is_a_question() {
    let j = broken(|a| unreadable(a, "person.staffed", "聘用制"));
    expect(&j, &[], Held);
    assert_eq!(j.questions[0].id, "in_post");
    expect(&broken(|a| set(a, "person.staffed", Value::Bool(true))), &[], Accepted);
    expect(&broken(|a| set(a, "person.staffed", Value::Bool(false))), &["EL-114"], Returned);
}

#[test]
fn nt_06_a_certificate_of_another_trade_is_noticed_unless_moved() {
    let other = broken(|a| set(a, "cert.trade", text("电工")));
    expect(&other, &[], Accepted);
    assert!(has(&other, "FD-163"));
    let moved = broken(|a| {
        set(a, "cert.trade", text("电工"));
        set(a, "apply.transferred", Value::Bool(true));
    });
    assert!(!has(&moved, "FD-163") && has(&moved, "SC-103"));
    assert!(!has(&broken(|a| set(a, "cert.trade", text("收银员"))), "FD-163"));
}

#[test]
fn nt_08_grades_are_read_by_their_head_and_unknown_ones_asked_about() {
    for good in ["优秀（嘉奖）", "合格，见附件", "称职", "良好"] {
        expect(&broken(|a| set(a, "appraisal.2016", text(good))), &[], Accepted);
    }
    for poor in ["基本合格", "不合格（病假）", "基本称职", "未定等次"] {
        expect(&broken(|a| set(a, "appraisal.2016", text(poor))), &["EL-121"], Returned);
    }
    for unclear in ["免考核", "产假", "未参加", "√"] {
        let j = broken(|a| set(a, "appraisal.2016", text(unclear)));
        expect(&j, &[], Held);
        assert_eq!(j.questions[0].id, "appraisal", "{unclear}");
    }
}

#[test]
fn nt_09_a_file_named_professional_certificate_counts() {
    let school = |path: &'static str, id: &'static str| {
        broken(move |a| {
            set(a, "education.rank", text("高中"));
            let m = a.materials.iter_mut().find(|m| m.id == id).unwrap();
            m.files[0].path = path.to_owned();
        })
    };
    let named = school("张三/03成人高等教育专业证书.jpg", "diploma");
    expect(&named, &[], Accepted);
    assert_eq!(named.record["education.special_cert"].source, Source::Derived);
    // the same words on another paper prove nothing
    expect(&school("张三/12专业证书.jpg", "cashier_exp"), &["EL-122"], Returned);
    let denied = broken(|a| {
        set(a, "education.rank", text("高中"));
        set(a, "education.special_cert", Value::Bool(false));
    });
    expect(&denied, &["EL-122"], Returned);
}

#[test]
fn nt_11_one_paper_since_the_certificate_is_enough() {
    let papers = |dates: &[&'static str]| {
        broken(|a| {
            for (n, day) in dates.iter().enumerate() {
                set(a, &format!("papers.{}.date", n + 1), date(day));
            }
        })
    };
    expect(&papers(&["2008-01", "2016-05"]), &[], Accepted);
    expect(&papers(&["2016-05", "2008-01"]), &[], Accepted);
    expect(&papers(&["2008-01", "2009-05"]), &["EL-124"], Returned);
    let vague = papers(&["2008-01", "2010"]);
    expect(&vague, &[], Accepted);
    assert!(has(&vague, "EL-125"), "2010 may be before or after 2010-11");
}

#[test]
fn nt_11_numbers_of_journals() {
    let paper = |issn: Option<&'static str>| {
        broken(move |a| {
            set(a, "papers.1.journal", text("机电技术"));
            if let Some(issn) = issn {
                set(a, "papers.1.issn", text(issn));
            }
        })
    };
    for (issn, fault) in [
        (Some("1672-4801"), false),
        (Some("ISSN 0028-0836"), false),
        (Some("0028-0837"), true),
        (Some("CN35-1262/TH"), false),
        (None, true),
    ] {
        let j = paper(issn);
        expect(&j, &[], Accepted);
        assert_eq!(has(&j, "EL-126"), fault, "{issn:?}");
    }
}

fn exception(items: &[&str], change: impl FnOnce(&mut Applicant)) -> Judgement {
    broken(|a| {
        set(a, "education.rank", text("高中"));
        set(a, "apply.exception", claim(items));
        a.materials.push(FiledMaterial {
            id: "aux_exception".to_owned(),
            files: vec![file("破格申请.pdf", None, &[])],
        });
        change(a);
    })
}

fn honour(rank: &str) -> Value {
    Value::Merits(vec![merit("技术能手", Some(rank), Some("技术能手"), None)])
}

#[test]
fn nt_12_17_a_claim_without_letter_means_what_failed() {
    let j = exception(&["1"], |a| set(a, "honours", honour("市级")));
    expect(&j, &[], Accepted);
    assert!(j.findings.iter().any(|f| f.code.as_str() == "EX-111" && f.message.contains("A1")));
    let late = exception(&["1"], |a| {
        set(a, "honours", honour("省部级"));
        set(a, "cert.date", date("2017"));
    });
    expect(&late, &[], Accepted);
    let low = exception(&["1"], |a| {
        set(a, "honours", honour("市级"));
        set(a, "cert.date", date("2017"));
    });
    expect(&low, &["EL-111", "EL-122", "EX-103"], Returned);
    let bare = exception(&["破格"], |a| set(a, "honours", honour("市级")));
    expect(&bare, &[], Accepted);
    let open = exception(&["破格"], |_| {});
    expect(&open, &[], Held);
}

#[test]
fn nt_12_one_claim_that_holds_is_enough() {
    for items in [["A1", "A3"], ["A3", "A1"]] {
        let j = exception(&items, |a| {
            set(a, "honours", honour("市级"));
            set(a, "title.rank", text("初级"));
        });
        expect(&j, &[], Accepted);
        assert!(!has(&j, "EX-103"), "{items:?}");
    }
}

#[test]
fn nt_14_19_a_national_contest_is_for_a_person() {
    let contest =
        |rank: &str, place| Value::Merits(vec![merit("技能竞赛", Some(rank), None, Some(place))]);
    for item in ["A2", "B2"] {
        let j = exception(&[item], |a| set(a, "contests", contest("国家级", 2)));
        expect(&j, &[], Held);
    }
    expect(
        &exception(&["B2"], |a| set(a, "contests", contest("国家级", 9))),
        &["EL-122", "EX-103"],
        Returned,
    );
}

#[test]
fn nt_53_inner_districts_go_through_their_district() {
    let at = |area: &'static str| {
        broken(move |a| {
            set(a, "unit.kind", text("县（市、区）属"));
            set(a, "unit.area", text(area));
        })
    };
    for area in ["崇川区", "港闸区", "开发区"] {
        let j = at(area);
        assert_eq!(j.route.len(), 5, "{area}");
        assert!(has(&j, "RT-103") && j.decision == Accepted);
    }
    let county = at("如东县");
    assert!(county.route.len() == 4 && !has(&county, "RT-103"));
}

#[test]
fn nt_55_small_units_are_asked_about_the_year_before() {
    let judge = |present, answers: &[(&str, &str)]| {
        let a = person("张三", "11010519491231002X");
        let mut history = History::default();
        for (question, said) in answers {
            let key = (a.key.text.clone(), (*question).to_owned());
            history.answers.insert(key, (*said).to_owned());
        }
        let report = check(&[submission(vec![a], Some(present), None)], &pack(), &history, now());
        report.judgements.into_values().next().unwrap()
    };
    let open = judge(4, &[]);
    expect(&open, &[], Held);
    assert_eq!(open.questions[0].id, "QT-102");
    expect(&judge(4, &[("QT-102", "否")]), &[], Accepted);
    expect(&judge(4, &[("QT-102", "是")]), &["QT-102"], Returned);
    expect(&judge(5, &[]), &[], Accepted);
}

#[test]
fn a_repeated_row_is_told_once() {
    let row = |key: &str| {
        let mut a = person("甲", "1");
        a.key.text = key.to_owned();
        let told = Finding::new("DU-101", Origin::file("申报汇总表.xlsx"))
            .arg("list", "甲、甲")
            .field("person.id_no");
        a.findings.push(told.build());
        a
    };
    let people = vec![row("one"), row("two")];
    let r = report(&[submission(people, Some(20), Some(false))]);
    for j in r.judgements.values() {
        expect(j, &["DU-101"], Returned);
    }
}

#[test]
fn pages_of_a_material_are_counted_where_the_pack_says() {
    let least = |pages| {
        in_pack(
            |pack| {
                let m = pack.materials.iter_mut().find(|m| m.id == "cashier_exp").unwrap();
                m.min_pages = Some(pages);
            },
            {
                let mut a = person("张三", "11010519491231002X");
                let m = a.materials.iter_mut().find(|m| m.id == "cashier_exp").unwrap();
                m.files[0].scan = photo(1, "jpeg", 10, 10).scan;
                a
            },
        )
    };
    expect(&least(1), &[], Accepted);
    let short = least(2);
    expect(&short, &["MT-105"], Returned);
    assert_eq!(
        short.findings[0].message,
        "材料（12）单位财务管理工作经历的证明为 1 页，要求至少 2 页"
    );
}

#[test]
fn years_are_held_against_dates() {
    let with =
        |fact: &'static str, years: i64| broken(move |a| set(a, fact, Value::Months(years * 12)));
    // at work since 1992-04, certificate of 2010-11, came 2019-06
    for (fact, years, code) in [
        ("service.years", 27, None),
        ("service.years", 28, None),
        ("service.years", 20, Some("FD-182")),
        ("post.level_years", 9, None),
        ("post.level_years", 15, Some("FD-183")),
    ] {
        let j = with(fact, years);
        expect(&j, &[], Accepted);
        for any in ["FD-182", "FD-183"] {
            assert_eq!(has(&j, any), code == Some(any), "{fact} {years}");
        }
    }
    let more = broken(|a| {
        set(a, "service.years", Value::Months(27 * 12));
        set(a, "post.trade_years", Value::Months(30 * 12));
    });
    assert_eq!(severity(&more, "FD-181"), Severity::Warn);
}

#[test]
fn punishments_are_for_the_reviewer() {
    let noted = |note: &'static str| broken(move |a| set(a, "awards_text", text(note)));
    for (note, told) in [
        ("2017年受警告处分", true),
        ("2016年记过", true),
        ("无处分", false),
        ("从未受过处分，2015年市先进", false),
    ] {
        let j = noted(note);
        expect(&j, &[], Accepted);
        assert_eq!(has(&j, "EL-127"), told, "{note}");
    }
}

#[test]
fn nt_37_who_moved_brings_the_earlier_certificate_too() {
    let j = broken(|a| {
        set(a, "apply.transferred", Value::Bool(true));
        let m = a.materials.iter_mut().find(|m| m.id == "cert").unwrap();
        m.files.push(file("05转岗前技师证书.pdf", Some(1), &[]));
    });
    expect(&j, &[], Accepted);
    // the earlier one alone is not the one of the trade applied for
    let only = broken(|a| {
        let m = a.materials.iter_mut().find(|m| m.id == "cert").unwrap();
        m.files[0].part = Some(1);
    });
    expect(&only, &["MT-102"], Returned);
}

#[test]
fn nt_46_old_supporting_papers_are_told_by_their_names() {
    let award = |path: &'static str| {
        broken(move |a| {
            a.materials.push(FiledMaterial {
                id: "aux_awards".to_owned(),
                files: vec![file(path, None, &[])],
            });
        })
    };
    // the certificate is of 2010-11
    for (path, old) in [
        ("张三/2008年先进个人.jpg", true),
        ("张三/2005-2009年表彰.jpg", true),
        ("张三/2010年表彰.jpg", false),
        ("张三/2008—2012年表彰.jpg", false),
        ("2008年材料/表彰.jpg", false),
    ] {
        let j = award(path);
        expect(&j, &[], Accepted);
        assert_eq!(has(&j, "MT-121"), old, "{path}");
    }
}

#[test]
fn nt_29_units_of_the_inner_districts_hand_in_at_the_city() {
    let pack = pack();
    for (area, site) in [
        ("崇川区", "南通市区"),
        ("港闸区", "南通市区"),
        ("开发区", "南通市区"),
        ("南通市区", "南通市区"),
        ("如东县", "如东县"),
        ("通州湾示范区", "通州湾示范区"),
    ] {
        assert_eq!(pack.site_of(area).unwrap().area, site, "{area}");
    }
    assert!(pack.site_of("盐城市").is_none() && pack.sites.len() == 8);
}
