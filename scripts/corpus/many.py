"""Many files: memory of the parent must not grow with them, time only in step with them, and no
descriptor may leak."""

import io

from office import Office
from PIL import Image

FILES = (1_000, 10_000)
IN_ONE_FOLDER = (5_000, 50_000)
DEEP = 100
MOST_FDS = 256


def picture(number):
    """A small page that no other number gives."""
    image = Image.new("L", (120, 170), 235)
    for bit in range(20):
        if number >> bit & 1:
            image.paste(30, (bit * 6, 40, bit * 6 + 4, 90))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=60)
    return out.getvalue()


def check(args, _files):
    broken, seen = [], {}
    for count in FILES:
        office = Office(args.work / "many", args.binary)
        for number in range(count):
            place = office.inbox / f"单位{number // 500:02}" / f"某人{number // 25:03}" / f"{number:05}.jpg"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(picture(number))
        deep = office.inbox / "深" / "/".join(["层"] * DEEP)
        deep.mkdir(parents=True)
        (deep / "照片.jpg").write_bytes(picture(999_999))
        done = office.run()
        report = office.report()
        broken += done.faults(report)
        broken += [f"{count}: {report['counts']['files']} files told"] * (report["counts"]["files"] != count + 1)
        seen[count] = done
        print(f"  {count} scans: {done.seconds:.0f} s, parent {done.parent} MiB, largest child {done.child} MiB, {done.fds} descriptors")
    few, many = (seen[count] for count in FILES)
    broken += [f"parent grew from {few.parent} to {many.parent} MiB"] * (many.parent > 300)
    broken += [f"{many.fds} descriptors"] * (many.fds > MOST_FDS)
    times = []
    for count in IN_ONE_FOLDER:
        office = Office(args.work / "many", args.binary)
        folder = office.inbox / "单位"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:06}.txt").write_text(f"{number}")
        done = office.run()
        broken += done.faults(office.report())
        times.append(done.seconds)
        print(f"  {count} files in one folder: {done.seconds:.1f} s, parent {done.parent} MiB")
    broken += [f"time is not in step: {times}"] * (times[1] > times[0] * 20)
    return broken
