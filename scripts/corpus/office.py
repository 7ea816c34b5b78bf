"""An office in a folder of its own: drop, run, look."""

import json
import shutil
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOW = "2019-06-12T10:00:00+08:00"


class Office:
    """A `pipeline.toml` with inbox, outbox and state beside it."""

    def __init__(self, place, binary, fresh=True):
        self.place, self.binary = Path(place), Path(binary).resolve()
        if fresh and self.place.exists():
            shutil.rmtree(self.place)
        self.inbox.mkdir(parents=True, exist_ok=True)
        (self.place / "pipeline.toml").write_text(
            f"[paths]\ntemplates = '{ROOT / 'templates'}'\nfonts = ['{ROOT / 'fonts'}']\n"
            f'[run]\ncircular = "nantong-2019"\nnow = "{NOW}"\n[intake]\nsettle-secs = 0\npatience-secs = 0\n'
        )

    @property
    def inbox(self):
        return self.place / "inbox"

    @property
    def root(self):
        return self.place / "outbox" / "nantong-2019"

    def drop(self, name, source):
        target = self.inbox / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def run(self, *args):
        """One pass: exit code, stderr, seconds, most memory of the parent and of any child in MiB."""
        command = [self.binary, "run", "--settle", "0", "--quiet", *args]
        with (self.place / "stderr").open("w+b") as errors:
            start = time.monotonic()
            process = subprocess.Popen(command, cwd=self.place, stdout=subprocess.DEVNULL, stderr=errors)
            gauge = Gauge(process.pid)
            gauge.start()
            code = process.wait()
            seconds = time.monotonic() - start
            gauge.join()
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")
        return Pass(code, said, seconds, gauge.parent, gauge.child)

    def report(self):
        return json.loads((self.root / "report.json").read_bytes())

    def packets(self):
        """Hash of every published paper by its path."""
        manifest = json.loads((self.root / "manifest.json").read_bytes())
        return {f["path"]: f["sha256"] for f in manifest["files"] if f["path"].startswith("60-")}


class Pass:
    """What one run of the program came to."""

    def __init__(self, code, stderr, seconds, parent, child):
        self.code, self.stderr, self.seconds, self.parent, self.child = code, stderr, seconds, parent, child

    def faults(self, report):
        """What no pass may ever do."""
        out = []
        if self.code not in (0, 1):
            out.append(f"exit {self.code}: {self.stderr[:500]}")
        if "panic" in self.stderr:
            out.append(f"a panic: {self.stderr[:500]}")
        counts = report["counts"]
        verdicts = sum(counts[f"files_{v}"] for v in ("used", "ignored", "duplicate", "held", "unsettled"))
        listed = [f for s in report["submissions"] for f in s["files"]]
        silent = [f["path"] for f in listed if not f["verdict"]]
        if counts["files"] != verdicts or counts["files"] != len(listed) or silent:
            out.append(f"files do not reconcile: {counts}, {len(listed)} listed, silent {silent[:5]}")
        if counts["applicants"] != sum(counts[d] for d in ("accepted", "returned", "held")):
            out.append(f"applicants do not reconcile: {counts}")
        return out


class Gauge(threading.Thread):
    """Watches the memory of a process and of its children until it ends."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.parent, self.child = pid, 0, 0

    def run(self):
        while (peak := high_water(self.pid)) is not None:
            self.parent = max(self.parent, peak)
            try:
                tasks = list(Path(f"/proc/{self.pid}/task").iterdir())
                children = [c for t in tasks for c in (t / "children").read_text().split()]
            except OSError:
                return
            for child in children:
                self.child = max(self.child, high_water(child) or 0)
            time.sleep(0.05)


def high_water(pid):
    """Most memory a process ever had, in MiB; none when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return None
