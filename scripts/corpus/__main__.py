"""Drops the whole corpus of foreign files on dossier and compares what it says with what other
programs say. `make corpus` runs it; `python3 scripts/corpus --help` lists the parts.

Ends with 1 when a promise is broken: a pass that stops, a file without a verdict, a good file
refused, a page lost, a good packet changed by a bad neighbour.
"""

import argparse
import collections
import json
import os
import sys
from pathlib import Path

import bound
import hostile
import many
import mutants
import slow
import witness
from office import ROOT, Office

# A finding with one of these says that the file was not read.
UNREAD = set(
    "IN-102 IN-103 IN-104 IN-105 IN-106 IN-107 IN-108 IN-109 IN-111 IN-112 IN-113 IN-114 IN-116 IN-131 "
    "MT-141 MT-147 SS-101 SS-132 PH-105 SY-101".split()
)
LEAST_READ = 0.95
MOST_PARENT, MOST_CHILD = 300, 1024


def corpus():
    places = [os.environ.get("DOSSIER_CORPUS"), ROOT / "../shared/corpus", ROOT / "../../shared/corpus"]
    return next((Path(p).resolve() for p in places if p and Path(p).is_dir()), None)


def drop(office, files):
    """Every file as an entry of its own; gives path by entry."""
    entries = {}
    for number, path in enumerate(files):
        entry = f"{number:05}-{path.name}"
        office.drop(entry, path)
        entries[entry] = path
    return entries


def findings(submission):
    people = [f for a in submission["applicants"] for f in a["findings"]]
    return submission["findings"] + people


def judge(report, entries, said):
    """What was made of the files that others open."""
    by_source = {s["source"]: s for s in report["submissions"]}
    told, unread, causes = collections.Counter(), [], []
    for entry, path in entries.items():
        submission = by_source.get(entry)
        if submission is None:
            told["vanished"] += 1
            continue
        codes = {f["code"]: f for f in findings(submission) if f["code"] in UNREAD}
        opened = witness.opened_by_two(said[path])
        kind = said[path]["kind"]
        told[f"{kind}: {'opened' if opened else 'not opened'} by others, {'refused' if codes else 'read'}"] += 1
        if opened and codes:
            unread.append((kind, path, codes))
        locked = said[path].get("password")
        if any(c.startswith("MT") for c in codes) and locked and not any("密码" in f["message"] + f["hint"] for f in codes.values()):
            causes.append((path, sorted(codes)))
    return told, unread, causes


def lost_pages(report, entries, said):
    """Accepted PDFs with other pages than both witnesses count."""
    out = []
    for submission in report["submissions"]:
        path = entries.get(submission["source"])
        pages = [f.get("pages") for f in submission["files"] if f["kind"] == "pdf" and f["verdict"] != "held"]
        theirs = {said[path].get("qpdf"), said[path].get("poppler")} if path and said[path]["kind"] == "pdf" else set()
        if pages and len(theirs) == 1 and None not in theirs and pages[0] not in theirs:
            out.append((path, pages[0], theirs))
    return out


def lost_members(report, entries, said):
    """Archives whose members are not all there."""
    out = []
    for submission in report["submissions"]:
        path = entries.get(submission["source"])
        theirs = said[path].get("members") if path else None
        refused = any(f["code"] in UNREAD and f["origin"]["path"] == submission["source"] for f in submission["findings"])
        if path and path.suffix.lower() == ".zip" and theirs and not refused and len(submission["files"]) != theirs:
            out.append((path, len(submission["files"]), theirs))
    return out


def read(args, files):
    """One pass over the whole corpus."""
    office = Office(args.work / "read", args.binary)
    entries = drop(office, files)
    done = office.run()
    report = office.report()
    broken = done.faults(report)
    broken += [f"parent {done.parent} MiB, child {done.child} MiB"] * (done.parent > MOST_PARENT or done.child > MOST_CHILD)
    print(f"{len(files)} files in {done.seconds:.0f} s, exit {done.code}, parent {done.parent} MiB, largest child {done.child} MiB")
    said = witness.ask_all(files, args.work / "witness.json")
    told, unread, causes = judge(report, entries, said)
    for line, count in sorted(told.items()):
        print(f"  {count:5} {line}")
    for kind in ("workbook", "pdf", "image"):
        good, bad = told[f"{kind}: opened by others, read"], sum(k == kind for k, _, _ in unread)
        share = good / max(good + bad, 1)
        print(f"  {kind}: {share:.1%} of what others open is read")
        broken += [f"{kind}: only {share:.1%} read"] * (share < LEAST_READ)
    for kind, path, codes in unread:
        print(f"    {kind} {path.relative_to(args.corpus)}: {'; '.join(c + ' ' + f['message'] + '/' + f['hint'] for c, f in codes.items())}")
    broken += [f"a password is not named: {path} {codes}" for path, codes in causes]
    broken += [f"pages of {path}: {ours}, others count {theirs}" for path, ours, theirs in lost_pages(report, entries, said)]
    broken += [f"members of {path}: {ours}, Python counts {theirs}" for path, ours, theirs in lost_members(report, entries, said)]
    return broken


def mutate(args, files):
    """One pass over broken copies."""
    made = mutants.make(files, args.mutants, args.seed, args.work / "mutants")
    office = Office(args.work / "mutated", args.binary)
    entries = drop(office, made)
    done = office.run()
    report = office.report()
    print(f"{len(made)} mutants in {done.seconds:.0f} s, exit {done.code}, parent {done.parent} MiB, largest child {done.child} MiB")
    codes = collections.Counter(f["code"] for s in report["submissions"] for f in findings(s) if f["code"] in UNREAD)
    print("  " + ", ".join(f"{code} {count}" for code, count in sorted(codes.items())))
    broken = done.faults(report)
    absent = set(entries) - {s["source"] for s in report["submissions"]}
    broken += [f"vanished: {sorted(absent)[:5]}"] * bool(absent)
    broken += [f"parent {done.parent} MiB, child {done.child} MiB"] * (done.parent > MOST_PARENT or done.child > MOST_CHILD)
    return broken


PARTS = {"read": read, "mutants": mutate, "bound": bound.check, "hostile": hostile.check, "slow": slow.check, "many": many.check}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/dossier")
    parser.add_argument("--work", type=Path, default=ROOT / "target/corpus")
    parser.add_argument("--corpus", type=Path, default=corpus())
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.corpus is None:
        sys.exit("no corpus: set DOSSIER_CORPUS to its folder")
    # a run takes minutes: whoever looks at a pipe or a file sees each line when it is said
    sys.stdout.reconfigure(line_buffering=True)
    args.work.mkdir(parents=True, exist_ok=True)
    args.work = args.work.resolve()
    files = sorted(p for p in args.corpus.rglob("*") if p.is_file() and not p.is_symlink())
    broken = []
    for part in args.parts or PARTS:
        print(f"== {part}")
        broken += [f"{part}: {fault}" for fault in PARTS[part](args, files)]
    for fault in broken:
        print(f"BROKEN {fault}")
    (args.work / "broken.json").write_text(json.dumps(broken, ensure_ascii=False, indent=1))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
