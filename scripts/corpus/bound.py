"""Foreign PDFs and images as materials of good applicants: every page must reach the booklet, and
nothing active with it."""

import re
import subprocess

import witness
from office import Office

# What must not be in a packet.
ACTIVE = (
    "/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/EmbeddedFile", "/EmbeddedFiles", "/XFA", "/AcroForm",
    "/RichMedia", "/SubmitForm", "/ImportData", "/URI", "/GoToR", "/Sound", "/Movie",
)
EACH = 20


def base(args, place, applicants):
    """An office with good applicants and the papers they get as they are."""
    office = Office(place, args.binary)
    sample = place / "sample"
    subprocess.run(
        [office.binary, "sample", "--out", sample, "--units", "20", "--applicants", str(applicants), "--seed", "7"],
        check=True, cwd=place, stdout=subprocess.DEVNULL,
    )
    for entry in (sample / "inbox").iterdir():
        entry.rename(office.inbox / entry.name)
    return office


def accepted(report):
    """Accepted applicants with a folder of their own: (entry, folder, case, pages of the booklet)."""
    out = []
    for submission in report["submissions"]:
        for person in submission["applicants"]:
            folders = {f["path"].split("/")[0] for f in submission["files"] if "/" in f["path"] and person["name"] in f["path"]}
            booklet = [o for o in person["outputs"] if o["kind"] == "booklet"]
            if person["decision"] == "accepted" and booklet and len(folders) == 1:
                out.append((submission["source"], folders.pop(), person["case"], booklet[0]))
    return out


def check(args, files):
    place = args.work / "bound"
    office = base(args, place, 4)
    office.run()
    before = [p for p in accepted(office.report()) if (office.inbox / p[0] / p[1]).is_dir()]
    said = witness.ask_all(files, args.work / "witness.json")
    scans = [p for p in files if said[p]["kind"] in ("pdf", "image") and p.suffix.lower() != ".gif"]
    owners = {}
    for number, path in enumerate(scans):
        entry, folder, case, _ = before[number // EACH % len(before)]
        name = f"获奖证书{number:04}{path.suffix}"
        office.drop(f"{entry}/{folder}/{name}", path)
        owners[(entry, f"{folder}/{name}")] = (case, path)
    done = office.run()
    broken = done.faults(office.report())
    # who has a paper that cannot be read gets no booklet: what was refused goes
    refused = 0
    for submission in office.report()["submissions"]:
        for file in submission["files"]:
            if (submission["source"], file["path"]) in owners and file["verdict"] != "used":
                (office.inbox / submission["source"] / file["path"]).unlink()
                refused += 1
    done = office.run()
    report = office.report()
    broken += done.faults(report)
    pages, used = {}, 0
    for submission in report["submissions"]:
        for file in submission["files"]:
            owner = owners.get((submission["source"], file["path"]))
            if owner and file["verdict"] == "used":
                used += 1
                case, path = owner
                theirs = {said[path].get("qpdf"), said[path].get("poppler")} - {None}
                if said[path]["kind"] == "pdf" and theirs != {file["pages"]}:
                    broken.append(f"{path}: {file['pages']} pages, others count {theirs}")
                pages[case] = pages.get(case, 0) + file["pages"]
    after = {case: booklet for _, _, case, booklet in accepted(report)}
    compared = 0
    for _, _, case, booklet in before:
        if case not in after or case not in pages:
            continue
        compared += 1
        paper = office.root / after[case]["path"]
        counted = {witness.qpdf(paper), witness.poppler(paper)}
        grown = after[case]["pages"] - booklet["pages"]
        # the catalogue may need another sheet for so many lines
        if counted != {after[case]["pages"]} or not pages[case] <= grown <= pages[case] + 4:
            broken.append(f"{paper}: {counted} pages, grown by {grown}, materials have {pages[case]}")
        broken += [f"{paper}: {key} is in it" for key in active(paper)]
    print(f"{len(scans)} scans, {refused} refused, {used} used, {compared} booklets compared, exit {done.code}")
    broken += ["no booklet to compare"] * (compared == 0)
    return broken


def active(paper):
    """Forbidden names in the objects of a PDF."""
    done = subprocess.run(
        ["qpdf", "--qdf", "--object-streams=disable", "--stream-data=preserve", str(paper), "-"], capture_output=True, check=False
    )
    # what stands in streams is text or picture
    objects = re.sub(rb"\nstream\r?\n.*?\nendstream", b"", done.stdout, flags=re.S).decode("latin-1")
    return [key for key in ACTIVE if re.search(re.escape(key) + r"(?![A-Za-z])", objects)]
