"""Broken files made of good ones, the same for the same seed."""

import io
import random
import zipfile

MOST = 1 << 20


def flip(rng, data):
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def cut(rng, data):
    return data[: rng.randrange(1, len(data) + 1)]


def numbers(rng, data):
    """Four bytes that claim much."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        big = rng.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0\0\0\0"))
        data[at : at + 4] = big
    return data


def digits(rng, data):
    """A longer number where one stands in plain text."""
    places = [i for i in range(len(data)) if 0x30 <= data[i] <= 0x39]
    if not places:
        return flip(rng, data)
    at = rng.choice(places)
    data[at : at + 1] = rng.choice((b"4294967295", b"-1", b"99999999999999999999", b"0"))
    return data


def move(rng, data):
    """A block that stands twice, or not at all."""
    at, length = rng.randrange(len(data)), rng.randrange(1, 4096)
    block = data[at : at + length]
    return data[:at] + data[at + length :] if rng.random() < 0.5 else data[:at] + block + data[at:]


def members(rng, data):
    """A package with one part changed, packed again so that the change is read."""
    source = zipfile.ZipFile(io.BytesIO(bytes(data)))
    names = [i for i in source.infolist() if not i.is_dir() and 0 < i.file_size < MOST]
    chosen = rng.choice(names)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = bytearray(source.read(info)) if info.file_size < 8 * MOST else bytearray()
            if info is chosen:
                part = rng.choice(PLAIN)(rng, part)
            target.writestr(info.filename, bytes(part))
    return bytearray(out.getvalue())


PLAIN = (flip, cut, numbers, digits, move)


def make(files, count, seed, folder):
    """Writes `count` mutants of `files`; gives their paths."""
    rng = random.Random(seed)
    small = [p for p in files if 0 < p.stat().st_size < MOST]
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    for number in range(count):
        source = rng.choice(small)
        data = bytearray(source.read_bytes())
        try:
            package = data[:2] == b"PK" and rng.random() < 0.7
            data = members(rng, data) if package else rng.choice(PLAIN)(rng, data)
        except Exception:  # noqa: BLE001 - no package after all: any other change will do
            data = rng.choice(PLAIN)(rng, data)
        path = folder / f"{number:04}-{source.name}"
        path.write_bytes(bytes(data))
        out.append(path)
    return out
