//! What is wrong with a pack that loads: names nothing defines, gaps, turned windows, assumptions.
//!
//! Words and names are checked where they are written, in the merged text (`words.rs`); what needs
//! several parts of the pack at once is checked here. Either way a fault names file, line, column
//! and the key.

use super::cover::{band_fault, cases, takes};
use super::load::nearest;
use super::source::Source;
use super::{Band, LoadedPack, Pack, Place, Window, Workflow, facts, words};
use crate::diag::{Code, CodeSeverity, Finding, Origin};
use crate::text::fold;
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Checks a loaded pack; errors first, then what is assumed. `readable` says which facts the
/// readers of rosters, forms and registers can supply.
pub fn lint(loaded: &LoadedPack, readable: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    // what was loaded is a table; a pack made by hand has no text, and then faults have no place
    let root = loaded.source.merged().unwrap_or_else(|_| DeTable::new());
    let mut lint = Lint {
        pack: &loaded.pack,
        source: &loaded.source,
        root: &root,
        readable,
        findings: Vec::new(),
    };
    words::check(&mut lint);
    lint.ids();
    lint.windows();
    lint.overlaps();
    lint.years();
    lint.bands();
    lint.clauses();
    lint.templates(loaded);
    lint.filled();
    lint.routes();
    lint.workflows();
    lint.numbering();
    lint.powerless();
    lint.items();
    lint.sessions();
    lint.groups();
    lint.columns();
    lint.bound_forms();
    lint.assumptions();
    let mut findings = lint.findings;
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
    findings.dedup();
    findings
}

/// Where a part of the pack is written, such as `rule.3`: file, line and column.
pub fn place(loaded: &LoadedPack, path: &str) -> Origin {
    let root = loaded.source.merged().unwrap_or_else(|_| DeTable::new());
    let (pack, source) = (&loaded.pack, &loaded.source);
    let lint = Lint { pack, source, root: &root, readable: &|_| true, findings: Vec::new() };
    source.place(lint.spot(path).at)
}

/// A key of the merged text: where it is written, and how it is called.
pub(super) struct Spot {
    pub(super) at: usize,
    pub(super) key: String,
}

impl Spot {
    /// The spot of a value below this one.
    pub(super) fn below(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Self {
        let dot = if self.key.is_empty() { "" } else { "." };
        let bare = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let name = if bare { name.to_owned() } else { format!("\"{name}\"") };
        Self { at: value.span().start, key: format!("{}{dot}{name}", self.key) }
    }

    /// The spot of an element of a list, called by its id when it has one.
    pub(super) fn element(&self, n: usize, value: &Spanned<DeValue<'_>>) -> Self {
        let id = value.get_ref().get("id").and_then(|id| id.get_ref().as_str());
        let name = id.map_or_else(|| (n + 1).to_string(), str::to_owned);
        Self { at: value.span().start, key: format!("{}[{name}]", self.key) }
    }
}

/// The check of one pack.
pub(super) struct Lint<'a> {
    pub(super) pack: &'a Pack,
    source: &'a Source,
    pub(super) root: &'a DeTable<'a>,
    pub(super) readable: &'a dyn Fn(&str) -> bool,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    pub(super) fn say(&mut self, code: &str, at: usize, args: &[(&str, &str)]) {
        let start = Finding::new(code, self.source.place(at));
        let built = args.iter().fold(start, |f, (name, value)| f.arg(name, value)).build();
        self.findings.push(built);
    }

    /// A word nothing knows, with the nearest that is known.
    pub(super) fn unknown(&mut self, code: &str, spot: &Spot, word: &str, known: &[&str]) {
        let near = nearest(word, known).map_or_else(String::new, |n| format!("，是否为 {n}？"));
        let place = if code == "PK-103" { "ref" } else { "x" };
        self.say(code, spot.at, &[(place, &format!("{} = \"{word}\"{near}", spot.key))]);
    }

    /// The spot of a path such as `window.3.start`: of what is there, when the rest is not.
    fn spot(&self, path: &str) -> Spot {
        let mut spot = Spot { at: 0, key: String::new() };
        let mut parts = path.split('.');
        let Some((name, first)) = parts.next().and_then(|name| Some((name, self.root.get(name)?)))
        else {
            return spot;
        };
        spot = spot.below(name, first);
        let mut node = first;
        for part in parts {
            let number = part.parse::<usize>();
            let next = match (node.get_ref(), number) {
                (DeValue::Array(list), Ok(n)) => list.get(n).map(|v| (v, spot.element(n, v))),
                // a table that may stand once or several times stands once
                (DeValue::Table(_), Ok(_)) => continue,
                (value, _) => value.get(part).map(|v| (v, spot.below(part, v))),
            };
            let Some(next) = next else { break };
            (node, spot) = next;
        }
        spot
    }

    fn say_at(&mut self, code: &str, path: &str, args: &[(&str, &str)]) {
        let at = self.spot(path).at;
        self.say(code, at, args);
    }

    fn ids(&mut self) {
        let p = self.pack;
        let lists: [(&str, Vec<&str>); 14] = [
            ("review", p.reviews.iter().map(|x| x.id.as_str()).collect()),
            ("amendment", p.amendments.iter().map(|x| x.id.as_str()).collect()),
            ("window", p.windows.iter().map(|x| x.id.as_str()).collect()),
            ("rule", p.rules.iter().map(|x| x.id.as_str()).collect()),
            ("exception", p.exceptions.iter().map(|x| x.id.as_str()).collect()),
            ("material", p.materials.iter().map(|x| x.id.as_str()).collect()),
            ("quota", p.quotas.iter().map(|x| x.id.as_str()).collect()),
            ("check", p.checks.iter().map(|x| x.id.as_str()).collect()),
            ("form", p.forms.iter().map(|x| x.id.as_str()).collect()),
            ("filled", p.filled.iter().map(|x| x.id.as_str()).collect()),
            ("route", p.routes.iter().map(|x| x.id.as_str()).collect()),
            ("convention", p.conventions.iter().map(|x| x.id.as_str()).collect()),
            ("channel", p.channels.iter().map(|x| x.id.as_str()).collect()),
            ("workflow", p.workflow.iter().map(|w| w.id.as_deref().unwrap_or_default()).collect()),
        ];
        for (table, list) in lists {
            let mut seen = BTreeSet::new();
            for (n, id) in list.into_iter().enumerate().filter(|(_, id)| !id.is_empty()) {
                if !seen.insert(id) {
                    self.say_at("PK-104", &format!("{table}.{n}.id"), &[("id", id)]);
                }
            }
        }
    }

    fn windows(&mut self) {
        for (n, window) in self.pack.windows.iter().enumerate() {
            let span = self.pack.span(window);
            if after(span.start, span.end) {
                self.say_at("PK-105", &format!("window.{n}.end"), &[("id", &window.id)]);
            }
        }
    }

    /// Dates a copy of last year's circular forgot: a window of another year, an id of another year.
    fn years(&mut self) {
        let year = self.pack.circular.year;
        let id = self.pack.circular.id.clone();
        let in_id = id.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
        if let Some(other) = in_id.clone().find(|run| run.parse() != Ok(year))
            && !in_id.clone().any(|run| run.parse() == Ok(year))
        {
            self.say_at("PK-133", "circular.id", &[("x", other), ("year", &year.to_string())]);
        }
        for (n, window) in self.pack.windows.iter().enumerate() {
            let ends = [("start", &window.start), ("end", &window.end), ("on", &window.on)];
            let dates = window.dates.iter().map(|date| ("dates", Some(date)));
            for (key, date) in ends.into_iter().map(|(key, date)| (key, date.as_ref())).chain(dates)
            {
                let Some(day) = date.and_then(|date| date.date) else { continue };
                if (i32::from(day.year) - year).abs() > 1 {
                    let path = format!("window.{n}.{key}");
                    let told = [("x", day.to_string()), ("year", year.to_string())];
                    let told = told.each_ref().map(|(place, value)| (*place, value.as_str()));
                    self.say_at("PK-133", &path, &told);
                }
            }
        }
    }

    /// Two windows of one stage for one level, open at the same time: the judge would take the
    /// first and never look at the other.
    fn overlaps(&mut self) {
        let pack = self.pack;
        let windows = &pack.windows;
        for (n, later) in windows.iter().enumerate() {
            for earlier in windows.iter().take(n).filter(|w| clash(pack, w, later)) {
                self.say_at(
                    "PK-109",
                    &format!("window.{n}"),
                    &[("a", &earlier.id), ("b", &later.id), ("stage", &later.stage)],
                );
            }
        }
    }

    fn bands(&mut self) {
        for (i, quota) in self.pack.quotas.iter().enumerate() {
            if let Some(n) = band_fault(&quota.bands) {
                let n = n.to_string();
                let path = format!("quota.{i}.bands");
                self.say_at("PK-106", &path, &[("id", &quota.id), ("n", &n)]);
            }
        }
    }

    fn clauses(&mut self) {
        let p = self.pack;
        let lists: [(&str, Vec<&str>); 7] = [
            ("review", p.reviews.iter().map(|x| x.clause.as_str()).collect()),
            ("amendment", p.amendments.iter().map(|x| x.clause.as_str()).collect()),
            ("window", p.windows.iter().map(|x| x.clause.as_str()).collect()),
            ("rule", p.rules.iter().map(|x| x.clause.as_str()).collect()),
            ("exception", p.exceptions.iter().map(|x| x.clause.as_str()).collect()),
            ("material", p.materials.iter().map(|x| x.clause.as_str()).collect()),
            ("quota", p.quotas.iter().map(|x| x.clause.as_str()).collect()),
        ];
        for (table, list) in lists {
            for (n, _) in list.iter().enumerate().filter(|(_, clause)| clause.trim().is_empty()) {
                let spot = self.spot(&format!("{table}.{n}.clause"));
                self.say("PK-103", spot.at, &[("ref", &format!("{} = \"\"", spot.key))]);
            }
        }
    }

    fn templates(&mut self, loaded: &LoadedPack) {
        for (n, form) in loaded.pack.forms.iter().enumerate() {
            if !loaded.template_dirs.iter().any(|dir| dir.join(&form.template).is_file()) {
                let told = format!("模板 {}", form.template);
                self.say_at("PK-103", &format!("form.{n}.template"), &[("ref", &told)]);
            }
        }
    }

    /// A title or a label of nothing is met everywhere or nowhere; of two equal ones the second
    /// would never be read; cells below a label are counted, one beside it is not.
    fn filled(&mut self) {
        let pack = self.pack;
        let mut titles = BTreeSet::new();
        for (n, form) in pack.filled.iter().enumerate() {
            let spot = self.spot(&format!("filled.{n}.title"));
            if fold(&form.title).is_empty() {
                self.say("PK-103", spot.at, &[("ref", &format!("{} = \"\"", spot.key))]);
            } else if !titles.insert(fold(&form.title)) {
                self.say("PK-104", spot.at, &[("id", &form.title)]);
            }
            let mut labels = BTreeSet::new();
            for (i, field) in form.fields.iter().enumerate() {
                let path = format!("filled.{n}.fields.{i}");
                let spot = self.spot(&format!("{path}.label"));
                if fold(&field.label).is_empty() {
                    self.say("PK-103", spot.at, &[("ref", &format!("{} = \"\"", spot.key))]);
                } else if !labels.insert((fold(&field.label), field.place.as_str())) {
                    self.say("PK-104", spot.at, &[("id", &field.label)]);
                }
                if field.field.contains('*') && field.place() != Place::Below {
                    let spot = self.spot(&format!("{path}.field"));
                    let told = format!("{} = \"{}\"（带 * 的要用 below）", spot.key, field.field);
                    self.say("PK-103", spot.at, &[("ref", &told)]);
                }
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
                self.say_at("PK-108", "route.0", &[("case", &told.join("，"))]);
            }
        }
    }

    fn workflows(&mut self) {
        for (n, flow) in self.pack.workflow.iter().enumerate() {
            self.states(n, flow);
        }
    }

    /// A transition between states the workflow does not have would never be offered.
    fn states(&mut self, n: usize, flow: &Workflow) {
        let plain = |state: &str| {
            let steps = ["{first}", "{last}", "{next}"];
            steps.iter().fold(state.to_owned(), |text, step| text.replace(step, "{step}"))
        };
        let known: Vec<String> = flow.states.iter().map(|state| plain(state)).collect();
        let mut named: Vec<(String, &str)> = Vec::new();
        for (t, step) in flow.transitions.iter().enumerate() {
            named.push((format!("transitions.{t}.from"), step.from.as_str()));
            named.push((format!("transitions.{t}.to"), step.to.as_str()));
        }
        let others: Vec<&str> =
            self.pack.workflow.iter().flat_map(|w| w.states.iter().map(String::as_str)).collect();
        for (i, state) in
            flow.after.iter().enumerate().filter(|(_, s)| !others.contains(&s.as_str()))
        {
            let spot = self.spot(&format!("workflow.{n}.after.{i}"));
            self.unknown("PK-103", &spot, state, &others);
        }
        let lists = [("editable", &flow.editable), ("assumed", &flow.assumed)];
        for (key, list) in lists {
            named.extend(list.iter().enumerate().map(|(i, s)| (format!("{key}.{i}"), s.as_str())));
        }
        named.extend(flow.returned.iter().map(|s| ("returned".to_owned(), s.as_str())));
        named.extend(flow.waits.keys().map(|s| (format!("waits.{s}"), s.as_str())));
        for (path, state) in named {
            if state != "*" && !known.contains(&plain(state)) {
                let spot = self.spot(&format!("workflow.{n}.{path}"));
                let states: Vec<&str> = flow.states.iter().map(String::as_str).collect();
                self.unknown("PK-103", &spot, state, &states);
            }
        }
    }

    /// Places of the case number that nothing fills would be printed as they are.
    fn numbering(&mut self) {
        const PLACES: [&str; 4] = ["year", "level_digit", "area_code3", "seq:04"];
        let Some(numbering) = &self.pack.numbering else { return };
        for part in numbering.application.split('{').skip(1) {
            let place = part.split('}').next().unwrap_or_default();
            if !PLACES.contains(&place) {
                let spot = self.spot("numbering.application");
                self.unknown("PK-107", &spot, place, &PLACES);
            }
        }
        if !numbering.application.contains("{seq:04}") {
            let spot = self.spot("numbering.application");
            let said = format!("{}（缺 {{seq:04}}，案号会重复）", numbering.application);
            self.unknown("PK-107", &spot, &said, &[]);
        }
    }

    /// A rule whose code only tells keeps nobody out.
    fn powerless(&mut self) {
        for (n, rule) in self.pack.rules.iter().enumerate().filter(|(_, r)| r.severity.is_none()) {
            let Some(code) = Code::find(&rule.finding) else { continue };
            if matches!(code.entry().severity, CodeSeverity::Info | CodeSeverity::Check) {
                let what =
                    format!("的提示 {code} 只是告知，谁都不会被挡住：换一个代码，或写 severity");
                let path = format!("rule.{n}.finding");
                self.say_at("PK-114", &path, &[("id", &rule.id), ("what", &what)]);
            }
        }
    }

    /// An item of an exception is claimed by its number.
    fn items(&mut self) {
        for (n, exception) in self.pack.exceptions.iter().enumerate() {
            let mut seen = BTreeSet::new();
            for (i, item) in exception.any.iter().enumerate() {
                let path = format!("exception.{n}.any.{i}");
                match item.no {
                    Some(no) if seen.insert(no) => {}
                    Some(no) => {
                        let id = format!("{} 第 {no} 项", exception.id);
                        self.say_at("PK-104", &path, &[("id", &id)]);
                    }
                    None => {
                        let told = format!("{} 的一项没有 no，申报人写的条款对不上", exception.id);
                        self.say_at("PK-103", &path, &[("ref", &told)]);
                    }
                }
            }
        }
    }

    /// A session nobody can read, or that ends before it begins, keeps everybody out.
    fn sessions(&mut self) {
        let minutes = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        for (n, window) in self.pack.windows.iter().enumerate() {
            for (i, session) in window.sessions.iter().enumerate() {
                let span = (minutes(&session.from), minutes(&session.to));
                if !matches!(span, (Some(from), Some(to)) if from < to) {
                    let id = format!("{} {}–{}", window.id, session.from, session.to);
                    self.say_at("PK-105", &format!("window.{n}.sessions.{i}"), &[("id", &id)]);
                }
            }
        }
    }

    /// A group of trades is for a level, or says for which.
    fn groups(&mut self) {
        let Some(scope) = &self.pack.scope else { return };
        for (name, group) in &scope.groups {
            let spot = self.spot(&format!("scope.groups.{name}"));
            if let Some(of) = group.get("copy_of").and_then(|v| v.as_str())
                && !scope.groups.contains_key(of)
            {
                let known: Vec<&str> = scope.groups.keys().map(String::as_str).collect();
                self.unknown("PK-103", &spot, of, &known);
            }
            // a base may have trades of levels that this circular leaves out
            let level = words::is_level(name);
            if !group.contains_key("levels") && !level && !self.copied(name) {
                let told = format!("{} 不是一个等级，也没有写 levels", spot.key);
                self.say("PK-103", spot.at, &[("ref", &told)]);
            }
        }
    }

    /// Whether another group takes its trades from this one.
    fn copied(&self, name: &str) -> bool {
        let groups = self.pack.scope.iter().flat_map(|scope| scope.groups.values());
        groups.filter_map(|group| group.get("copy_of")?.as_str()).any(|of| of == name)
    }

    /// A column nobody's roster can have would be missing with everybody.
    fn columns(&mut self) {
        for (n, fact) in self.pack.roster.required.iter().enumerate() {
            if facts::is_known_fact(fact) && !(self.readable)(fact) {
                let spot = self.spot(&format!("roster.required.{n}"));
                let said = format!("{fact}（没有哪一栏提供，每个人都会缺这一列）");
                self.unknown("PK-107", &spot, &said, &[]);
            }
        }
    }

    /// A form of the booklet comes back as a material; of one that does not nothing would be bound.
    fn bound_forms(&mut self) {
        let p = self.pack;
        let back = |id: &String| p.materials.iter().any(|m| m.form.as_ref() == Some(id));
        for (n, form) in p.forms.iter().enumerate() {
            let own = form.per.iter().any(|per| per == "person");
            if form.in_booklet && !form.generated && own && !back(&form.id) {
                let told = format!("没有哪项材料的 form 是 {}，它既不打印也不装订", form.id);
                self.say_at("PK-103", &format!("form.{n}.in_booklet"), &[("ref", &told)]);
            }
        }
    }

    fn assumptions(&mut self) {
        let p = self.pack;
        // what is called how, and where it is written
        let mut ids: Vec<(String, String)> = Vec::new();
        let own = |key: &str| (key.to_owned(), key.to_owned());
        ids.extend(p.circular.assumed.iter().map(|key| own(&format!("circular.{key}"))));
        let references = p.reference.iter().filter(|(_, r)| r.assumed);
        ids.extend(references.map(|(id, _)| own(&format!("reference.{id}"))));
        for (n, w) in p.windows.iter().enumerate() {
            let named = |key: &String| (format!("{}.{key}", w.id), format!("window.{n}.{key}"));
            ids.extend(w.assumed.iter().map(named));
        }
        let assumed_max = |bands: &[Band]| bands.iter().any(|b| b.assumed_max);
        let lists: [(&str, Vec<(&str, bool)>); 4] = [
            ("rule", p.rules.iter().map(|r| (r.id.as_str(), r.assumed)).collect()),
            ("check", p.checks.iter().map(|c| (c.id.as_str(), c.assumed)).collect()),
            ("quota", p.quotas.iter().map(|q| (q.id.as_str(), assumed_max(&q.bands))).collect()),
            (
                "route",
                p.routes.iter().map(|r| (r.id.as_str(), !r.assumed_steps.is_empty())).collect(),
            ),
        ];
        for (table, list) in lists {
            let assumed = list.iter().enumerate().filter(|(_, (_, assumed))| *assumed);
            ids.extend(assumed.map(|(n, (id, _))| ((*id).to_owned(), format!("{table}.{n}"))));
        }
        if p.photo.as_ref().and_then(|x| x.prints.as_ref()).is_some_and(|x| x.size_assumed) {
            ids.push(own("photo.prints"));
        }
        for (n, flow) in p.workflow.iter().enumerate() {
            let named =
                |state: &String| (format!("workflow.{state}"), format!("workflow.{n}.assumed"));
            ids.extend(flow.assumed.iter().map(named));
        }
        for (id, path) in ids {
            self.say_at("PK-111", &path, &[("id", &id)]);
        }
        self.papers();
    }

    /// Numbers of circulars out of form, and attachments whose original is not known.
    fn papers(&mut self) {
        let circular = &self.pack.circular;
        let mut numbers = vec![("circular.doc_number".to_owned(), &circular.doc_number)];
        let basis = circular.basis.iter().enumerate();
        numbers
            .extend(basis.map(|(n, b)| (format!("circular.basis.{n}.doc_number"), &b.doc_number)));
        for (path, number) in numbers {
            if !number.is_empty() && !is_doc_number(number) {
                self.say_at("PK-131", &path, &[("value", number)]);
            }
        }
        for (i, attachment) in circular.attachments.iter().enumerate().filter(|(_, a)| !a.have) {
            let n = attachment.no.to_string();
            let path = format!("circular.attachments.{i}");
            self.say_at("PK-112", &path, &[("n", &n), ("title", &attachment.title)]);
        }
    }
}

/// Whether two windows mean the same people and stand open together.
fn clash(pack: &Pack, a: &Window, b: &Window) -> bool {
    let same = a.stage == b.stage && a.actor == b.actor && a.to == b.to;
    // counted from an event, a window has no dates of its own
    let dated = a.within_hours_of.is_none() && b.within_hours_of.is_none();
    let shared = a.levels.is_empty()
        || b.levels.is_empty()
        || a.levels.iter().any(|level| b.levels.contains(level));
    let (first, second) = (pack.span(a), pack.span(b));
    same && dated && shared && !after(first.start, second.end) && !after(second.start, first.end)
}

/// Whether both are known and the first comes later.
fn after<T: PartialOrd>(first: Option<T>, second: Option<T>) -> bool {
    matches!((first, second), (Some(first), Some(second)) if first > second)
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

#[cfg(test)]
mod tests {
    use super::is_doc_number;

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
    }
}
