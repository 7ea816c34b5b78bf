//! The 核对单 of a person: every claimed value beside the picture of its evidence.

use super::context::printed;
use super::packet::Booked;
use super::{Office, RunError};
use crate::check::Judgement;
use crate::diag::Severity;
use crate::export::Format;
use crate::normalize::{Applicant, MaterialFile, Source};
use crate::pack::{Material, fact_label};
use crate::publish::Item;
use crate::text::mask_ids;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Pictures by the name the template calls them.
type Images = BTreeMap<String, Vec<u8>>;

/// Most files of one material that are named; most that are shown.
const NAMED: usize = 3;
const SHOWN: usize = 2;

/// Claimed values and the material that shows them: the first whose words hold one of these.
struct Claims {
    words: &'static [&'static str],
    values: &'static [(&'static str, &'static str)],
}

const CLAIMS: &[Claims] = &[
    Claims {
        words: &["身份证"],
        values: &[("person.name", "姓名"), ("person.id_no", "身份证号码")],
    },
    Claims { words: &["学历", "毕业证"], values: &[("education.rank", "学历")] },
    Claims {
        words: &["技师证", "等级证", "等级证书"],
        values: &[("cert.no", "证书号码"), ("cert.date", "取得时间"), ("cert.issuer", "发证机关")],
    },
    Claims {
        words: &["继续教育", "继教"],
        values: &[("training.passed_years", "继续教育\n合格年度")],
    },
    Claims { words: &["论文"], values: &[("papers.count", "论文篇数")] },
    Claims { words: &["上岗证", "操作证"], values: &[("apply.trade_licence", "上岗证")] },
];

/// The list of years whose appraisals a material shows, and how their fields start.
const APPRAISALS: (&str, &str) = ("appraisal_years", "appraisal.");

/// What the sheet of one person is made from.
pub(super) struct Sheet<'a> {
    pub(super) office: &'a Office,
    pub(super) applicant: &'a Applicant,
    pub(super) judgement: &'a Judgement,
    pub(super) booked: &'a Booked<'a>,
}

impl Sheet<'_> {
    /// The finished sheet; `images` has the photo when there is one.
    pub(super) fn item(
        &self,
        data: &Json,
        mut images: Images,
        folder: &str,
    ) -> Result<Item, RunError> {
        let mut data = data.clone();
        data["groups"] = self.groups(&mut images)?;
        data["years"] = self.years(&mut images)?;
        data["lines"] = self.lines();
        let made = self.office.papers(
            "check_sheet.html",
            &data,
            images,
            &[Format::Pdf],
            &format!("{folder}/核对单"),
            "check_sheet",
        )?;
        made.into_iter().next().ok_or_else(|| RunError::Io {
            what: "核对单".to_owned(),
            error: std::io::Error::other("no paper was made"),
        })
    }

    /// Files of the material that the pack looks for by one of the words; without such a material of
    /// what was handed in as one document.
    fn files(&self, is: impl Fn(&Material) -> bool) -> &[MaterialFile] {
        let materials = &self.office.pack.pack.materials;
        let mut named = materials.iter().filter(|m| m.medium == "scan" && is(m));
        // of several, one for each level perhaps, the one that was handed in
        let filed = named.find_map(|n| self.applicant.materials.iter().find(|m| m.id == n.id));
        filed.map_or(self.applicant.whole.as_slice(), |m| m.files.as_slice())
    }

    fn groups(&self, images: &mut Images) -> Result<Json, RunError> {
        let mut groups = Vec::new();
        for claims in CLAIMS {
            let rows: Vec<Json> = claims
                .values
                .iter()
                .filter_map(|(field, label)| {
                    let value = self.judgement.record.get(*field)?.value.as_ref()?;
                    Some(json!({"label": label, "value": printed(value)}))
                })
                .collect();
            if rows.is_empty() {
                continue;
            }
            let files = self.files(|m| m.words.iter().any(|w| claims.words.contains(&w.as_str())));
            let mut thumbs = Vec::new();
            for file in files {
                thumbs.extend(self.thumb(file, images)?);
            }
            thumbs.dedup();
            // The face of the photo beside that of the identity card.
            if claims.words.contains(&"身份证") && images.contains_key("photo") {
                thumbs.truncate(SHOWN - 1);
                thumbs.push("photo".to_owned());
            }
            thumbs.truncate(SHOWN);
            let mut named: Vec<Json> = files.iter().take(NAMED).map(|f| self.named(f)).collect();
            if files.len() > NAMED {
                named.push(json!({"name": format!("等{}件", files.len()), "at": ""}));
            }
            groups.push(json!({"rows": rows, "files": named, "thumbs": thumbs}));
        }
        Ok(Json::Array(groups))
    }

    fn years(&self, images: &mut Images) -> Result<Json, RunError> {
        let (list, prefix) = APPRAISALS;
        let files = self.files(|m| m.parts.iter().any(|part| part.per.as_deref() == Some(list)));
        let wanted = self.office.pack.pack.reference.get(list);
        let mut years = Vec::new();
        for year in wanted.and_then(|r| r.list.as_ref()).into_iter().flatten() {
            let field = self.judgement.record.get(&format!("{prefix}{year}"));
            let grade = field.and_then(|f| f.value.as_ref()).map_or_else(String::new, printed);
            let file = files.iter().find(|f| f.years.contains(year));
            let file = file.or_else(|| self.applicant.whole.first());
            let thumb = match file {
                Some(file) => self.thumb(file, images)?.unwrap_or_default(),
                None => String::new(),
            };
            let named =
                file.map_or_else(|| json!({"name": "未见材料", "at": ""}), |f| self.named(f));
            years.push(json!({"year": year, "grade": grade, "thumb": thumb,
                "name": named["name"], "at": named["at"]}));
        }
        Ok(Json::Array(years))
    }

    /// What a person must look at, and the warnings.
    fn lines(&self) -> Json {
        let told = |f: &&crate::diag::Finding| {
            !f.blocks() && (f.needs_person || f.severity == Severity::Warn)
        };
        let asked = self.judgement.check_lines.iter();
        asked
            .chain(self.judgement.findings.iter().filter(told))
            .map(|f| json!(format!("{}（{}）", mask_ids(&f.message), f.code)))
            .chain(self.presumed().map(Json::from))
            .collect()
    }

    /// What nobody wrote and the pack presumes: the reviewer is to see that it was not said.
    fn presumed(&self) -> Option<String> {
        let record = self.judgement.record.iter();
        let facts: Vec<String> = record
            .filter(|(_, field)| field.source == Source::Presumed)
            .filter_map(|(fact, field)| {
                Some(format!("{}：{}", fact_label(fact), printed(field.value.as_ref()?)))
            })
            .collect();
        (!facts.is_empty()).then(|| format!("材料没有写明，先按推定：{}", facts.join("，")))
    }

    /// Name of a file, and where it stands in the booklet.
    fn named(&self, file: &MaterialFile) -> Json {
        let name = mask_ids(file.path.rsplit('/').next().unwrap_or(&file.path));
        let at = match self.booked.pages(file) {
            Some((from, to)) if from == to => format!("装订册第{from}页"),
            Some((from, to)) => format!("装订册第{from}—{to}页"),
            None => String::new(),
        };
        json!({"name": name, "at": at})
    }

    fn thumb(&self, file: &MaterialFile, images: &mut Images) -> Result<Option<String>, RunError> {
        let Some(blob) = file.scan.as_ref().and_then(|s| s.thumbnail.clone()) else {
            return Ok(None);
        };
        if !images.contains_key(&blob) {
            let bytes =
                self.office.blobs.get(&blob).map_err(RunError::io("cannot fetch a thumbnail"))?;
            images.insert(blob.clone(), bytes);
        }
        Ok(Some(blob))
    }
}
