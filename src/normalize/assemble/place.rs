//! Whose file it is: the path names the person.

use super::gather::People;
use super::line::{Line, stem, word};
use super::material::Guide;
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
const BESIDE: [&str; 22] = [
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
];

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
        let beside =
            Beside { around: around.into_iter().collect(), after: after.into_iter().collect() };
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
            return if papers.is_some() { Owner::Unit } else { Owner::Nobody };
        };
        match self.narrow(pools, &hit.people, &lines) {
            Ok(person) => self.one(person, lines, dirs),
            Err(people) => Owner::Several { dir: names[..=at].join("/"), people },
        }
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

    /// One person of several: all the same human, or only one of the unit the path names.
    fn narrow(
        &self,
        pools: &Pools<'_>,
        people: &BTreeSet<usize>,
        lines: &[Line],
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
        let named: Vec<usize> = all.iter().copied().filter(in_path).collect();
        let sent: Vec<usize> = all.iter().copied().filter(of_sender).collect();
        one_human(&all).or_else(|| one_human(&named)).or_else(|| one_human(&sent)).ok_or(all)
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
fn alike(a: &str, b: &str) -> bool {
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

/// Whether `from..to` stands by itself: beside it is no other Han character or letter, or a word
/// of materials, trades or levels.
fn bounded(line: &Line, from: usize, to: usize, beside: &Beside) -> bool {
    let chars = line.chars();
    let free = |c: Option<&char>| c.is_none_or(|c| !c.is_alphabetic());
    let before = from.checked_sub(1).and_then(|i| chars.get(i));
    let left = free(before) || line.gap(from) || beside.around.iter().any(|w| line.ends(from, w));
    let right = free(chars.get(to))
        || line.gap(to)
        || beside.after.iter().chain(&beside.around).any(|w| line.at(to, w));
    left && right
}
