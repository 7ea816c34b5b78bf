//! Documents written by hand: what is read of them, what is left out, what is refused.

use super::*;

const NAMES: &str = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
                     xmlns:w14='x' xmlns:mc='y'";

fn xml(body: &str) -> String {
    format!("<w:document {NAMES}><w:body>{body}</w:body></w:document>")
}

fn form(body: &str) -> FilledForm {
    read_xml(&xml(body), &Limits::default()).unwrap()
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn tc(properties: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p(text))
}

fn table(rows: &[&[String]]) -> String {
    let rows: String =
        rows.iter().map(|cells| format!("<w:tr>{}</w:tr>", cells.concat())).collect();
    format!("<w:tbl>{rows}</w:tbl>")
}

/// Cells as `top,left-bottom,right text`.
fn shown(table: &FormTable) -> Vec<String> {
    let cell = |c: &FormCell| {
        let Area { top, left, bottom, right } = c.area;
        format!("{top},{left}-{bottom},{right} {}", c.text)
    };
    table.cells.iter().map(cell).collect()
}

fn texts(table: &FormTable) -> Vec<&str> {
    table.cells.iter().map(|c| c.text.as_str()).collect()
}

#[test]
fn titles_and_cells_in_order() {
    let form = form(
        "<w:p><w:r><w:t>登记</w:t></w:r><w:ins><w:r><w:t>表</w:t></w:r></w:ins>\
         <w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p><w:p/>\
         <w:sdt><w:sdtContent><w:tbl><w:tr><w:tc><w:tcPr/><w:p><w:r><w:t>姓 名</w:t></w:r></w:p></w:tc>\
         <w:sdt><w:sdtContent><w:tc><w:p><w:r><w:t>张</w:t><w:tab/><w:t>三</w:t></w:r></w:p>\
         <w:p><w:r><w:t>二行</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt></w:tr></w:tbl></w:sdtContent></w:sdt>",
    );
    assert_eq!(form.titles, ["登记表"]);
    assert_eq!(form.tables.len(), 1);
    assert_eq!(form.tables[0].above, 1);
    assert_eq!(texts(&form.tables[0]), ["姓 名", "张\t三\n二行"]);
}

#[test]
fn a_form_that_holds_another_file_is_refused_with_the_remedy() {
    let refused =
        read_xml(&xml(&format!("{}<w:altChunk id='r1'/>", p("登记表"))), &Limits::default());
    let Err(Refusal::Foreign { remedy: Some(remedy), .. }) = refused else { panic!("{refused:?}") };
    assert!(remedy.contains("另存为 docx"));
}

#[test]
fn strict_and_transitional_names_read_alike() {
    let body = table(&[&[tc("<w:gridSpan w:val='2'/>", "姓名"), tc("", "张三")]]);
    let strict = xml(&body).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    );
    assert_eq!(read_xml(&strict, &Limits::default()), Ok(form(&body)));
}

#[test]
fn merged_cells_know_their_grid() {
    let wide = "<w:gridSpan w:val='2'/>";
    let start = "<w:vMerge w:val='restart'/>";
    let on = "<w:vMerge/>";
    let form = form(&table(&[
        &[tc(start, "基本情况"), tc("", "姓名"), tc(wide, "张三"), tc(start, "照片")],
        &[
            tc(on, ""),
            tc("", "性别"),
            tc("", "男"),
            tc("", "x"),
            tc("<w:vMerge w:val='continue'/>", ""),
        ],
        &[tc("<w:gridSpan w:val='3'/>", "备注"), tc(wide, "无")],
    ]));
    assert_eq!(
        shown(&form.tables[0]),
        [
            "0,0-1,0 基本情况",
            "0,1-0,1 姓名",
            "0,2-0,3 张三",
            "0,4-1,4 照片",
            "1,1-1,1 性别",
            "1,2-1,2 男",
            "1,3-1,3 x",
            "2,0-2,2 备注",
            "2,3-2,4 无",
        ]
    );
    let index: Vec<u32> = form.tables[0].cells.iter().map(|c| c.index).collect();
    assert_eq!(index, [0, 1, 2, 3, 1, 2, 3, 0, 1]);
}

#[test]
fn rows_may_begin_later_and_merge_in_the_old_way() {
    let late = format!(
        "<w:tbl><w:tr>{}{}</w:tr><w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{}</w:tr></w:tbl>",
        tc("<w:hMerge w:val='restart'/>", "甲"),
        tc("<w:hMerge/>", ""),
        tc("", "乙"),
    );
    assert_eq!(shown(&form(&late).tables[0]), ["0,0-0,1 甲", "1,1-1,1 乙"]);
}

#[test]
fn a_table_inside_a_cell_is_a_table_and_a_text() {
    let inner = table(&[&[tc("", "姓名"), tc("", "张三")], &[tc("", "性别"), tc("", "男")]]);
    let outer = format!("<w:tbl><w:tr><w:tc>{}{inner}<w:p/></w:tc></w:tr></w:tbl>", p("甲"));
    let form = form(&outer);
    assert_eq!(texts(&form.tables[0]), ["甲\n姓名 张三\n性别 男"]);
    assert_eq!(texts(&form.tables[1]), ["姓名", "张三", "性别", "男"]);
}

#[test]
fn a_text_box_is_read_once() {
    let drawn = |text: &str| {
        format!(
            "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent>{0}\
             </w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{0}\
             </w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            p(text)
        )
    };
    let cell = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", drawn("电工"));
    let form = form(&format!("{}{cell}", drawn("姓名：张三")));
    assert_eq!(form.titles, ["姓名：张三"]);
    assert_eq!(texts(&form.tables[0]), ["电工"]);
    let empty = "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='a'><w:drawing/></mc:Choice>\
                 <mc:Fallback><w:t>乙</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>";
    assert_eq!(self::form(empty).titles, ["乙"]);
}

#[test]
fn what_nobody_sees_is_not_read() {
    let run = |mark: &str, text: &str| format!("<w:r><w:rPr>{mark}</w:rPr><w:t>{text}</w:t></w:r>");
    let form = form(&format!(
        "<w:p>{}{}{}{}<w:moveFrom><w:r><w:t>走</w:t></w:r></w:moveFrom>\
         <w:ruby><w:rt><w:r><w:t>yan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>严</w:t></w:r></w:rubyBase></w:ruby></w:p>\
         <w:tbl><w:tr><w:trPr><w:del w:id='1'/></w:trPr>{}</w:tr><w:tr>{}</w:tr></w:tbl>",
        run("<w:strike/>", "初级工／"),
        run("<w:dstrike w:val='1'/>", "中级工／"),
        run("<w:vanish/>", "藏"),
        run("<w:strike w:val='0'/>", "高级工"),
        tc("", "旧行"),
        tc("", "新行"),
    ));
    assert_eq!(form.titles, ["高级工严"]);
    assert_eq!(shown(&form.tables[0]), ["0,0-0,0 新行"]);
}

#[test]
fn a_prompt_is_no_content() {
    let control = |inner: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        )
    };
    let cells = format!(
        "<w:tbl><w:tr>{}{}<w:tc><w:p>{}</w:p></w:tc></w:tr></w:tbl>",
        tc("", "姓名"),
        control(&tc("", "单击此处输入文字")),
        control("<w:r><w:t>选择一项</w:t></w:r>"),
    );
    let form = form(&format!("{}{cells}", control(&p("选择日期"))));
    assert!(form.titles.is_empty());
    assert_eq!(shown(&form.tables[0]), ["0,0-0,0 姓名", "0,1-0,1 ", "0,2-0,2 "]);
}

#[test]
fn boxes_of_every_kind_have_two_states() {
    let control = |state: &str, drawn: &str| {
        format!(
            "<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val='{state}'/>\
             <w14:checkedState w14:val='00FE' w14:font='Wingdings'/></w14:checkbox></w:sdtPr>\
             <w:sdtContent><w:r><w:t>{drawn}</w:t></w:r></w:sdtContent></w:sdt>"
        )
    };
    let sym =
        |font: &str, code: &str| format!("<w:r><w:sym w:font='{font}' w:char='{code}'/></w:r>");
    let old = |state: &str| {
        format!(
            "<w:r><w:fldChar><w:ffData><w:checkBox>{state}</w:checkBox></w:ffData></w:fldChar></w:r>"
        )
    };
    let all = [
        (control("1", "þ"), '☑'),
        (control("0", "o"), '☐'),
        (control("true", "是"), '☑'),
        (sym("Wingdings", "F0FE"), '☑'),
        (sym("Wingdings", "F0A8"), '☐'),
        (sym("Wingdings", "6F"), '☐'),
        (sym("Wingdings 2", "F052"), '☑'),
        (sym("Wingdings 2", "F0A3"), '☐'),
        (sym("宋体", "2611"), '☑'),
        (old("<w:default w:val='0'/><w:checked/>"), '☑'),
        (old("<w:default w:val='1'/><w:checked w:val='0'/>"), '☐'),
        (old("<w:default w:val='1'/>"), '☑'),
        ("<w:r><w:rPr><w:rFonts w:ascii='Wingdings'/></w:rPr><w:t>þ</w:t></w:r>".to_owned(), '☑'),
        ("<w:r><w:rPr><w:rFonts w:ascii='Wingdings'/></w:rPr><w:t>o</w:t></w:r>".to_owned(), '☐'),
        ("<w:r><w:t>\u{F0FE}</w:t></w:r>".to_owned(), '☑'),
    ];
    for (drawn, expect) in all {
        let form = form(&format!("<w:p>{drawn}<w:r><w:t>是</w:t></w:r></w:p>"));
        assert_eq!(form.titles, [format!("{expect}是")], "{drawn}");
    }
    // a control around a paragraph and around a cell
    let block = control("1", "").replace("<w:r><w:t></w:t></w:r>", &p("x"));
    assert_eq!(form(&block).titles, ["☑"]);
    let cell = control("0", "").replace("<w:r><w:t></w:t></w:r>", &tc("", "x"));
    assert_eq!(texts(&form(&format!("<w:tbl><w:tr>{cell}</w:tr></w:tbl>")).tables[0]), ["☐"]);
}

#[test]
fn a_list_of_an_old_form_says_what_is_chosen() {
    let list = "<w:p><w:r><w:fldChar><w:ffData><w:ddList><w:result w:val='1'/>\
                <w:listEntry w:val='请选择'/><w:listEntry w:val='电工'/></w:ddList></w:ffData></w:fldChar></w:r></w:p>";
    assert_eq!(form(list).titles, ["电工"]);
}

#[test]
fn broken_documents_are_damaged() {
    let limits = Limits::default();
    for text in ["", "<a/>", "<w:document xmlns:w='x'><w:body>"] {
        assert_eq!(read_xml(text, &limits), Err(Refusal::damaged()), "{text}");
    }
    assert_eq!(read_xml("<!DOCTYPE a><a/>", &limits), Err(Refusal::Doctype));
}

/// An element nested in itself.
fn nested(name: &str, depth: usize) -> String {
    format!("{}{}", format!("<w:{name}>").repeat(depth), format!("</w:{name}>").repeat(depth))
}

#[test]
fn no_nesting_overflows_the_stack() {
    let limits = Limits { xml_depth: u32::MAX, ..Limits::default() };
    let tables = |n: usize| {
        format!("{}{}", "<w:tbl><w:tr><w:tc>".repeat(n), "</w:tc></w:tr></w:tbl>".repeat(n))
    };
    assert!(read_xml(&xml(&tables(10)), &limits).is_ok());
    let deep = [
        tables(100_000),
        nested("sdt", 100_000),
        format!("<w:p>{}</w:p>", nested("r", 100_000)),
        format!("<w:tbl>{}</w:tbl>", nested("ins", 100_000)),
    ];
    for text in deep {
        assert!(matches!(read_xml(&xml(&text), &limits), Err(Refusal::TooLarge(_))));
    }
}

#[test]
fn caps_on_cells_and_characters() {
    let limits = Limits { workbook_cells: 5, ..Limits::default() };
    let row = [tc("", "a"), tc("", "b"), tc("", "c")];
    let twice = table(&[&row, &row]);
    assert!(matches!(read_xml(&xml(&twice), &limits), Err(Refusal::TooLarge(_))));
    assert!(read_xml(&xml(&table(&[&row])), &limits).is_ok());
    // the text of the innermost table counts at every level above it
    let long = p(&"字".repeat(1 << 20));
    let inner = format!("<w:tbl><w:tr><w:tc>{long}</w:tc></w:tr></w:tbl>");
    let deep =
        (0..20).fold(inner, |inner, _| format!("<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"));
    assert!(matches!(read_xml(&xml(&deep), &Limits::default()), Err(Refusal::TooLarge(_))));
    // a span beyond any page is cut
    let wide = table(&[&[tc("<w:gridSpan w:val='4000000000'/>", "甲"), tc("", "乙")]]);
    assert_eq!(form(&wide).tables[0].cells.len(), 2);
}
