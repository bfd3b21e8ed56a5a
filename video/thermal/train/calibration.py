"""How likely a detection is right, from its score: a line with a few bends, measured on pictures that were held back.

    python3 calibration.py --vedette BINARY --data HIT-UAV --weights FILE [--out FILE] [--split-seed 1] [--hold-out DATES] [--judge DATES]

Draws the line from what `vedette detect` finds in the random tenth with the network's own scores, says how well it does, and with --out
writes the weights with it (the same file, if you like). Judged on halves of the pictures that it was not drawn from, and with --judge also on pictures of those dates.

A detection is right where it overlaps a person or vehicle by half (IoU), as in average precision; one that lies on a bicycle or on an
unsure label counts for nothing.
"""
import argparse
import json
import os
import tempfile

import numpy as np

import bench
import pictures
import precision
import weightsfile

# The logit of the probability is a line over the logit of the score that bends at these scores. LEAST is the lowest score and also the
# lowest probability that is given out: below the point where the truth is that low the probability rises by SLOPE only, so that
# detections keep their order.
BENDS = [0.4, 0.6]
LEAST, SLOPE = 0.03, 0.04
POINTS = [0.03, *np.arange(0.2, 1, 0.05), 0.99]


def marks(found, truth, threshold=0.5):
    """Rows of score and 1 or 0 for the detections of one picture, the best first, without regard to class."""
    wanted, ignored = truth[np.isin(truth[:, 4], [0, 1])], truth[~np.isin(truth[:, 4], [0, 1])]
    taken, out = set(), []
    for row in sorted((r for r in found if r[5] != precision.BICYCLE), key=lambda r: -r[4]):
        overlaps = [(precision.iou(row, b), k) for k, b in enumerate(wanted) if k not in taken]
        best = max(overlaps, default=(0, -1))
        if best[0] >= threshold:
            taken.add(best[1])
            out.append((row[4], 1))
        elif not any(precision.inside(row, b) > 0.5 or precision.iou(row, b) >= threshold for b in ignored):
            out.append((row[4], 0))
    return np.array(out, np.float64).reshape(-1, 2)


def terms(scores):
    """What the logit of the probability is a sum of."""
    at = [np.log(v / (1 - v)) for v in (np.clip(scores, 0.02, 0.99), *BENDS)]
    return np.stack([np.ones_like(at[0]), at[0], *(np.maximum(at[0] - bend, 0) for bend in at[1:])], 1)


def draw(rows):
    """Points of score and probability, both rising, between which the line is straight. Logistic regression by Newton's method."""
    x, right = terms(rows[:, 0]), rows[:, 1]
    factors = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ factors))
        curve = (x * (p * (1 - p))[:, None]).T @ x + 0.3 * np.eye(len(factors))
        step = np.linalg.solve(curve, x.T @ (right - p) - 0.3 * factors)
        factors += step * min(1, 2 / np.abs(step).max())
    points = []
    for score, share in zip(POINTS, 1 / (1 + np.exp(-terms(np.array(POINTS)) @ factors))):
        floor = LEAST + SLOPE * (score - LEAST)
        if points:
            floor = max(floor, points[-1][1] + 1e-3 * (score - points[-1][0]))
        points.append((round(float(score), 4), round(float(max(share, floor)), 5)))
    return points


def error(points, rows):
    """The largest difference from the truth in a tenth of probability with 25 detections or more, and the mean over them, from 0.1 up."""
    p = np.interp(rows[:, 0], *zip(*points))
    offs, counts = [], []
    for tenth in range(1, 10):
        here = (p >= tenth / 10) & (p < (tenth + 1) / 10)
        if here.sum() >= 25:
            offs.append(abs(p[here].mean() - rows[here, 1].mean()))
            counts.append(here.sum())
    return max(offs), float(np.average(offs, weights=counts))


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vedette", "data", "weights"):
        ask.add_argument("--" + name, required=True)
    ask.add_argument("--out")
    ask.add_argument("--split-seed", type=int, default=1)
    ask.add_argument("--hold-out", default="", help="dates, with commas")
    ask.add_argument("--judge", default="", help="dates, with commas")
    args = ask.parse_args()
    header, blob = weightsfile.read(args.weights)
    plain = os.path.join(tempfile.mkdtemp(), "plain.net")
    weightsfile.write(plain, {**header, "calibration": weightsfile.AS_THEY_ARE}, blob)
    args.hfov, args.flags = None, ["--weights", plain]
    _, tenth, dates = pictures.split(args.data, set(filter(None, args.hold_out.split(","))), args.split_seed)

    def look(records):
        return [marks(f, bench.boxes(r)) for f, r in zip(bench.detect(args, records), records)]

    rows = look(tenth)
    halves = [np.concatenate(rows[k::2]) for k in range(2)]
    for k in range(2):
        print("drawn on half %d, judged on the other: off by at most %.3f, %.3f in the mean" % (k, *error(draw(halves[k]), halves[1 - k])))
    points = draw(np.concatenate(rows))
    print(json.dumps(points))
    if args.judge:
        other = np.concatenate(look([r for r in dates if r["date"] in args.judge.split(",")]))
        print("on %s: off by at most %.3f, %.3f in the mean" % (args.judge, *error(points, other)))
    if args.out:
        weightsfile.write(args.out, {**header, "calibration": points}, blob)


if __name__ == "__main__":
    main()
