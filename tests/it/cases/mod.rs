//! Cases written as prose and tables (`tests/cases`), each dropped through the public commands.

mod boundaries;
mod clean;
mod codes;
mod coverage;
mod group;
mod off;
mod read;
mod steps;
mod verdict;

use group::{Batch, Faults};
use std::time::Instant;

/// Runs all cases of a folder; lists every one that is not as it says.
fn all(folder: &str) {
    let (cases, mut told) = read::cases(folder);
    let batch = Batch::new(folder, &cases);
    told.extend(cases.iter().flat_map(|case| batch.clean.faults(case)));
    for case in &cases {
        for switch in &case.off {
            if let Err(fault) = off::fragment(switch, &batch.clean.circular, case) {
                told.push(format!("{}: off: {fault}", case.file));
            }
        }
    }
    let start = Instant::now();
    let only = std::env::var("CASES").unwrap_or_default();
    let Some(laid) = batch.lay(&|case| case.file.contains(&only)) else { return };
    let mut faults = batch.judge(&laid, "");
    for case in cases.iter().filter(|case| !case.fault.is_empty()) {
        // what the program is known to do wrong must still go wrong, else the case says too little
        let known = faults.remove(&case.file).is_some_and(|faults| faults.is_empty());
        if known {
            told.push(format!("{}: is mended, its line `fault:` can go", case.file));
        }
    }
    println!("{folder}: {} cases in {} s", faults.len(), start.elapsed().as_secs());
    told.extend(lines(&faults));
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

fn lines(faults: &Faults) -> Vec<String> {
    let of = |(file, faults): (&String, &Vec<String>)| {
        faults.iter().map(|fault| format!("{file}: {fault}")).collect::<Vec<_>>()
    };
    faults.iter().flat_map(of).collect()
}

#[test]
fn nantong_2019() {
    all("nantong-2019");
}

#[test]
fn jiangdu_2020() {
    all("jiangdu-2020");
}

#[test]
fn lianyungang_2018() {
    all("lianyungang-2018");
}

#[test]
fn chongqing() {
    all("chongqing");
}

#[test]
fn shangluo_2017() {
    all("shangluo-2017");
}

#[test]
fn codes_of_findings() {
    all("codes");
}
