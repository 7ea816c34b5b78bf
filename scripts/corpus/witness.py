"""What other programs say of a file: whether they open it, how many pages or members it has,
whether it needs a password. Answers are kept by the hash of the bytes, for asking takes an hour."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
IMAGES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif"}
PATIENCE = 60


def command(*args):
    """Exit code and what was printed; a program that hangs or is absent opens nothing."""
    try:
        # a group of its own: LibreOffice is a script whose child would outlive it
        run = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    except FileNotFoundError:
        return 255, ""
    try:
        said, _ = run.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        return 255, ""
    return run.returncode, said.decode("utf-8", "replace")


def qpdf(path):
    """Pages by qpdf, or none."""
    code, said = command("qpdf", "--show-npages", str(path))
    number = re.search(r"^(\d+)$", said, re.M)
    return int(number[1]) if code in (0, 3) and number else None


def poppler(path):
    """Pages by poppler, or none."""
    code, said = command("pdfinfo", str(path))
    number = re.search(r"^Pages:\s+(\d+)$", said, re.M)
    return int(number[1]) if code == 0 and number else None


def needs_password(path):
    """Whether qpdf wants a password to open it."""
    return command("qpdf", "--requires-password", str(path))[0] == 0


def python_opens(module, path, code):
    """Whether a Python package opens it, in a process that may die."""
    limit = "import resource;resource.setrlimit(resource.RLIMIT_AS,(2<<30,2<<30));"
    return command("python3", "-c", f"{limit}import sys,{module};p=sys.argv[1];{code}", str(path))[0] == 0


def calamine(path):
    code = "w=python_calamine.CalamineWorkbook.from_path(p);[w.get_sheet_by_name(n).to_python() for n in w.sheet_names]"
    return python_opens("python_calamine", path, code)


def openpyxl(path):
    # opened as bytes: the name must not decide
    code = "w=openpyxl.load_workbook(open(p,'rb'));[list(s.iter_rows(max_row=100)) for s in w.worksheets]"
    return python_opens("openpyxl", path, code)


def pillow(path):
    code = "i=PIL.Image.open(p);i.load()"
    return python_opens("PIL.Image", path, code)


def libjpeg(path):
    """Whether the reference decoder has nothing to complain of; Pillow keeps its warnings to itself."""
    code, said = command("djpeg", "-outfile", "/dev/null", str(path))
    return code == 0 and not said.strip()


def libreoffice(path):
    """Whether it becomes a CSV."""
    with tempfile.TemporaryDirectory() as home:
        profile = f"-env:UserInstallation=file://{home}/profile"
        code, _ = command("soffice", profile, "--headless", "--convert-to", "csv", "--outdir", home, str(path))
        return code == 0 and any(Path(home).glob("*.csv"))


def members(path):
    """Files in the archive by Python's reader, or none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(not m.is_dir() for m in archive.infolist())
    except Exception:  # noqa: BLE001 - whatever it is, it was not opened
        return None


def ask(path):
    """Everything the others say of one file, by the kind its name claims."""
    ending = path.suffix.lower()
    if ending == ".pdf" or path.read_bytes()[:5] == b"%PDF-":
        said = {"qpdf": qpdf(path), "poppler": poppler(path)}
        if not all(said.values()):
            said["password"] = needs_password(path)
        return {"kind": "pdf", **said}
    if ending in WORKBOOKS:
        said = {"calamine": calamine(path), "openpyxl": ending in {".xlsx", ".xlsm"} and openpyxl(path)}
        # the slowest is asked only where it decides
        if sum(said.values()) == 1:
            said["libreoffice"] = libreoffice(path)
        return {"kind": "workbook", **said}
    if ending in IMAGES:
        said = {"pillow": pillow(path)}
        if ending in {".jpg", ".jpeg"} and shutil.which("djpeg"):
            said["libjpeg"] = libjpeg(path)
        return {"kind": "image", **said}
    if path.read_bytes()[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return {"kind": "archive", "members": members(path)}
    return {"kind": "other"}


def ask_all(files, store):
    """Answers for all files, from `store` (a JSON file) as far as it has them."""
    known = json.loads(store.read_text()) if store.is_file() else {}
    # answers from before a witness came
    known = {h: s for h, s in known.items() if "libjpeg" in s or not h.endswith((".jpg", ".jpeg"))}
    hashes = {path: hashlib.sha256(path.read_bytes()).hexdigest() + path.suffix.lower() for path in files}
    missing = {h: p for p, h in hashes.items() if h not in known}
    with ThreadPoolExecutor(max(1, os.cpu_count() - 1)) as pool:
        for at, (key, said) in enumerate(zip(missing, pool.map(ask, missing.values()))):
            known[key] = said
            if at % 200 == 199:
                store.write_text(json.dumps(known))
    store.write_text(json.dumps(known, indent=1, sort_keys=True))
    return {path: known[h] for path, h in hashes.items()}


def opened_by_two(said):
    """Whether two of the witnesses of its kind open the file (images but JPEG have one)."""
    match said["kind"]:
        case "pdf":
            return bool(said["qpdf"]) and bool(said["poppler"])
        case "workbook":
            return sum(bool(said.get(w)) for w in ("calamine", "openpyxl", "libreoffice")) >= 2
        case "image":
            return said["pillow"] and said.get("libjpeg", True)
    return False
