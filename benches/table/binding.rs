//! Binding beside `cat` of the same bytes.

use super::kit::{Table, empty, get, median, number, one as measure, peak_mib, repo, timed};
use super::sources;
use dossier::bind::{StampFonts, bind};
use dossier::blobs::Blobs;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// How often both are done in turns.
const TURNS: usize = 5;

pub(crate) fn rows(table: &mut Table) {
    for (set, name, goal, limit) in [
        ("jpeg", "binding JPEG and PDF, beside cat", "≤ 1.3 × cat", 1.3),
        ("fax", "binding G4 TIFF, beside cat", "≤ 1.5 × cat", 1.5),
    ] {
        let seen = measure(&["bind", set, "256"]);
        let ratio = get(&seen, "ratio");
        let (pages, speed) = (get(&seen, "pages_s"), get(&seen, "mb_s"));
        table.row(
            name,
            format!("{ratio:.2} × cat ({pages:.0} pages/s, {speed:.0} MB/s)"),
            goal,
            ratio <= limit,
        );
    }
    let size = number("BENCH_PACKET_MB", 2048).to_string();
    let large = measure(&["bind", "jpeg", &size, "once"]);
    let peak = get(&large, "peak_mib");
    table.row(
        &format!("memory for one packet of {:.0} MB", get(&large, "mb")),
        format!("{peak:.0} MiB ({:.0} MiB of it the font file)", get(&large, "font_mib")),
        "≤ 64 MiB",
        peak <= 64.0,
    );
}

/// `bind SET MB [once]`: one packet of about that size.
pub(crate) fn one(args: &[&str]) -> Value {
    let (set, size) = (args.first().copied().unwrap_or("jpeg"), args.get(1).copied());
    let want: u64 = size.and_then(|n| n.parse().ok()).unwrap_or(256) << 20;
    let once = args.get(2).is_some();
    let dir = empty("bind");
    let blobs = Blobs::open(dir.join("blobs")).expect("the target folder is ours");
    let font = fs::read(repo("fonts/NotoSerifCJK-Regular.ttc")).expect("`make fonts` was run");
    let font_mib = font.len() as f64 / f64::from(1 << 20);
    let fonts = StampFonts::load(font, 2).expect("the font has outlines");
    let set = match set {
        "fax" => sources::fax(&blobs),
        _ => sources::jpeg_and_pdf(&blobs, &fonts, &dir),
    };
    let length = |blob: &str| fs::metadata(blobs.path(blob)).expect("just stored").len();
    let bytes: u64 = set.iter().map(|scan| length(&scan.blob)).sum();
    let times = usize::try_from(want.div_ceil(bytes)).unwrap_or(1);
    let scans: Vec<_> = std::iter::repeat_n(&set, times).flatten().cloned().collect();
    let plan = sources::plan(&scans);
    let bound = dir.join("bound.pdf");
    let mut pairs = Vec::new();
    let mut pages = 0;
    for turn in 0..if once { 1 } else { TURNS + 1 } {
        let (packet, ours, _) = timed(|| bind(&plan, &blobs, &fonts, &bound));
        pages = packet.expect("the set binds").pages;
        fs::remove_file(&bound).expect("just written");
        if once {
            pairs.push((ours, f64::NAN));
            continue;
        }
        let (_, cat, _) = timed(|| concatenate(&blobs, &scans, &dir.join("cat")));
        // the first turn only warms the page cache
        if turn > 0 {
            pairs.push((ours, cat));
        }
    }
    let ours = median(pairs.iter().map(|pair| pair.0).collect());
    let megabytes = (bytes * times as u64) as f64 / 1e6;
    json!({
        "ratio": median(pairs.iter().map(|(a, b)| a / b).collect()), "secs": ours,
        "pages_s": f64::from(pages) / ours, "mb_s": megabytes / ours, "mb": megabytes,
        "peak_mib": peak_mib(), "font_mib": font_mib,
    })
}

fn concatenate(blobs: &Blobs, scans: &[dossier::read::Scan], out: &Path) {
    let file = File::create(out).expect("the target folder is ours");
    let paths = scans.iter().map(|scan| blobs.path(&scan.blob));
    let status = Command::new("cat").args(paths).stdout(file).status();
    assert!(status.is_ok_and(|status| status.success()), "cat failed");
    fs::remove_file(out).expect("just written");
}
