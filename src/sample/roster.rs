//! Rosters in the dialects of the field, and the unit's count of 技师.

use super::SampleError;
use super::people::{COMMON, Fault, Person, YEARS};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook};

/// How a unit writes its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// One header row, nothing else.
    Plain,
    /// Three title rows, a header of two merged rows, a sum row.
    Merged,
    /// Text in GB 18030, parted by `;`.
    Csv,
    /// An HTML table under the name of a workbook, as portals export it.
    Html,
}

impl Dialect {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "xlsx",
            Self::Merged => "xlsx_merged",
            Self::Csv => "csv_gb18030",
            Self::Html => "xls_html",
        }
    }

    /// File name and bytes of the unit's table.
    pub(super) fn write(
        self,
        unit: &str,
        people: &[Person],
    ) -> Result<(String, Vec<u8>), SampleError> {
        Ok(match self {
            Self::Plain => ("申报汇总表.xlsx".to_owned(), plain(unit, people)?),
            Self::Merged => ("附件-高级技师申报人员汇总表.xlsx".to_owned(), merged(unit, people)?),
            Self::Csv => ("申报汇总表.csv".to_owned(), csv(unit, people)),
            Self::Html => (format!("{unit}申报表.xls"), html(unit, people)),
        })
    }
}

/// Heading over several columns (empty for none) and heading of the column.
fn columns() -> Vec<(&'static str, String)> {
    let own = |label: &str| ("", label.to_owned());
    let post = |label: &str| ("现职业技术工种", label.to_owned());
    let mut all: Vec<(&'static str, String)> =
        ["序号", "姓名", "性别", "民族", "身份证号码", "出生年月", "参加工作时间", "最高学历"]
            .map(own)
            .into();
    all.extend(["名称", "等级", "获得时间"].map(post));
    all.extend(["等级证书编号", "发证机关", "申报工种", "报考等级"].map(own));
    all.extend(YEARS.map(|year| ("近五年年度考核", year.to_string())));
    all.extend(["继续教育情况", "手机号码", "单位性质", "属地", "破格条款", "备注"].map(own));
    all
}

fn cells(unit: &str, place: usize, person: &Person, dialect: Dialect) -> Vec<String> {
    let month = |(year, month): (u32, u32)| match dialect {
        Dialect::Plain => format!("{year}.{month:02}"),
        Dialect::Merged => format!("{year}年{month}月"),
        Dialect::Csv => format!("{year}-{month:02}"),
        Dialect::Html => format!("{year}{month:02}"),
    };
    // clerks space names of two characters to the width of three
    let short = dialect == Dialect::Merged && person.name.chars().count() == 2;
    let name = if short {
        person.name.chars().map(String::from).collect::<Vec<_>>().join("　")
    } else {
        person.name.clone()
    };
    let mut all = vec![
        (place + 1).to_string(),
        name,
        person.sex.to_owned(),
        person.ethnic.to_owned(),
        person.id_no.clone(),
        month((person.birth.0, person.birth.1)),
        month(person.work_start),
        person.education.to_owned(),
        person.trade.to_owned(),
        "技师".to_owned(),
        month(person.cert),
        person.cert_no.clone(),
        "江苏省人力资源和社会保障厅".to_owned(),
        person.trade.to_owned(),
        "高级技师".to_owned(),
    ];
    all.extend(person.ranks.map(str::to_owned));
    all.push("2018年合格".to_owned());
    all.push(person.phone.clone());
    all.push("县（市、区）属".to_owned());
    // names of the made-up units begin with their county
    all.push(unit.chars().take(3).collect());
    all.push(person.claim.to_owned());
    all.push(if person.claim.is_empty() { String::new() } else { "具有绝技绝活".to_owned() });
    all
}

/// Header of one row: the upper heading goes before the lower.
fn flat_header() -> Vec<String> {
    columns().into_iter().map(|(over, label)| format!("{over}{label}")).collect()
}

fn book() -> Result<Workbook, SampleError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(2019, 6, 5)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    Ok(book)
}

fn plain(unit: &str, people: &[Person]) -> Result<Vec<u8>, SampleError> {
    let mut book = book()?;
    let sheet = book.add_worksheet();
    sheet.set_name("Sheet1")?;
    let rows = people.iter().enumerate().map(|(i, p)| cells(unit, i, p, Dialect::Plain));
    for (row, line) in (0..).zip(std::iter::once(flat_header()).chain(rows)) {
        for (column, text) in (0..).zip(line) {
            sheet.write_string(row, column, text)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

fn merged(unit: &str, people: &[Person]) -> Result<Vec<u8>, SampleError> {
    let columns = columns();
    let last = u16::try_from(columns.len() - 1).unwrap_or(u16::MAX);
    let title = Format::new().set_bold().set_align(FormatAlign::Center);
    let grid = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
    let mut book = book()?;
    let sheet = book.add_worksheet();
    sheet.set_name("汇总表")?;
    sheet.merge_range(0, 0, 0, last, "附件", &Format::new())?;
    let heading = "2019年南通市机关事业单位工勤技能岗位高级技师申报人员汇总表";
    sheet.merge_range(1, 0, 1, last, heading, &title)?;
    sheet.merge_range(2, 0, 2, last, &format!("填报单位：{unit}（盖章）"), &Format::new())?;
    let mut at = 0;
    while let Some((over, label)) = columns.get(usize::from(at)) {
        let same = columns.iter().skip(usize::from(at)).take_while(|(o, _)| o == over).count();
        if over.is_empty() {
            sheet.merge_range(3, at, 4, at, label, &grid)?;
            at += 1;
            continue;
        }
        let end = at + u16::try_from(same).unwrap_or(1);
        sheet.merge_range(3, at, 3, end - 1, over, &grid)?;
        for column in at..end {
            if let Some((_, label)) = columns.get(usize::from(column)) {
                sheet.write_string_with_format(4, column, label, &grid)?;
            }
        }
        at = end;
    }
    let mut row = 5;
    for (place, person) in people.iter().enumerate() {
        for (column, text) in (0..).zip(cells(unit, place, person, Dialect::Merged)) {
            sheet.write_string_with_format(row, column, text, &grid)?;
        }
        row += 1;
    }
    sheet.write_string(row, 0, "合计")?;
    sheet.write_string(row, 1, format!("{}人", people.len()))?;
    Ok(book.save_to_buffer()?)
}

fn csv(unit: &str, people: &[Person]) -> Vec<u8> {
    let rows = people.iter().enumerate().map(|(i, p)| cells(unit, i, p, Dialect::Csv));
    let lines: Vec<String> =
        std::iter::once(flat_header()).chain(rows).map(|line| line.join(";")).collect();
    let text = lines.join("\r\n") + "\r\n";
    encoding_rs::GB18030.encode(&text).0.into_owned()
}

fn html(unit: &str, people: &[Person]) -> Vec<u8> {
    let line = |tag: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|c| format!("<{tag}>{c}</{tag}>")).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let mut body = line("th", flat_header());
    for (place, person) in people.iter().enumerate() {
        body.push_str(&line("td", cells(unit, place, person, Dialect::Html)));
    }
    let wide = columns().len();
    format!(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\n<head><meta charset=\"utf-8\">\
         <style>td{{mso-number-format:'\\@'}}</style></head>\n<body><table border=\"1\">\n\
         <tr><td colspan=\"{wide}\">高级技师申报人员汇总表</td></tr>\n\
         <tr><td colspan=\"{wide}\">填报单位：{unit}</td></tr>\n{body}</table></body></html>\n"
    )
    .into_bytes()
}

/// 单位材料/技师人数.xlsx: how many 技师 the unit has of each trade.
pub(super) fn census(unit: &str, people: &[Person]) -> Result<Vec<u8>, SampleError> {
    let scarce = people.iter().any(|p| p.fault == Some(Fault::OverQuota));
    let mut book = book()?;
    let sheet = book.add_worksheet();
    sheet.set_name("技师人数")?;
    sheet.merge_range(0, 0, 0, 3, &format!("{unit}现有技师人数统计表"), &Format::new())?;
    for (column, label) in (0..).zip(["序号", "工种", "现有技师人数", "上一年度是否申报高级技师"])
    {
        sheet.write_string(1, column, label)?;
    }
    for (row, (no, trade)) in (2..).zip((1..).zip(COMMON)) {
        let few = scarce && trade == COMMON[2];
        sheet.write_number(row, 0, no)?;
        sheet.write_string(row, 1, trade)?;
        sheet.write_number(row, 2, if few { 3 } else { 24 })?;
        sheet.write_string(row, 3, if few { "是" } else { "否" })?;
    }
    Ok(book.save_to_buffer()?)
}
