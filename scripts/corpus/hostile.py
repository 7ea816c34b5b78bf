"""Every killer alone among twenty good submissions: they must not notice it."""

import shutil

import bound


def check(args, _files):
    place = args.work / "hostile"
    office = bound.base(args, place, 2)
    done = office.run()
    before, broken = office.packets(), []
    good = {s["source"]: s["state"] for s in office.report()["submissions"]}
    killers = sorted((args.corpus / "hostile").iterdir())
    worst = 0
    for killer in killers:
        office.drop(killer.name, killer)
        done = office.run()
        report = office.report()
        broken += [f"{killer.name}: {fault}" for fault in done.faults(report)]
        ours = next((s for s in report["submissions"] if s["source"] == killer.name), None)
        # killers that were taken away again stay in the report
        others = {s["source"]: s["state"] for s in report["submissions"] if s["source"] in good}
        held = [f for f in ours["files"] if f["verdict"] == "held"] if ours else []
        if ours is None or others != good:
            broken.append(f"{killer.name}: {ours and ours['state']}, {len(others)} others")
        if killer.suffix != ".zip" and len(held) > 1:
            broken.append(f"{killer.name}: {len(held)} files held")
        after = {p: h for p, h in office.packets().items() if p in before}
        if after != before:
            broken.append(f"{killer.name}: {sum(after.get(p) != h for p, h in before.items())} papers of others changed")
        worst = max(worst, done.seconds)
        codes = sorted({f["code"] for f in ours["findings"]}) if ours else []
        print(f"  {killer.name}: {ours['state'] if ours else None} {' '.join(codes)} {done.seconds:.1f} s")
        (office.inbox / killer.name).unlink()
    print(f"{len(killers)} killers among {len(good)} submissions, {len(before)} papers compared, slowest pass {worst:.1f} s")
    shutil.rmtree(place, ignore_errors=True)
    return broken
