//! Synthetic applicants with everything nantong-2019 asks for.

use image::codecs::jpeg::JpegEncoder;
use rust_xlsxwriter::Workbook;
use std::collections::BTreeMap;

/// Files of an entry by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// One applicant as the roster names them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) education: String,
    pub(crate) exception: String,
    pub(crate) level: String,
    number: u32,
}

/// Scans of the material list, in its order; the photo is apart.
const SCANS: [&str; 26] = [
    "01身份证正面",
    "01身份证反面",
    "02 2014年度考核表",
    "02 2015年度考核表",
    "02 2016年度考核表",
    "02 2017年度考核表",
    "02 2018年度考核表",
    "03毕业证书",
    "03学信网学历认证报告",
    "04 2018年继续教育合格单",
    "05技师证书",
    "06专家推荐意见书（一）",
    "06专家推荐意见书（二）",
    "06专家职称证书（一）",
    "06专家职称证书（二）",
    "07高级技师量化考评表",
    "07量化考评公示说明",
    "08申报单位综合评价表",
    "08综合评价证明材料",
    "09推荐情况说明",
    "09公示结果说明",
    "10论文封面",
    "10论文目录",
    "10论文正文",
    "12财务管理工作经历证明",
    "专业技术工作业绩总结",
];

/// Pages of scans in a complete booklet.
pub(crate) const SCAN_PAGES: u64 = SCANS.len() as u64;

impl Person {
    /// Applicant `number` (1 …), clean in every respect.
    pub(crate) fn clean(number: u32) -> Self {
        const NAMES: [&str; 6] = ["测试甲", "测试乙", "测试丙", "测试丁", "测试戊", "测试己"];
        Self {
            name: NAMES[number as usize - 1].to_owned(),
            id: id_number(&format!("32060219750{number}120{number}1")),
            education: "大专".to_owned(),
            exception: String::new(),
            level: "高级技师".to_owned(),
            number,
        }
    }

    /// The applicant's folder inside the entry.
    pub(crate) fn folder(&self) -> String {
        format!("{:02}{}（收银审核）", self.number, self.name)
    }

    /// All scans and the photo, with paths inside the entry.
    pub(crate) fn scans(&self) -> Files {
        let mut files = Files::new();
        for (at, name) in (0u32..).zip(SCANS) {
            let seed = self.number * 100 + at;
            files.insert(format!("{}/{name}.jpg", self.folder()), jpeg(350, 490, seed));
        }
        let photo = jpeg(295, 413, self.number * 100 + 99);
        assert!(photo.len() <= 20_000, "the photo has {} bytes", photo.len());
        files.insert(format!("{}/照片.jpg", self.folder()), photo);
        files
    }

    /// The path of one scan inside the entry.
    pub(crate) fn scan(&self, name: &str) -> String {
        assert!(SCANS.contains(&name), "{name}");
        format!("{}/{name}.jpg", self.folder())
    }

    fn row(&self) -> Vec<String> {
        let part = |range: std::ops::Range<usize>| self.id.get(range).unwrap();
        let birth = format!("{}.{}", part(6..10), part(10..12));
        let cert = format!("0732060{:04}", self.number);
        let sex = if self.id.as_bytes()[16] % 2 == 1 { "男" } else { "女" };
        let mut row: Vec<String> = [
            &self.number.to_string(),
            &self.name,
            sex,
            "汉族",
            &self.id,
            &birth,
            "1995.08",
            &self.education,
            "收银审核",
            "技师",
            "2007.11",
            &cert,
            "江苏省人力资源和社会保障厅",
            "收银审核",
            &self.level,
        ]
        .map(str::to_owned)
        .to_vec();
        row.extend(["合格", "优秀", "合格", "合格", "合格", "2018年合格"].map(str::to_owned));
        row.extend([self.exception.clone(), String::new()]);
        row
    }
}

/// Labels of the roster.
pub(crate) const HEAD: [&str; 23] = [
    "序号",
    "姓名",
    "性别",
    "民族",
    "身份证号码",
    "出生年月",
    "参加工作时间",
    "文化程度",
    "现工种",
    "现有等级",
    "取得资格时间",
    "证书号码",
    "发证单位",
    "报考工种",
    "报考等级",
    "2014年度考核",
    "2015年度考核",
    "2016年度考核",
    "2017年度考核",
    "2018年度考核",
    "继续教育情况",
    "破格条款",
    "备注",
];

/// The roster of these people.
pub(crate) fn roster(people: &[&Person]) -> Vec<u8> {
    let mut table = vec![HEAD.map(str::to_owned).to_vec()];
    table.extend(people.iter().map(|person| person.row()));
    workbook("汇总表", &table)
}

/// The census of one trade.
pub(crate) fn census() -> Vec<u8> {
    let table = [
        ["序号", "工种", "现有技师人数", "上一年度是否申报高级技师"],
        ["1", "收银审核", "25", "否"],
    ];
    workbook("技师人数", &table.map(|row| row.map(str::to_owned).to_vec()))
}

/// A complete entry: roster, census and all scans of everyone.
pub(crate) fn entry(people: &[&Person]) -> Files {
    let mut files = Files::new();
    files.insert("申报汇总表.xlsx".to_owned(), roster(people));
    files.insert("单位材料/技师人数.xlsx".to_owned(), census());
    for person in people {
        files.extend(person.scans());
    }
    files
}

/// A workbook with one sheet of text cells.
pub(crate) fn workbook(sheet: &str, table: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let time = rust_xlsxwriter::ExcelDateTime::from_ymd(2019, 6, 1).unwrap();
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&time));
    let page = book.add_worksheet();
    page.set_name(sheet).unwrap();
    for (at, row) in (0u32..).zip(table) {
        for (column, cell) in (0u16..).zip(row) {
            page.write_string(at, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A small picture whose bytes are those of no other seed.
pub(crate) fn jpeg(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        // the seed as a band of light and dark blocks, so that it survives the compression
        let bit = seed >> (x * 16 / width) & 1;
        let band = if y > height * 2 / 3 && bit == 1 { 40 } else { 220 };
        let shade = u8::try_from(y * 90 / height).unwrap();
        image::Rgb([band, 120 + shade, 200 - shade])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 60).encode_image(&picture).unwrap();
    bytes
}

/// Seventeen digits with their check digit.
pub(crate) fn id_number(digits: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    assert_eq!(digits.len(), 17, "{digits}");
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    let check = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][sum as usize % 11];
    format!("{digits}{check}")
}
