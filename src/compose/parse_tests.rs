use super::*;

fn read(body: &str) -> Parsed<Document> {
    document(&format!("<document>\n{body}\n</document>"), &BTreeMap::new())
}

fn what(body: &str) -> String {
    let flaw = read(body).unwrap_err();
    format!("{}:{} {}", flaw.line, flaw.column, flaw.what)
}

fn paragraph(body: &str) -> Vec<Run> {
    match read(body).unwrap().blocks.into_iter().next() {
        Some(Block::Paragraph(p)) => p.runs,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Run {
    Run::Text { text: text.to_owned(), face: None, bold: false }
}

#[test]
fn every_row_fills_the_grid() {
    let ok = "<table cols=\"1 1 2\" header=\"1\"><tr><td>a</td><td colspan=\"2\">b</td></tr>\
              <tr><td rowspan=\"2\">c</td><td>d</td><td>e</td></tr><tr><td>f</td><td>g</td></tr></table>";
    let document = read(ok).unwrap();
    let Some(Block::Table(table)) = document.blocks.first() else {
        panic!("no table");
    };
    assert_eq!(table.rows[2].cells.len(), 2);

    let short = "<table cols=\"1 1 1\">\n<tr><td>a</td><td>b</td></tr></table>";
    assert_eq!(what(short), "3:1 row fills 2 of 3 columns");
    let long = "<table cols=\"1 1\"><tr><td>a</td><td colspan=\"2\">b</td></tr></table>";
    assert!(what(long).contains("row fills 3 of 2"), "{}", what(long));
    let below = "<table cols=\"1 1\"><tr><td rowspan=\"2\">a</td><td>b</td></tr></table>";
    assert!(what(below).contains("rowspan reaches"));
    let header = "<table cols=\"1 1\" header=\"1\"><tr><td rowspan=\"2\">a</td><td>b</td></tr>\
                  <tr><td>c</td></tr></table>";
    assert!(what(header).contains("rowspan reaches"));
    let hit = "<table cols=\"1 1 1\"><tr><td>a</td><td rowspan=\"2\">b</td><td>c</td></tr>\
               <tr><td colspan=\"2\">d</td></tr></table>";
    assert!(what(hit).contains("rowspan"), "{}", what(hit));
}

#[test]
fn slips_are_errors_with_their_place() {
    for (body, part) in [
        ("stray", "text directly inside <document>"),
        ("<table cols=\"1\">x</table>", "text directly inside <table>"),
        ("<h4>x</h4>", "<h4> is none of"),
        ("<p algin=\"left\">x</p>", "has no attribute algin"),
        ("<p align=\"middle\">x</p>", "align=\"middle\""),
        ("<p><face name=\"comic\">x</face></p>", "face \"comic\""),
        ("<p>&nbsp;</p>", "write the character itself"),
        ("<p><img src=\"p\" width=\"1\" height=\"1\"/></p>", "no picture \"p\""),
        ("<table cols=\"1\"><tr><td class=\"red\">x</td></tr></table>", "class \"red\""),
        ("<table cols=\"1\"><tr><td colspan=\"0\">x</td></tr></table>", "colspan=\"0\""),
        ("<space mm=\"NaN\"/>", "mm=\"NaN\""),
        ("<p>a", "3:"),
    ] {
        assert!(what(body).contains(part), "{body}: {}", what(body));
    }
    let deep = format!("<p>{}x{}</p>", "<b>".repeat(20), "</b>".repeat(20));
    assert!(what(&deep).contains("too deeply"));
}

#[test]
fn white_space_of_the_template_folds() {
    assert_eq!(paragraph("<p>\n  姓　名\n  张三 \n</p>"), [text("姓　名张三")]);
    assert_eq!(paragraph("<p>a\n b 中 c</p>"), [text("a b 中 c")]);
    assert_eq!(paragraph("<p>张 三</p>"), [text("张 三")]);
    assert_eq!(paragraph("<p>甲<br/>\n乙\u{2028}丙</p>"), [text("甲\n乙\n丙")]);
}

#[test]
fn page_attributes() {
    let page = document(
        "<document paper=\"230x330\" landscape=\"true\" margin=\"10 11 12 13\" duplex=\"true\" \
         footer=\"第 {page} 页\" style=\"table\"/>",
        &BTreeMap::new(),
    )
    .unwrap()
    .page;
    assert_eq!(page.margin, [10.0, 11.0, 12.0, 13.0]);
    assert!(page.landscape && page.duplex);
    assert!(document("<document margin=\"1 2 3\"/>", &BTreeMap::new()).is_err());
    assert!(document("<document style=\"fancy\"/>", &BTreeMap::new()).is_err());
}
