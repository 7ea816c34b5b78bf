//! An office in a temporary folder: drop things, run the program, look at what it published.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The clock of a run unless a test says otherwise: inside the window of the circular.
pub(crate) const NOW: &str = "2019-06-12T10:00:00+08:00";

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Fails with everything the program said when the exit code is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// A published file as a test compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) sha256: String,
    pub(crate) modified: SystemTime,
}

/// A temporary folder with inbox, outbox, state and a `pipeline.toml`.
pub(crate) struct Office {
    dir: tempfile::TempDir,
    /// Where the program keeps temporary files, when not where the system does.
    temp: Option<PathBuf>,
}

/// A folder of the repository.
pub(crate) fn repo(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Office {
    /// An office with an empty inbox; `None` (with a printed line) where the fonts are missing.
    pub(crate) fn open() -> Option<Self> {
        Self::open_below(None)
    }

    /// The same in memory where the system has a folder for that: for thousands of small files.
    pub(crate) fn in_memory() -> Option<Self> {
        let memory = Path::new("/dev/shm");
        Self::open_below(memory.is_dir().then(|| memory.to_owned()))
    }

    fn open_below(temp: Option<PathBuf>) -> Option<Self> {
        if !repo("fonts/NotoSerifCJK-Regular.ttc").is_file() {
            println!("skipped: fonts/ is empty; scripts/fonts.sh fills it");
            return None;
        }
        let dir = temp.as_ref().map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
        fs::create_dir(dir.path().join("inbox")).unwrap();
        let office = Self { dir, temp };
        office.configure(&repo("templates"), &repo("fonts"), "");
        Some(office)
    }

    /// Writes `pipeline.toml` anew; `more` follows the usual keys.
    pub(crate) fn configure(&self, templates: &Path, fonts: &Path, more: &str) {
        let text = format!(
            "[paths]\ntemplates = '{}'\nfonts = ['{}']\n\n[run]\ncircular = \"nantong-2019\"\nnow = \"{NOW}\"\njobs = 2\n\n[intake]\nsettle-secs = 0\n{more}",
            templates.display(),
            fonts.display(),
        );
        fs::write(self.path("pipeline.toml"), text).unwrap();
    }

    /// A path in the office's folder.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.dir.path().join(inside)
    }

    /// A file of the office outside its inbox.
    pub(crate) fn rewrite(&self, path: &str, bytes: &[u8]) {
        fs::write(self.path(path), bytes).unwrap();
    }

    /// Puts one file into the inbox.
    pub(crate) fn drop_file(&self, path: &str, bytes: &[u8]) {
        let place = self.path("inbox").join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }

    /// Puts files into one folder of the inbox.
    pub(crate) fn drop_dir(&self, entry: &str, files: &BTreeMap<String, Vec<u8>>) {
        for (path, bytes) in files {
            self.drop_file(&format!("{entry}/{path}"), bytes);
        }
    }

    /// Puts a ZIP with these members into the inbox.
    pub(crate) fn zip(&self, entry: &str, files: &BTreeMap<String, Vec<u8>>) {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, bytes) in files {
            zip.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        self.drop_file(entry, &zip.finish().unwrap().into_inner());
    }

    /// Runs the program in the office's folder, with nothing of the tester's environment.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let mut program = Command::new(env!("CARGO_BIN_EXE_dossier"));
        program.env_clear().current_dir(self.dir.path()).args(args);
        if let Some(temp) = &self.temp {
            program.env("TMPDIR", temp);
        }
        let out = program.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ran {
            code: out.status.code().unwrap(),
            stdout: text(&out.stdout),
            stderr: text(&out.stderr),
        }
    }

    /// One pass at another time than [`NOW`].
    pub(crate) fn pass_at(&self, now: &str) -> Ran {
        self.run(&["run", "--settle", "0", "--now", now])
    }

    /// One pass.
    pub(crate) fn pass(&self) -> Ran {
        self.pass_at(NOW)
    }

    /// Where the results of the circular lie.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("outbox/nantong-2019")
    }

    /// The published report.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.root().join("report.json")).unwrap()).unwrap()
    }

    /// Every published file by its path in the outbox.
    pub(crate) fn files(&self) -> BTreeMap<String, Published> {
        let mut files = BTreeMap::new();
        if self.path("outbox").exists() {
            list(&self.path("outbox"), &self.path("outbox"), &mut files);
        }
        files
    }

    /// Path → hash of every published file.
    pub(crate) fn hashes(&self) -> BTreeMap<String, String> {
        self.files().into_iter().map(|(path, file)| (path, file.sha256)).collect()
    }
}

fn list(root: &Path, dir: &Path, files: &mut BTreeMap<String, Published>) {
    for item in fs::read_dir(dir).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_dir() {
            list(root, &item.path(), files);
            continue;
        }
        let hash = Sha256::digest(fs::read(item.path()).unwrap());
        let file = Published {
            sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            modified: item.metadata().unwrap().modified().unwrap(),
        };
        let path = item.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        files.insert(path, file);
    }
}

/// The elements of an array of the report; none when it is absent.
pub(crate) fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text of the report; empty when it is null.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The applicant of that name.
#[track_caller]
pub(crate) fn applicant(report: &Value, name: &str) -> Value {
    let all = each(&report["submissions"]).iter().flat_map(|s| each(&s["applicants"]));
    let found: Vec<&Value> = all.filter(|a| text(&a["name"]) == name).collect();
    assert_eq!(found.len(), 1, "{name} in {}", report["submissions"]);
    found[0].clone()
}

/// The submission of that entry.
#[track_caller]
pub(crate) fn submission(report: &Value, source: &str) -> Value {
    let found = each(&report["submissions"]).iter().find(|s| text(&s["source"]) == source);
    found.unwrap_or_else(|| panic!("no {source} in {}", report["submissions"])).clone()
}

/// The codes of its findings, but for the note that it came, which everything has.
pub(crate) fn codes(of: &Value) -> Vec<&str> {
    each(&of["findings"]).iter().map(|f| text(&f["code"])).filter(|c| *c != "IN-101").collect()
}

/// Code and message of its findings that block or ask.
pub(crate) fn grave(of: &Value) -> Vec<String> {
    each(&of["findings"])
        .iter()
        .filter(|f| matches!(text(&f["severity"]), "error" | "refuse") || f["needs_person"] == true)
        .map(|f| format!("{} {}", text(&f["code"]), text(&f["message"])))
        .collect()
}
