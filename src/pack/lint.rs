//! What is wrong with a pack that loads: names nothing defines, gaps, turned windows, assumptions.

use super::load::nearest;
use super::{Band, LoadedPack, Pack, Predicate, Route, facts};
use crate::diag::{Code, Finding, Origin};
use std::collections::BTreeSet;

/// Predicates the judge knows.
const OPS: &[&str] = &[
    "eq",
    "ne",
    "in",
    "not_in",
    "lt",
    "le",
    "gt",
    "ge",
    "exists",
    "missing",
    "matches",
    "contains_all",
    "all_in",
    "all_ge",
    "any_ge",
    "count_ge",
    "years_ge",
    "in_scope",
    "eq_fact",
    "claimed",
    "honour_ge",
    "contest_in",
    "award_ge",
];

/// Checks a loaded pack; errors first, then what is assumed.
pub fn lint(loaded: &LoadedPack) -> Vec<Finding> {
    let mut lint = Lint {
        pack: &loaded.pack,
        path: format!("{}/circular.toml", loaded.pack.circular.id),
        findings: Vec::new(),
    };
    lint.ids();
    lint.codes();
    lint.windows();
    lint.bands();
    lint.predicates();
    lint.named_facts();
    lint.references();
    lint.clauses();
    lint.templates(loaded);
    lint.routes();
    lint.assumptions();
    let mut findings = lint.findings;
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
    findings.dedup();
    findings
}

struct Lint<'a> {
    pack: &'a Pack,
    path: String,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn say(&mut self, code: &str, args: &[(&str, &str)]) {
        let start = Finding::new(code, Origin::file(&self.path));
        let built = args.iter().fold(start, |f, (name, value)| f.arg(name, value)).build();
        self.findings.push(built);
    }

    fn unknown(&mut self, what: &str, known: &[&str]) {
        let near = nearest(what, known).map_or_else(String::new, |n| format!("，是否为 {n}？"));
        self.say("PK-107", &[("x", &format!("{what}{near}"))]);
    }

    fn ids(&mut self) {
        let p = self.pack;
        let mut lists: Vec<Vec<&str>> = vec![
            p.windows.iter().map(|x| x.id.as_str()).collect(),
            p.rules.iter().map(|x| x.id.as_str()).collect(),
            p.exceptions.iter().map(|x| x.id.as_str()).collect(),
            p.materials.iter().map(|x| x.id.as_str()).collect(),
            p.quotas.iter().map(|x| x.id.as_str()).collect(),
            p.checks.iter().map(|x| x.id.as_str()).collect(),
            p.forms.iter().map(|x| x.id.as_str()).collect(),
            p.routes.iter().map(|x| x.id.as_str()).collect(),
            p.conventions.iter().map(|x| x.id.as_str()).collect(),
            p.channels.iter().map(|x| x.id.as_str()).collect(),
        ];
        lists.push(p.workflow.iter().filter_map(|w| w.id.as_deref()).collect());
        for list in lists {
            let mut seen = BTreeSet::new();
            for id in list {
                if !seen.insert(id) {
                    self.say("PK-104", &[("id", id)]);
                }
            }
        }
    }

    fn codes(&mut self) {
        let p = self.pack;
        let mut codes: Vec<&str> = p.rules.iter().map(|r| r.finding.as_str()).collect();
        codes.extend(p.quotas.iter().map(|q| q.finding.as_str()));
        codes.extend(p.checks.iter().map(|c| c.finding.as_str()));
        codes.extend(p.conventions.iter().map(|c| c.finding.as_str()));
        codes.extend(p.severity.keys().map(String::as_str));
        codes.extend(p.roster.empty.values().map(String::as_str));
        codes.extend(
            p.materials.iter().flat_map(|m| &m.parts).filter_map(|part| part.finding.as_deref()),
        );
        for code in codes {
            if Code::find(code).is_none() {
                self.unknown(code, &[]);
            }
        }
        let words = p.severity.values().map(String::as_str);
        let of_rules = p.rules.iter().filter_map(|r| r.severity.as_deref());
        for word in words.chain(of_rules) {
            if !matches!(word, "error" | "warn" | "info" | "off") {
                self.unknown(word, &["error", "warn", "info", "off"]);
            }
        }
    }

    fn windows(&mut self) {
        for window in &self.pack.windows {
            let span = self.pack.span(window);
            if matches!((span.start, span.end), (Some(start), Some(end)) if start > end) {
                self.say("PK-105", &[("id", &window.id)]);
            }
        }
    }

    fn bands(&mut self) {
        for quota in &self.pack.quotas {
            if let Some(n) = band_fault(&quota.bands) {
                self.say("PK-106", &[("id", &quota.id), ("n", &n.to_string())]);
            }
        }
    }

    fn predicates(&mut self) {
        let p = self.pack;
        let mut all: Vec<&Predicate> = Vec::new();
        for rule in &p.rules {
            all.extend(
                rule.when.iter().chain(rule.all.iter().flatten()).chain(rule.any.iter().flatten()),
            );
        }
        all.extend(p.exceptions.iter().flat_map(|e| &e.any));
        all.extend(p.materials.iter().filter_map(|m| m.when.as_ref()));
        all.extend(p.materials.iter().flat_map(|m| &m.parts).filter_map(|part| part.when.as_ref()));
        all.extend(p.quotas.iter().flat_map(|q| &q.exempt));
        all.extend(p.routes.iter().filter_map(|r| r.when.as_ref()));
        all.extend(p.channels.iter().filter_map(|c| c.when.as_ref()));
        for predicate in all {
            self.predicate(predicate);
        }
    }

    fn predicate(&mut self, predicate: &Predicate) {
        let subs = predicate.all.iter().flatten().chain(predicate.any.iter().flatten());
        for sub in subs.chain(predicate.not.as_deref()) {
            self.predicate(sub);
        }
        for fact in predicate.fact.iter().chain(predicate.other.iter()) {
            self.fact(fact);
        }
        if let Some(op) = &predicate.op
            && !OPS.contains(&op.as_str())
        {
            self.unknown(op, OPS);
        }
        for name in predicate.reference.iter().chain(predicate.years_ref.iter()) {
            self.reference(name);
        }
        for code in predicate.finding.iter().chain(predicate.on_unknown.iter()) {
            if Code::find(code).is_none() {
                self.unknown(code, &[]);
            }
        }
    }

    fn fact(&mut self, fact: &str) {
        if !facts::is_known_fact(fact) && !self.pack.vocabulary.contains_key(fact) {
            let known: Vec<&str> = facts::all().collect();
            self.unknown(fact, &known);
        }
    }

    fn reference(&mut self, name: &str) {
        if !self.pack.reference.contains_key(name) {
            self.say("PK-103", &[("ref", name)]);
        }
    }

    fn named_facts(&mut self) {
        let p = self.pack;
        let mut named: Vec<&str> = p.roster.required.iter().map(String::as_str).collect();
        named.extend(p.roster.asked.iter().map(String::as_str));
        named.extend(p.roster.empty.keys().map(String::as_str));
        named.extend(p.derive.keys().map(String::as_str));
        named.extend(p.derive.values().filter_map(|d| d.copy.as_deref()));
        named.extend(p.materials.iter().filter_map(|m| m.since.as_deref()));
        named.extend(p.conventions.iter().map(|c| c.field.as_str()));
        let columns = p.summary.columns.iter().map(String::as_str).filter(|c| *c != "seq");
        named.extend(columns.chain(p.summary.sort_by.iter().map(String::as_str)));
        for fact in named {
            self.fact(fact);
        }
    }

    fn references(&mut self) {
        let p = self.pack;
        for per in p.materials.iter().flat_map(|m| &m.parts).filter_map(|part| part.per.as_deref())
        {
            self.reference(per);
        }
        let materials: BTreeSet<&str> = p.materials.iter().map(|m| m.id.as_str()).collect();
        let mut wanted: Vec<&str> =
            p.exceptions.iter().flat_map(|e| &e.materials).map(String::as_str).collect();
        wanted.extend(p.derive.values().filter_map(|d| d.when_material.as_deref()));
        wanted.extend(p.quant.iter().flat_map(|q| &q.items).filter_map(|i| i.proof.as_deref()));
        for id in wanted.into_iter().filter(|id| !materials.contains(id)) {
            self.say("PK-103", &[("ref", id)]);
        }
        let forms: BTreeSet<&str> = p.forms.iter().map(|f| f.id.as_str()).collect();
        let mut wanted: Vec<&str> = p.materials.iter().filter_map(|m| m.form.as_deref()).collect();
        wanted.extend(p.channels.iter().filter_map(|c| c.form.as_deref()));
        wanted.extend(p.binding.bag_cover.as_deref());
        for id in wanted.into_iter().filter(|id| !forms.contains(id)) {
            self.say("PK-103", &[("ref", id)]);
        }
        let groups: BTreeSet<&str> = p.rules.iter().map(|r| r.group.as_str()).collect();
        for group in
            p.exceptions.iter().flat_map(|e| &e.waives).filter(|g| !groups.contains(g.as_str()))
        {
            self.say("PK-103", &[("ref", group)]);
        }
        let windows = p.windows.iter().flat_map(|w| [w.id.as_str(), w.stage.as_str()]);
        let windows: BTreeSet<&str> = windows.collect();
        let steps = p.workflow.iter().flat_map(|w| &w.transitions);
        for window in steps.filter_map(|t| t.window.as_deref()).filter(|w| !windows.contains(w)) {
            self.say("PK-103", &[("ref", window)]);
        }
    }

    fn clauses(&mut self) {
        let p = self.pack;
        let mut empty: Vec<&str> = Vec::new();
        empty
            .extend(p.windows.iter().filter(|x| x.clause.trim().is_empty()).map(|x| x.id.as_str()));
        empty.extend(p.rules.iter().filter(|x| x.clause.trim().is_empty()).map(|x| x.id.as_str()));
        empty.extend(
            p.exceptions.iter().filter(|x| x.clause.trim().is_empty()).map(|x| x.id.as_str()),
        );
        empty.extend(
            p.materials.iter().filter(|x| x.clause.trim().is_empty()).map(|x| x.id.as_str()),
        );
        empty.extend(p.quotas.iter().filter(|x| x.clause.trim().is_empty()).map(|x| x.id.as_str()));
        for id in empty {
            self.say("PK-103", &[("ref", &format!("{id}.clause"))]);
        }
    }

    fn templates(&mut self, loaded: &LoadedPack) {
        for form in &loaded.pack.forms {
            if !loaded.template_dirs.iter().any(|dir| dir.join(&form.template).is_file()) {
                self.say("PK-103", &[("ref", &format!("模板 {}", form.template))]);
            }
        }
    }

    fn routes(&mut self) {
        let p = self.pack;
        if p.circular.partial && p.routes.is_empty() {
            return;
        }
        for case in cases(p) {
            let hit = p.routes.iter().any(|route| takes(route, &case));
            if !hit {
                let told: Vec<String> = case
                    .iter()
                    .map(|(fact, value)| format!("{}={value}", facts::fact_label(fact)))
                    .collect();
                self.say("PK-108", &[("case", &told.join("，"))]);
            }
        }
    }

    fn assumptions(&mut self) {
        let p = self.pack;
        let mut ids: Vec<String> = Vec::new();
        ids.extend(p.circular.assumed.iter().map(|key| format!("circular.{key}")));
        ids.extend(
            p.reference.iter().filter(|(_, r)| r.assumed).map(|(id, _)| format!("reference.{id}")),
        );
        ids.extend(
            p.windows
                .iter()
                .flat_map(|w| w.assumed.iter().map(move |key| format!("{}.{key}", w.id))),
        );
        ids.extend(p.rules.iter().filter(|r| r.assumed).map(|r| r.id.clone()));
        ids.extend(p.checks.iter().filter(|c| c.assumed).map(|c| c.id.clone()));
        let assumed_max = |bands: &[Band]| bands.iter().any(|b| b.assumed_max);
        ids.extend(p.quotas.iter().filter(|q| assumed_max(&q.bands)).map(|q| q.id.clone()));
        ids.extend(p.routes.iter().filter(|r| !r.assumed_steps.is_empty()).map(|r| r.id.clone()));
        if p.photo.as_ref().and_then(|x| x.prints.as_ref()).is_some_and(|x| x.size_assumed) {
            ids.push("photo.prints".to_owned());
        }
        ids.extend(
            p.workflow.iter().flat_map(|w| &w.assumed).map(|state| format!("workflow.{state}")),
        );
        for id in ids {
            self.say("PK-111", &[("id", &id)]);
        }
        let numbers = std::iter::once(&p.circular.doc_number)
            .chain(p.circular.basis.iter().map(|basis| &basis.doc_number));
        for number in numbers.filter(|number| !number.is_empty() && !is_doc_number(number)) {
            self.say("PK-131", &[("value", number)]);
        }
        for attachment in p.circular.attachments.iter().filter(|a| !a.have) {
            let n = attachment.no.to_string();
            self.say("PK-112", &[("n", &n), ("title", &attachment.title)]);
        }
    }
}

/// 通人社考〔2019〕10号: an office's mark, the year in 〔〕, a number without leading zero, 号.
fn is_doc_number(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    let Some((mark, rest)) = text.split_once('〔') else { return false };
    let Some((year, rest)) = rest.split_once('〕') else { return false };
    let Some(number) = rest.strip_suffix('号') else { return false };
    !mark.is_empty()
        && year.len() == 4
        && digits(year)
        && digits(number)
        && !number.starts_with('0')
}

/// The first number that no band or more than one band holds.
fn band_fault(bands: &[Band]) -> Option<u32> {
    let mut sorted: Vec<&Band> = bands.iter().collect();
    sorted.sort_by_key(|b| b.min);
    let mut next = Some(0);
    for band in sorted {
        match next {
            Some(expected)
                if band.min == expected && band.max.is_none_or(|max| max >= band.min) => {}
            Some(expected) => return Some(expected.min(band.min)),
            None => return Some(band.min),
        }
        next = band.max.map(|max| max + 1);
    }
    next
}

type Case = Vec<(String, String)>;

/// Every combination of vocabulary values and levels that the routes ask about.
fn cases(pack: &Pack) -> Vec<Case> {
    let mut used = BTreeSet::new();
    for route in &pack.routes {
        collect_facts(route.when.as_ref(), &mut used);
    }
    let mut cases: Vec<Case> = vec![Vec::new()];
    for fact in used {
        let values = match pack.vocabulary.get(&fact) {
            Some(words) => words.clone(),
            None if fact == "apply.level" => pack.circular.levels.clone(),
            // an open fact: any value none of the routes names
            None => vec!["（其他）".to_owned()],
        };
        cases = cases
            .iter()
            .flat_map(|case| {
                values.iter().map(|v| [case.clone(), vec![(fact.clone(), v.clone())]].concat())
            })
            .collect();
    }
    cases
}

fn collect_facts(predicate: Option<&Predicate>, into: &mut BTreeSet<String>) {
    let Some(predicate) = predicate else { return };
    into.extend(predicate.fact.clone());
    let subs = predicate.all.iter().flatten().chain(predicate.any.iter().flatten());
    for sub in subs.chain(predicate.not.as_deref()) {
        collect_facts(Some(sub), into);
    }
}

fn takes(route: &Route, case: &Case) -> bool {
    route.default || route.when.as_ref().is_some_and(|when| holds(when, case))
}

/// A predicate over plain words; operations other than comparing words do not hold.
fn holds(predicate: &Predicate, case: &Case) -> bool {
    if let Some(all) = &predicate.all {
        return all.iter().all(|p| holds(p, case));
    }
    if let Some(any) = &predicate.any {
        return any.iter().any(|p| holds(p, case));
    }
    if let Some(not) = &predicate.not {
        return !holds(not, case);
    }
    let value = case.iter().find(|(fact, _)| Some(fact) == predicate.fact.as_ref()).map(|(_, v)| v);
    let Some(value) = value else { return false };
    let among = match &predicate.value {
        Some(toml::Value::String(word)) => word == value,
        Some(toml::Value::Array(words)) => words.iter().any(|w| w.as_str() == Some(value)),
        _ => false,
    };
    match predicate.op.as_deref() {
        Some("eq" | "in") => among,
        Some("ne" | "not_in") => !among,
        Some("exists") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn nantong() -> LoadedPack {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        super::super::load(&templates, "nantong-2019").unwrap()
    }

    fn codes(loaded: &LoadedPack) -> Vec<String> {
        let findings = lint(loaded);
        let ours = findings.iter().filter(|f| !f.message.contains("模板"));
        ours.map(|f| f.code.to_string()).collect()
    }

    #[test]
    fn the_shipped_pack_has_only_assumptions() {
        let codes = codes(&nantong());
        assert!(codes.iter().all(|c| c == "PK-111" || c == "PK-112"), "{codes:?}");
        assert_eq!(codes.iter().filter(|c| *c == "PK-112").count(), 4);
    }

    #[test]
    fn numbers_of_circulars_have_their_form() {
        for good in ["通人社考〔2019〕10号", "扬江人社〔2020〕36号", "苏人社函〔2020〕139号"]
        {
            assert!(is_doc_number(good), "{good}");
        }
        for bad in
            ["苏人社发〔2020〕76", "苏人社发[2020]76号", "〔2020〕76号", "苏人社发〔2020〕07号"]
        {
            assert!(!is_doc_number(bad), "{bad}");
        }
        let mut loaded = nantong();
        loaded.pack.circular.doc_number = "苏人社发〔2020〕76".to_owned();
        assert!(codes(&loaded).contains(&"PK-131".to_owned()));
    }

    #[test]
    fn each_fault_is_found() {
        let mut loaded = nantong();
        let p = &mut loaded.pack;
        let predicate = &mut p.rules[1].all.as_mut().unwrap()[0];
        predicate.reference = Some("nowhere".to_owned());
        predicate.fact = Some("cert.dat".to_owned());
        p.rules[2].id = "holder".to_owned();
        p.rules[3].finding = "XX-999".to_owned();
        p.rules[4].clause = String::new();
        p.windows[0].end = p.windows[2].dates.first().copied();
        p.windows[0].start = p.windows[2].dates.last().copied();
        p.quotas[0].bands[1].min = 11;
        p.routes.pop();
        let findings = lint(&loaded);
        let text: Vec<String> =
            findings.iter().map(|f| format!("{} {}", f.code, f.message)).collect();
        for expected in [
            "PK-103 引用未定义：nowhere",
            "PK-107 未知的键/事实/运算/检查码：cert.dat，是否为 cert.date？",
            "PK-104 编号重复：holder",
            "PK-107 未知的键/事实/运算/检查码：XX-999",
            "PK-103 引用未定义：appraisal.clause",
            "PK-105 时间窗 online 起止颠倒",
            "PK-106 指标档 common_trades 有空档或重叠：10",
        ] {
            assert!(text.iter().any(|t| t == expected), "{expected} not in {text:#?}");
        }
        assert!(text.iter().any(|t| t.starts_with("PK-108")), "{text:#?}");
    }

    #[test]
    fn bands_cover_everything_once() {
        let band =
            |min, max| Band { min, max, max_apply: 1, consecutive_years: None, assumed_max: false };
        assert_eq!(band_fault(&[band(5, None), band(0, Some(4))]), None);
        assert_eq!(band_fault(&[band(0, Some(4))]), Some(5));
        assert_eq!(band_fault(&[band(0, Some(4)), band(4, None)]), Some(4));
        assert_eq!(band_fault(&[band(1, None)]), Some(0));
        assert_eq!(band_fault(&[band(0, None), band(5, None)]), Some(5));
    }
}
