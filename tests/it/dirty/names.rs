//! DD-40 … DD-45: names of people.

use super::{each_reads, reads};

const NAME: (&str, &str) = ("姓名", "person.name");

#[test]
fn blanks_in_names_go_between_han_and_stay_between_words() {
    each_reads(
        NAME.0,
        NAME.1,
        &[
            reads("严飞", "严飞", "", &[]),
            reads("严 飞", "严飞", "空格", &["FD-106 info"]),
            reads("严　飞", "严飞", "空格", &["FD-106 info"]),
            reads("严\u{A0}飞", "严飞", "空格", &["FD-106 info"]),
            reads("严\u{200B}飞\u{FEFF}", "严飞", "空格", &[]),
            reads("严\t飞", "严飞", "空格", &["FD-106 info"]),
            reads("严\n飞", "严飞", "空格", &["FD-106 info"]),
            reads(" 严飞 ", "严飞", "空格", &[]),
            reads("Anna   Li", "Anna Li", "空格", &[]),
        ],
    );
}

#[test]
fn the_dot_of_a_minority_name_is_one_character() {
    let name = "阿不都·热西提";
    each_reads(
        NAME.0,
        NAME.1,
        &[
            reads(name, name, "", &[]),
            reads("阿不都•热西提", name, "间隔号", &[]),
            reads("阿不都・热西提", name, "间隔号", &[]),
            reads("阿不都‧热西提", name, "间隔号", &[]),
            reads("阿不都．热西提", name, "间隔号", &[]),
            reads("阿不都.热西提", name, "间隔号", &[]),
            reads("阿不都。热西提", name, "间隔号", &[]),
            reads("买买提明·吐尔逊江·阿布都热合", "买买提明·吐尔逊江·阿布都热合", "", &[]),
        ],
    );
}

#[test]
fn notes_beside_a_name_move_to_the_remarks() {
    each_reads(
        NAME.0,
        NAME.1,
        &[
            reads("张伟（退役）", "张伟", "附注", &["FD-103 warn"]),
            reads("张伟(大)", "张伟", "附注", &["FD-103 warn"]),
            reads("王芳*", "王芳", "附注", &["FD-103 warn"]),
            reads("王芳", "王芳", "", &[]),
        ],
    );
    let mut table = super::book::people(1);
    table.set("B2", "张伟（退役）").set("W2", "会计");
    let Some(seen) = super::read("表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.value(2, "apply.note"), "会计；退役");
}

#[test]
fn radicals_out_of_a_pdf_become_characters() {
    each_reads(
        NAME.0,
        NAME.1,
        &[
            reads("⽅正", "方正", "兼容字符", &["FD-104 info"]),
            reads("⾼⽴", "高立", "兼容字符", &["FD-104 info"]),
            reads("⻢⻰", "马龙", "兼容字符", &["FD-104 info"]),
            reads("李\u{F9B5}", "李例", "兼容字符", &["FD-104 info"]),
            reads("方正", "方正", "", &[]),
        ],
    );
}

#[test]
fn a_name_with_a_missing_character_is_an_error_and_a_rare_one_is_none() {
    each_reads(
        NAME.0,
        NAME.1,
        &[
            reads("张\u{E123}", "—", "", &["FD-105 error"]),
            reads("张\u{F0000}", "—", "", &["FD-105 error"]),
            reads("张?", "—", "", &["FD-105 error"]),
            reads("张？", "—", "", &["FD-105 error"]),
            reads("张□", "—", "", &["FD-105 error"]),
            reads("张\u{FFFD}", "—", "", &["FD-105 error"]),
            reads("李biao", "—", "", &["FD-105 error"]),
            reads("张⿰氵奂", "—", "", &["FD-105 error"]),
            reads("王忞", "王忞", "", &[]),
            reads("李䶮", "李䶮", "", &[]),
            reads("赵𬭊", "赵𬭊", "", &[]),
            reads("𠮷田", "𠮷田", "", &[]),
            reads("王〇一", "王〇一", "", &[]),
        ],
    );
    let mut table = super::book::people(1);
    table.set("B2", "张\u{E123}");
    let Some(seen) = super::read("表.xlsx", &table.xlsx()) else { return };
    assert!(seen.said("FD-105")["message"].as_str().unwrap().contains("U+E123"));
}

#[test]
fn names_too_short_too_long_or_with_digits_are_asked_about() {
    let long = "测试之名有十六个字的人是不是太长了";
    each_reads(
        NAME.0,
        NAME.1,
        &[
            reads("张", "张", "", &["FD-102 warn"]),
            reads(long, long, "", &["FD-102 warn"]),
            reads("张3丰", "张3丰", "", &["FD-102 warn"]),
            reads("测甲、测乙", "测甲、测乙", "", &["FD-102 warn"]),
            reads("欧阳测甲", "欧阳测甲", "", &[]),
        ],
    );
}
