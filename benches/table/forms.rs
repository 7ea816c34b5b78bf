//! Forms a second, and what memory many of them take.

use super::kit::{Table, cpu_secs, get, number, one as measure, peak_mib, repo, timed};
use dossier::compose::{Templates, blank_record};
use dossier::export::pdf::PdfExporter;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;

pub(crate) fn rows(table: &mut Table) {
    let docs = number("BENCH_DOCS", 2000).to_string();
    let few = measure(&["forms", "1", "400"]);
    table.note(
        "form of four pages, one thread",
        format!("{:.0} forms/s ({:.1} ms CPU each)", get(&few, "rate"), get(&few, "cpu_ms")),
    );
    let many = measure(&["forms", "2", &docs]);
    let rate = get(&many, "rate");
    table.row(
        "form of four pages, two threads",
        format!("{rate:.0} forms/s ({:.1} ms CPU each)", get(&many, "cpu_ms")),
        "≥ 120 forms/s",
        rate >= 120.0,
    );
    let (half, peak) = (get(&many, "half_mib"), get(&many, "peak_mib"));
    let far = peak + (peak - half) / (get(&many, "docs") / 2.0) * (10_000.0 - get(&many, "docs"));
    table.row(
        &format!("memory over {docs} forms"),
        format!("{peak:.0} MiB ({half:.0} after half of them; 10,000 by that slope: {far:.0})"),
        "≤ 300 MiB over 10,000",
        far <= 300.0,
    );
}

/// `forms THREADS DOCS`: composes and exports that many, each of another person.
pub(crate) fn one(args: &[&str]) -> Value {
    let [threads, docs] = [0, 1].map(|at| args.get(at).and_then(|n| n.parse().ok()).unwrap_or(1));
    let dir = repo("templates");
    let templates = Templates::open(&[dir.join("nantong-2019"), dir.join("common")])
        .expect("the shipped templates are sound");
    let exporter = PdfExporter::new(&[repo("fonts")]).expect("`make fonts` was run");
    let photo = picture();
    let form = |n: usize| {
        let images = BTreeMap::from([("photo".to_owned(), photo.clone())]);
        let document = templates.compose("approval.html", &data(n), images).expect("sound data");
        exporter.export(&document).expect("a sound form")
    };
    // Threads of our own, as in a pass: the layout itself waits on rayon's pool.
    let all = |range: std::ops::Range<usize>| -> u32 {
        let (next, pages) = (AtomicUsize::new(range.start), AtomicU32::new(0));
        let walk = || {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= range.end {
                    return;
                }
                pages.fetch_add(form(n).pages.unwrap_or_default(), Ordering::Relaxed);
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                let thread = thread::Builder::new().stack_size(8 << 20);
                thread.spawn_scoped(scope, walk).expect("threads can be started");
            }
        });
        pages.into_inner()
    };
    // fonts are read and caches filled once in the life of a pass
    let pages = all(0..20) / 20;
    let (_, first, _) = timed(|| all(20..20 + docs / 2));
    let half = peak_mib();
    let cpu = cpu_secs();
    let (_, second, _) = timed(|| all(20 + docs / 2..20 + docs));
    let each = (cpu_secs() - cpu) * 1000.0 / (docs - docs / 2) as f64;
    json!({
        "docs": docs, "pages": pages, "rate": docs as f64 / (first + second), "cpu_ms": each,
        "half_mib": half, "peak_mib": peak_mib(),
    })
}

fn data(n: usize) -> Value {
    let mut p = blank_record();
    let name: String = ["王", "李", "周", "忞", "堃", "芳", "国", "永"]
        .iter()
        .cycle()
        .skip(n % 8)
        .step_by(1 + n % 3)
        .take(2 + n % 2)
        .copied()
        .collect();
    let facts = [
        ("person", "name", name),
        ("person", "sex", "男".to_owned()),
        ("person", "ethnic", "汉族".to_owned()),
        ("person", "birth", format!("{}-{:02}", 1960 + n % 30, 1 + n % 12)),
        ("person", "id_no", format!("3206841975101{:05}", n % 100_000)),
        ("person", "work_start", "1994-08".to_owned()),
        ("education", "rank", "大学专科".to_owned()),
        ("education", "school", "江苏省广播电视大学".to_owned()),
        ("post", "trade", "汽车修理工".to_owned()),
        ("apply", "trade", "汽车修理工".to_owned()),
        ("apply", "level", "高级技师".to_owned()),
        ("cert", "no", format!("14320000002{n:05}")),
        ("cert", "issuer", "江苏省人力资源和社会保障厅".to_owned()),
        ("contact", "phone", format!("138{n:08}")),
    ];
    for (group, field, value) in facts {
        p[group][field] = value.into();
    }
    p["achievements"] = "长期从事汽车维修工作，主持完成发动机电控系统故障诊断流程的整理，\
        带教青年职工，其中多人取得高级工证书。参与全市公路养护机械技术改造。"
        .into();
    p["resume"] = json!([
        {"from": "1994-08", "to": "2003-06", "unit": "汽车运输公司", "trade": "汽车修理工"},
        {"from": "2003-07", "to": "至今", "unit": "公路管理站机械养护中心", "trade": "汽车修理工"},
    ]);
    json!({
        "circular": {
            "title": "关于开展2019年高级技师考评工作的通知", "doc_number": "通人社考〔2019〕10号",
            "issuer": "人力资源和社会保障局", "year": 2019,
        },
        "case": {"number": format!("NT2019-1-684-{n:04}"), "version": 1, "decision": "机审通过"},
        "unit": {"name": "公路管理站", "supervisor": "交通运输局", "area": "海门市"},
        "p": p, "photo": "photo", "today": "2019年6月12日",
        "appraisals": (2014..=2018).map(|y| json!({"year": y, "grade": "合格"})).collect::<Value>(),
    })
}

fn picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_fn(295, 413, |x, y| {
        image::Rgb([150 + (y / 9) as u8, 170, 200 - (x / 5) as u8])
    })
    .write_to(&mut bytes, image::ImageFormat::Jpeg)
    .expect("a picture in memory");
    bytes.into_inner()
}
