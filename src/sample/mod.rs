//! A synthetic inbox with a known outcome, for trying the program out and for tests.
//!
//! Part of the edge: no stage names it. It writes under nantong-2019, with the run's clock
//! inside the window. The same seed gives the same bytes.

mod archive;
mod material;
mod paper;
mod people;
mod photo;
mod rng;
mod roster;

use material::Lie;
use paper::Press;
use people::{Fault, Person};
use rayon::prelude::*;
use rng::Rng;
use roster::Dialect;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use thiserror::Error;

const PACK: &str = "nantong-2019";
const NOW: &str = "2019-06-12T10:00:00+08:00";
/// Seed of the inbox that is shipped.
const SHIPPED: u64 = 2019;

const AREAS: [&str; 6] = ["启东市", "海安市", "如皋市", "如东县", "海门市", "通州区"];
const KINDS: [&str; 6] =
    ["崇文中学", "公园管理处", "水利枢纽管理所", "机关事务服务中心", "文化馆", "园艺站"];

/// Why no inbox was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SampleError {
    /// Something is there already; a sample never mixes with it.
    #[error("`{0}` is there already; name another folder with --out")]
    Occupied(PathBuf),
    /// The scans need a Chinese font.
    #[error("Noto Serif CJK SC is in none of the font folders: run `make fonts`")]
    Fonts,
    /// A file could not be written.
    #[error("cannot write `{path}`: {error}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A page could not be set.
    #[error("a page cannot be drawn: {0}")]
    Page(String),
    /// A picture could not be encoded.
    #[error("a picture cannot be encoded: {0}")]
    Picture(#[from] image::ImageError),
    /// A workbook could not be built.
    #[error("a workbook cannot be built: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// What to write.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Folder that gets `inbox/` and `truth.json`.
    pub out: PathBuf,
    /// Number of units.
    pub units: usize,
    /// Applicants of each unit.
    pub applicants: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// Font folders.
    pub fonts: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Folder,
    Flat,
    Zip,
    Lone,
}

impl Layout {
    fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Flat => "flat",
            Self::Zip => "zip",
            Self::Lone => "lone",
        }
    }
}

struct Unit {
    name: String,
    layout: Layout,
    dialect: Dialect,
    people: Vec<Person>,
}

/// Writes `<out>/inbox` and `<out>/truth.json`: what each applicant must be told.
///
/// # Errors
/// When the place is taken, the fonts are missing, or a file cannot be written.
pub fn write(plan: &Plan) -> Result<(), SampleError> {
    let rng = Rng::new(plan.seed);
    let units: Vec<Unit> = (0..plan.units).map(|n| unit(&rng, n, plan.applicants)).collect();
    deliver(&plan.out, &plan.fonts, &rng, &units)?;
    let submissions: Vec<Value> = units.iter().map(truth).collect();
    let truth = json!({
        "schema": "dossier/truth/1", "pack": PACK, "seed": plan.seed, "now": NOW,
        "submissions": submissions,
    });
    save(&plan.out.join("truth.json"), format!("{truth:#}\n").as_bytes())
}

/// Writes the inbox that is shipped with the program into `<out>/inbox`: a folder (two accepted,
/// one returned), a ZIP (one accepted, one held) and a lone workbook (returned).
///
/// # Errors
/// As [`write()`].
pub fn write_shipped(out: &Path, fonts: &[PathBuf]) -> Result<(), SampleError> {
    let rng = Rng::new(SHIPPED);
    let none = Some(Fault::NoScans);
    let plan = [
        (
            "启东市崇文中学",
            Layout::Folder,
            Dialect::Merged,
            vec![None, None, Fault::PLANTED.first().copied()],
        ),
        ("海安市水利枢纽管理所", Layout::Zip, Dialect::Csv, vec![None, Some(Fault::UniqueSkill)]),
        ("如东县园艺站", Layout::Lone, Dialect::Html, vec![none, Some(Fault::CheckDigit)]),
    ];
    let units: Vec<Unit> = plan
        .into_iter()
        .enumerate()
        .map(|(n, (name, layout, dialect, faults))| Unit {
            name: name.to_owned(),
            layout,
            dialect,
            people: people::people(&rng, n, &faults),
        })
        .collect();
    deliver(out, fonts, &rng, &units)
}

fn unit(rng: &Rng, n: usize, applicants: usize) -> Unit {
    let round = n / (AREAS.len() * KINDS.len());
    let (area, kind) = (AREAS[n % AREAS.len()], KINDS[(n + n / AREAS.len()) % KINDS.len()]);
    let name =
        if round == 0 { format!("{area}{kind}") } else { format!("{area}第{}{kind}", round + 1) };
    let layout = match n {
        _ if n % 3 == 2 => Layout::Zip,
        _ if n % 4 == 3 => Layout::Flat,
        _ => Layout::Folder,
    };
    let dialect = [Dialect::Plain, Dialect::Merged, Dialect::Csv][n % 3];
    let faults: Vec<Option<Fault>> = (0..applicants)
        .map(|place| n * applicants + place)
        .map(|i| (i % 4 == 3).then(|| Fault::PLANTED[i / 4 % Fault::PLANTED.len()]))
        .collect();
    Unit { name, layout, dialect, people: people::people(rng, n, &faults) }
}

fn deliver(out: &Path, fonts: &[PathBuf], rng: &Rng, units: &[Unit]) -> Result<(), SampleError> {
    let inbox = out.join("inbox");
    for path in [&inbox, &out.join("truth.json")] {
        if path.exists() {
            return Err(SampleError::Occupied(path.clone()));
        }
    }
    let press = Press::new(fonts)?;
    for unit in units {
        let files = files(&press, rng, unit)?;
        match unit.layout {
            Layout::Zip => {
                save(&inbox.join(format!("{}.zip", unit.name)), &archive::gbk_zip(&files))?;
            }
            Layout::Lone => save_all(&inbox, &files)?,
            Layout::Folder | Layout::Flat => save_all(&inbox.join(&unit.name), &files)?,
        }
    }
    Ok(())
}

fn files(press: &Press, rng: &Rng, unit: &Unit) -> Result<Vec<(String, Vec<u8>)>, SampleError> {
    let mut files = vec![unit.dialect.write(&unit.name, &unit.people)?];
    if unit.layout == Layout::Lone {
        return Ok(files);
    }
    files.push(("单位材料/技师人数.xlsx".to_owned(), roster::census(&unit.name, &unit.people)?));
    files.push(("单位材料/公示说明.pdf".to_owned(), material::notice(press, rng, &unit.name)?));
    let lie = if unit.layout == Layout::Flat { Lie::Flat } else { Lie::Folders };
    let scans: Vec<_> = unit
        .people
        .par_iter()
        .enumerate()
        .map(|(place, person)| material::scans(press, rng, &unit.name, place, person, lie))
        .collect::<Result<_, _>>()?;
    files.extend(scans.into_iter().flatten());
    Ok(files)
}

fn truth(unit: &Unit) -> Value {
    let applicants: Vec<Value> = unit
        .people
        .iter()
        .map(|person| {
            let decision = person.fault.map_or("accepted", Fault::decision);
            let must: Vec<[&str; 1]> = person.fault.iter().map(|f| [f.code()]).collect();
            json!({
                "name": person.name, "id_no": person.id_no, "trade": person.trade,
                "decision": [decision], "must": must, "clean": person.fault.is_none(),
            })
        })
        .collect();
    json!({
        "source": unit.name, "unit": unit.name, "layout": unit.layout.name(),
        "roster": unit.dialect.name(), "applicants": applicants,
    })
}

fn save_all(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<(), SampleError> {
    files.iter().try_for_each(|(path, bytes)| save(&dir.join(path), bytes))
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), SampleError> {
    let dir = path.parent().unwrap_or(path);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| SampleError::Write { path: path.to_owned(), error })
}
