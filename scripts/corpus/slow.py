"""Files that arrive slowly while `dossier watch` looks on: none may be read half, and reading must
begin soon after the last byte."""

import hashlib
import io
import os
import random
import re
import signal
import subprocess
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

from office import Office

COUNT, AT_ONCE = 500, 25
SETTLE, SLACK = 3, 10


def workbook(rng):
    """A package of random length; its end says that it is whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("说明.txt", "\n".join(str(rng.random()) for _ in range(rng.randint(500, 4000))))
    return out.getvalue()


def table(rng):
    """Text without an end of its own: only quiet tells that it is whole. It lists nobody: a hundred
    thousand people would take their own time."""
    rows = ["序号,日期,备注"] + [f"{n},2019.06,{rng.random()}" for n in range(rng.randint(200, 900))]
    return "\n".join(rows).encode()


def in_pieces(rng, place, data, pause):
    with place.open("wb") as file:
        at = 0
        while at < len(data):
            step = rng.randint(len(data) // 6 + 1, len(data) // 2 + 2)
            file.write(data[at : at + step])
            file.flush()
            at += step
            if at < len(data):
                time.sleep(rng.random() * pause)


def renamed(rng, place, data, pause):
    part = place.with_name(place.name + ".part")
    in_pieces(rng, part, data, pause)
    part.rename(place)


def written_again(rng, place, data, pause):
    """Begun, cut to nothing, and written whole."""
    place.write_bytes(data[: len(data) // 2])
    time.sleep(rng.random() * pause)
    os.truncate(place, 0)
    in_pieces(rng, place, data, pause)


def copy(office, seed):
    """One slow copy; gives name, hash and the moment of the last byte."""
    rng = random.Random(seed)
    packed = rng.random() < 0.6
    data = workbook(rng) if packed else table(rng)
    name = f"慢{seed:03}.{'zip' if packed else 'csv'}"
    # what has an end may pause longer than the quiet time
    pause = SETTLE * 2 if packed else 1.5
    rng.choice((in_pieces, renamed, written_again))(rng, office.inbox / name, data, pause)
    return name, hashlib.sha256(data).hexdigest(), time.monotonic()


def check(args, _files):
    office = Office(args.work / "slow", args.binary)
    config = office.place / "pipeline.toml"
    text = config.read_text().replace("settle-secs = 0", f"settle-secs = {SETTLE}\nscan-secs = 1")
    config.write_text(re.sub("patience-secs = 0", "patience-secs = 600", text))
    watch = subprocess.Popen([office.binary, "watch", "-v"], cwd=office.place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    read, lines = {}, []

    def listen():
        for line in watch.stderr:
            lines.append(line.decode("utf-8", "replace"))
            if found := re.search(r"read (慢\d+\.\w+)", lines[-1]):
                read.setdefault(found[1], []).append(time.monotonic())

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        copied = list(pool.map(lambda seed: copy(office, seed), range(COUNT)))
    deadline = time.monotonic() + 120
    while len(read) < COUNT and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(SETTLE + 3)
    watch.send_signal(signal.SIGTERM)
    try:
        code = watch.wait(timeout=120)
    except subprocess.TimeoutExpired:
        watch.kill()
        code = "no answer to SIGTERM"
    listener.join(timeout=5)
    broken = [] if code in (0, 1, 130) else [f"watch ended with {code}: {lines[-5:]}"]
    files = {s["source"]: s for s in office.report()["submissions"]}
    absent = [name for name, *_ in copied if name not in files]
    broken += [f"{len(absent)} are not in the report: {absent[:5]}"] * bool(absent)
    copied = [c for c in copied if c[0] in files]
    slowest = 0
    for name, sha256, last in copied:
        moments = read.get(name, [])
        if len(moments) != 1:
            broken.append(f"{name}: read {len(moments)} times")
            continue
        slowest = max(slowest, moments[0] - last)
        if moments[0] < last:
            broken.append(f"{name}: read {last - moments[0]:.1f} s before its last byte")
        if name.endswith(".csv") and files[name]["files"][0]["sha256"] != sha256:
            broken.append(f"{name}: other bytes were read")
        if files[name]["version"] != 1:
            broken.append(f"{name}: version {files[name]['version']}")
    if slowest > SETTLE + SLACK:
        broken.append(f"reading began {slowest:.1f} s after the last byte")
    print(f"{COUNT} slow copies, {len(read)} read, slowest {slowest:.1f} s after the last byte (quiet time {SETTLE} s)")
    return broken
