"""Average precision at IoU 0.5 of `vedette detect` over a folder of HIT-UAV: all, by day and night, height, and date.

    python3 bench.py --vedette BINARY --data HIT-UAV [--split-seed 1] [--hold-out DATES] [--dates DATES] [--hfov DEG] [-- FLAGS]

With --split-seed only the random tenth that a training with that seed (and --hold-out) has not seen is looked at; with --dates only
those dates. With --hfov each picture is given with its height and the camera's tilt. What follows -- goes to the detector.
"""
import argparse
import json
import os
import subprocess
from collections import defaultdict

import numpy as np

import pictures
import precision

KINDS = {"person": precision.PERSON, "vehicle": precision.VEHICLE, "other": precision.BICYCLE}


def boxes(record):
    rows = [(x, y, x + w, y + h, pictures.LABELS[b["label"]]) for b in record["boxes"] for x, y, w, h in [b["bbox"]]]
    return np.array(rows, np.float32).reshape(-1, 5)


def detect(args, records):
    """Rows of x0, y0, x1, y1, score, class for each record."""
    calls = defaultdict(list)
    for k, r in enumerate(records):
        hints = ()
        if args.hfov:
            hints = ("--altitude-agl", str(r["altitude_m"]), "--hfov", str(args.hfov), "--tilt", str(r["camera_angle_deg"]))
        calls[hints].append(k)
    found = [None] * len(records)
    for hints, numbers in calls.items():
        files = [os.path.join(args.data, "images", records[k]["file"]) for k in numbers]
        done = subprocess.run([args.vedette, "detect", *hints, *args.flags, *files], stdout=subprocess.PIPE, check=True)
        for k, file, line in zip(numbers, files, done.stdout.splitlines(), strict=True):
            said = json.loads(line)
            if said["file"] != file:
                raise SystemExit(f"a line about {said['file']} where {file} was expected")
            rows = [(x, y, x + w, y + h, d["score"], KINDS.get(d["class"], -2)) for d in said["detections"] for x, y, w, h in [d["bbox"]]]
            found[k] = np.array(rows, np.float32).reshape(-1, 6)
    return found


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--vedette", required=True)
    ask.add_argument("--data", required=True)
    ask.add_argument("--split-seed", type=int)
    ask.add_argument("--hold-out", default="", help="dates, with commas")
    ask.add_argument("--dates", default="", help="dates, with commas")
    ask.add_argument("--hfov", type=float)
    ask.add_argument("flags", nargs="*")
    args = ask.parse_args()
    if args.split_seed is None:
        with open(os.path.join(args.data, "annotations.jsonl")) as lines:
            records = [json.loads(line) for line in lines]
    else:
        records = pictures.split(args.data, set(filter(None, args.hold_out.split(","))), args.split_seed)[1]
    if args.dates:
        records = [r for r in records if r["date"] in args.dates.split(",")]
    found, truth = detect(args, records), [boxes(r) for r in records]
    groups = defaultdict(list)
    for k, r in enumerate(records):
        for name in ("all", "night" if r["night"] else "day", f"{r['altitude_m']:3} m", r["date"]):
            groups[name].append(k)
    print(f"{'':10}{'pictures':>9}{'both':>8}{'recall':>8}{'person':>8}{'vehicle':>8}")
    order = {"all": 0, "day": 1, "night": 2}
    for name in sorted(groups, key=lambda n: (order.get(n, 3 + (not n.endswith("m"))), n)):
        chosen = groups[name]
        s = precision.summary([found[k] for k in chosen], [truth[k] for k in chosen])
        print(f"{name:10}{len(chosen):9}{s['both']:8.3f}{s['recall']:8.3f}{s['person']:8.3f}{s['vehicle']:8.3f}")


if __name__ == "__main__":
    main()
