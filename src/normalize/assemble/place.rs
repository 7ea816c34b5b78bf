//! Whose file it is: the path names the person.

use super::gather::People;
use super::line::{Line, stem, word};
use super::material::{Guide, has};
use super::person::{text_of, unit_key};
use crate::normalize::Filing;
use crate::pack::Pack;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Whom a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// One person, with the names of the path inside the folder of that person.
    One {
        /// Index of the person.
        person: usize,
        /// Names inside the folder, the file's stem last, without the name of the person.
        inside: Vec<Line>,
        /// Folders around a flat file.
        around: Vec<Line>,
        /// The folders above the folder (or the flat file) of the person.
        above: String,
    },
    /// Several people of one name.
    Several {
        /// The folder or the file.
        dir: String,
        /// The people.
        people: Vec<usize>,
    },
    /// The folder 单位材料.
    Unit,
    /// Nobody.
    Nobody,
}

/// Words that may follow a name in a folder or file name, besides those of the pack.
const BESIDE: [&str; 57] = [
    "材料",
    "资料",
    "申报",
    "报名",
    "个人",
    "附件",
    "扫描",
    "电子",
    "全部",
    "所有",
    "汇总",
    "近5年",
    "近五年",
    "专业技术",
    "高级",
    "中级",
    "初级",
    "技师",
    "同志",
    "撤回",
    "普通工",
    "证件",
    "的",
    "先生",
    "女士",
    "老师",
    "师傅",
    "正面",
    "反面",
    "背面",
    "正反",
    "双面",
    "人像",
    "国徽",
    "职业资格",
    "国家职业",
    "本人",
    "单位",
    "大专",
    "本科",
    "专科",
    "学位",
    "聘书",
    "聘用",
    "聘任",
    "获奖",
    "证书",
    "证明",
    "复印件",
    "原件",
    "工作",
    "年度",
    "全套",
    "提交",
    "第1",
    "第2",
    "第3",
];

/// Words that may stand before the name of an applicant; none that may introduce somebody else's
/// (`专家张三推荐` is no file of 张三).
const BEFORE: [&str; 12] = [
    "申报人",
    "报考人",
    "考生",
    "姓名",
    "人员",
    "申报",
    "报名",
    "材料",
    "技师",
    "技工",
    "个人",
    "的",
];

/// What may stand between a number and a name: `08号张三`, `2019年张三`.
const COUNTERS: &str = "号年个位名度";

/// The folder of the papers of the unit.
const UNIT_PAPERS: &str = "单位材料";

/// Names the people of a set by ID number and by name.
#[derive(Debug, Default)]
struct Index {
    ids: BTreeMap<String, BTreeSet<usize>>,
    names: BTreeMap<char, BTreeMap<Vec<char>, BTreeSet<usize>>>,
}

/// Finds owners of paths.
pub(super) struct Finder<'a> {
    people: &'a People<'a>,
    all: Index,
    units: BTreeMap<&'a str, Vec<usize>>,
    beside: Beside,
    pack: &'a Pack,
}

/// Words that may stand right beside a name.
struct Beside {
    /// Trades, levels, units: before and after it.
    around: Vec<Vec<char>>,
    /// Only before it.
    before: Vec<Vec<char>>,
    /// Words of materials: only after it (`专家张三推荐` is no file of 张三).
    after: Vec<Vec<char>>,
}

/// The people a path of one entry may name, nearest first.
pub(super) struct Pools<'f> {
    own: Index,
    /// Made when a path names none of `own`.
    unit: OnceCell<Index>,
    sender: String,
    chain: usize,
    filing: &'f Filing,
}

/// A name or number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    from: usize,
    to: usize,
    people: BTreeSet<usize>,
}

impl<'a> Finder<'a> {
    /// Prepares for all people.
    pub(super) fn new(people: &'a People<'a>, guide: &'a Guide<'a>) -> Self {
        let pack = guide.pack;
        let mut around: BTreeSet<Vec<char>> = BTreeSet::new();
        let scope = pack.scope.iter().flat_map(|scope| &scope.trades);
        around.extend(scope.flat_map(|t| t.aliases.iter().chain([&t.name])).map(|t| word(t)));
        for person in &people.list {
            let fields = ["apply.trade", "post.trade", "apply.level", "unit.name"];
            let texts = fields.iter().filter_map(|id| text_of(&person.record, id));
            around.extend(texts.map(|text| word(&text)));
        }
        around.remove(&Vec::new());
        let mut after: BTreeSet<Vec<char>> = guide.all_words().cloned().collect();
        after.extend(BESIDE.iter().map(|text| word(text)));
        let beside = Beside {
            around: around.into_iter().collect(),
            before: BEFORE.iter().map(|text| word(text)).collect(),
            after: after.into_iter().collect(),
        };
        let all = Index::of(people, 0..people.list.len());
        let mut units: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, person) in people.list.iter().enumerate() {
            units.entry(&person.unit_key).or_default().push(index);
        }
        Self { people, all, units, beside, pack }
    }

    /// The pools of one entry: its own people, those of its unit.
    pub(super) fn pools<'f>(&self, chain: usize, filing: &'f Filing) -> Pools<'f> {
        Pools {
            own: Index::of(self.people, self.people.of_chain[chain].iter().copied()),
            unit: OnceCell::new(),
            sender: unit_key(&filing.sender, self.pack),
            chain,
            filing,
        }
    }

    /// People of the unit that other entries named: the sender or a top folder names the unit.
    fn of_unit(&self, pools: &Pools<'_>) -> Index {
        let mut keys: BTreeSet<String> = BTreeSet::from([pools.sender.clone()]);
        let tops: BTreeSet<&str> =
            pools.filing.files.iter().filter_map(|f| Some(f.path.split_once('/')?.0)).collect();
        keys.extend(tops.into_iter().map(|top| unit_key(top, self.pack)));
        let own = &self.people.of_chain[pools.chain];
        let near = |unit: &&str| keys.iter().any(|key| alike(key, unit));
        let units = self.units.iter().filter(|(unit, _)| near(unit));
        let people = units.flat_map(|(_, people)| people).copied();
        Index::of(self.people, people.filter(|i| !own.contains(i)))
    }

    /// Whom `path` names.
    pub(super) fn owner(&self, pools: &Pools<'_>, path: &str) -> Owner {
        let names: Vec<&str> = path.split('/').collect();
        let (file, dirs) = names.split_last().unwrap_or((&"", &[]));
        let mut lines: Vec<Line> = dirs.iter().map(|dir| Line::new(dir)).collect();
        lines.push(Line::new(stem(file)));
        let papers = lines.iter().take(dirs.len()).position(|dir| dir.text() == UNIT_PAPERS);
        let told = &lines[..papers.unwrap_or(lines.len())];
        let Some((at, hit)) = self.search(pools, told) else {
            return if papers.is_some() { Owner::Unit } else { self.of_sender(pools, lines) };
        };
        match self.narrow(pools, &hit.people, &lines, path) {
            Ok(person) => self.one(person, lines, dirs),
            Err(people) => Owner::Several { dir: names[..=at].join("/"), people },
        }
    }

    /// An entry named after one person, with a row for nobody else, is the folder of that person.
    fn of_sender(&self, pools: &Pools<'_>, mut lines: Vec<Line>) -> Owner {
        let sender = [Line::new(&pools.filing.sender)];
        let own = &self.people.of_chain[pools.chain];
        let person = self
            .search(pools, &sender)
            .and_then(|(_, hit)| self.narrow(pools, &hit.people, &sender, "").ok())
            .filter(|person| own.iter().all(|other| other == person));
        let Some(person) = person else { return Owner::Nobody };
        self.without_said(person, &mut lines);
        Owner::One { person, inside: lines, around: Vec::new(), above: String::new() }
    }

    /// Looks among the people of the entry, then of its unit, then (by ID number only) of all.
    fn search(&self, pools: &Pools<'_>, lines: &[Line]) -> Option<(usize, Hit)> {
        if lines.is_empty() {
            return None;
        }
        self.find(&pools.own, lines, true)
            .or_else(|| self.find(pools.unit.get_or_init(|| self.of_unit(pools)), lines, true))
            .or_else(|| self.find(&self.all, lines, false))
    }

    /// The first name of the path with an ID number, else with a name, of the index.
    fn find(&self, index: &Index, lines: &[Line], by_name: bool) -> Option<(usize, Hit)> {
        let by_id = lines.iter().enumerate().find_map(|(at, l)| Some((at, index.id_in(l)?)));
        if by_id.is_some() || !by_name {
            return by_id;
        }
        lines.iter().enumerate().find_map(|(at, l)| Some((at, index.name_in(l, &self.beside)?)))
    }

    /// One person of several: all the same human, or only one of the table, the unit or the trade
    /// that the path names.
    fn narrow(
        &self,
        pools: &Pools<'_>,
        people: &BTreeSet<usize>,
        lines: &[Line],
        path: &str,
    ) -> Result<usize, Vec<usize>> {
        let list = &self.people.list;
        let one_human = |set: &[usize]| {
            let ids: BTreeSet<&Option<String>> = set.iter().map(|&i| &list[i].id).collect();
            let known = ids.iter().all(|id| id.is_some());
            (set.len() == 1 || (ids.len() == 1 && known)).then(|| set.first().copied()).flatten()
        };
        let all: Vec<usize> = people.iter().copied().collect();
        if let [person] = all[..] {
            return Ok(person);
        }
        let texts: Vec<String> = lines.iter().map(Line::text).collect();
        let in_path = |i: &usize| {
            texts.iter().any(|text| *text == list[*i].unit_key || text.contains(&list[*i].unit_key))
        };
        let of_sender = |i: &usize| alike(&pools.sender, &list[*i].unit_key);
        let of_trade = |i: &usize| {
            text_of(&list[*i].record, "apply.trade").is_some_and(|trade| has(lines, &word(&trade)))
        };
        let those = |keep: &dyn Fn(&usize) -> bool| -> Vec<usize> {
            all.iter().copied().filter(|i| keep(i)).collect()
        };
        let nearest = self.of_nearest_table(pools, &all, path);
        let sets = [all.clone(), nearest, those(&in_path), those(&of_sender), those(&of_trade)];
        sets.iter().find_map(|set| one_human(set)).ok_or(all)
    }

    /// Those whose row stands in the table that lies deepest around `path`: in the entry of a
    /// department each folder of a unit has a table of its own.
    fn of_nearest_table(&self, pools: &Pools<'_>, people: &[usize], path: &str) -> Vec<usize> {
        let depth = |i: &usize| {
            let person = &self.people.list[*i];
            let (dir, _) = person.origin.path.rsplit_once('/')?;
            let around = path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'));
            (person.chain == pools.chain && around).then(|| dir.split('/').count())
        };
        let deepest = people.iter().filter_map(depth).max();
        people.iter().copied().filter(|i| deepest.is_some() && depth(i) == deepest).collect()
    }

    /// Takes what the row says of the person (trade, level, unit) out of the names inside: the
    /// trade 汽车调度管理 is no proof of 调度管理.
    fn without_said(&self, person: usize, inside: &mut [Line]) {
        let record = &self.people.list[person].record;
        let fields = ["unit.name", "apply.trade", "post.trade", "apply.level"];
        let said = fields.iter().filter_map(|id| text_of(record, id)).map(|text| word(&text));
        let said: Vec<Vec<char>> = said.filter(|word| word.len() > 1).collect();
        let last = inside.len().saturating_sub(1);
        for (at, line) in inside.iter_mut().enumerate() {
            for word in &said {
                let rest = line.without_word(word);
                if at < last || rest.chars().iter().any(|c| c.is_alphanumeric()) {
                    *line = rest;
                }
            }
        }
    }

    /// The path of a file of `person`, split at the folder of that person.
    fn one(&self, person: usize, mut lines: Vec<Line>, dirs: &[&str]) -> Owner {
        let index = Index::of(self.people, [person]);
        let own = |line: &Line| index.id_in(line).or_else(|| index.name_in(line, &self.beside));
        let folder = lines.iter().take(dirs.len()).position(|line| own(line).is_some());
        if let Some(last) = lines.pop() {
            lines.push(cut(last, &own));
        }
        let split = folder.map_or(dirs.len(), |at| at + 1);
        self.without_said(person, &mut lines);
        let inside = lines.split_off(split);
        let above = dirs.iter().take(folder.unwrap_or(dirs.len())).copied().collect::<Vec<_>>();
        let around = if folder.is_some() { Vec::new() } else { lines };
        Owner::One { person, inside, around, above: above.join("/") }
    }
}

/// Takes the ID number and the name of the person off a file name, with the number and the
/// separators before it.
fn cut(mut line: Line, own: &dyn Fn(&Line) -> Option<Hit>) -> Line {
    for _ in 0..2 {
        let Some(hit) = own(&line) else { break };
        let lead = &line.chars()[..hit.from];
        let prefix = lead.iter().all(|c| !c.is_alphabetic());
        line = line.without(if prefix { 0 } else { hit.from }, hit.to);
    }
    if line.chars().first() == Some(&'(')
        && let Some(end) = line.chars().iter().position(|c| *c == ')')
        && line.chars()[1..end].iter().all(|c| c.is_alphabetic())
    {
        line = line.without(0, end + 1);
    }
    line
}

/// Units that are the same office written longer or shorter.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let long = |text: &str| text.chars().count() >= 4;
    a == b || (long(b) && a.contains(b)) || (long(a) && b.contains(a))
}

impl Index {
    fn of(people: &People<'_>, set: impl IntoIterator<Item = usize>) -> Self {
        let mut index = Self::default();
        for i in set {
            let person = &people.list[i];
            if let Some(id) = text_of(&person.record, "person.id_no") {
                index.add_id(&Line::new(&id).text(), i);
            }
            if let Some(first) = person.name_key.first()
                && person.name_key.len() > 1
            {
                let names = index.names.entry(*first).or_default();
                names.entry(person.name_key.clone()).or_default().insert(i);
                // 阿不都·热西提 is also written without its dot
                let plain: Vec<char> =
                    person.name_key.iter().copied().filter(|c| *c != '·').collect();
                names.entry(plain).or_default().insert(i);
            }
        }
        index
    }

    /// An ID number of 18 places also names its owner in the old form of 15.
    fn add_id(&mut self, id: &str, person: usize) {
        let places = id.chars().count();
        if places < 15 {
            return;
        }
        self.ids.entry(id.to_owned()).or_default().insert(person);
        if places == 18 {
            let old: String = id
                .chars()
                .enumerate()
                .filter(|(i, _)| !matches!(i, 6 | 7 | 17))
                .map(|(_, c)| c)
                .collect();
            self.ids.entry(old).or_default().insert(person);
        }
    }

    fn id_in(&self, line: &Line) -> Option<Hit> {
        if self.ids.is_empty() {
            return None;
        }
        let chars = line.chars();
        let mut from = 0;
        while from < chars.len() {
            let digits = chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
            let end = from + digits + usize::from(chars.get(from + digits) == Some(&'x'));
            if digits >= 14 {
                let hit = windows_of(from, end).find_map(|(a, b)| {
                    let text: String = chars[a..b].iter().collect();
                    Some(Hit { from: a, to: b, people: self.ids.get(&text)?.clone() })
                });
                if hit.is_some() {
                    return hit;
                }
            }
            from += digits.max(1);
        }
        None
    }

    /// The first bounded name, the longest where two begin or overlap.
    fn name_in(&self, line: &Line, beside: &Beside) -> Option<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (from, first) in line.chars().iter().enumerate() {
            for (name, people) in self.names.get(first).into_iter().flatten() {
                let to = from + name.len();
                if line.at(from, name) && bounded(line, from, to, beside) {
                    hits.push(Hit { from, to, people: people.clone() });
                }
            }
        }
        let longest = |hit: &Hit| {
            !hits.iter().any(|other| {
                other.to - other.from > hit.to - hit.from
                    && other.from < hit.to
                    && hit.from < other.to
            })
        };
        hits.iter().find(|hit| longest(hit)).cloned()
    }
}

/// A run that is an ID number as it stands, then every 18 places of a longer run (a number glued
/// to it).
fn windows_of(from: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
    let glued = (from..end).map(|a| (a, a + 18)).filter(move |(_, b)| *b <= end);
    std::iter::once((from, end)).chain(glued)
}

/// Whether `head` ends in a number with its counter.
fn counted(head: &[char]) -> bool {
    let number = head.iter().rposition(|c| !COUNTERS.contains(*c));
    let counters = head.len() - number.map_or(0, |at| at + 1);
    (1..=2).contains(&counters) && number.is_some_and(|at| head[at].is_ascii_digit())
}

/// Whether `from..to` stands by itself: beside it is no other Han character or letter, or a word
/// of materials, trades or levels.
fn bounded(line: &Line, from: usize, to: usize, beside: &Beside) -> bool {
    let chars = line.chars();
    let free = |c: Option<&char>| c.is_none_or(|c| !c.is_alphabetic());
    let before = from.checked_sub(1).and_then(|i| chars.get(i));
    let mut leads = beside.around.iter().chain(&beside.before);
    let left = free(before)
        || line.gap(from)
        || leads.any(|w| line.ends(from, w))
        || counted(&chars[..from]);
    let right = free(chars.get(to))
        || line.gap(to)
        || beside.after.iter().chain(&beside.around).any(|w| line.at(to, w));
    left && right
}
