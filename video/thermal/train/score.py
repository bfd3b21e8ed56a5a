"""Detections from the network's output, and average precision at IoU 0.5.

    python3 score.py --data HIT-UAV --state DIR/state.pt [--size standard] [--hold-out DATES] [--seed 1]

prints the scores on the random tenth and on the held-out dates, which must be those of the training.
"""
import argparse
import json

import numpy as np
import torch
from torch.nn import functional as F

import precision
from network import CLASSES, SIZES, Network, normalise
from pictures import Pictures, split
from settle import settle

FLOOR, MOST, OVERLAP = 0.03, 200, 0.5


def detect(net, grey):
    """Rows of x0, y0, x1, y1, score, class for one picture (H x W grey levels, multiples of 32)."""
    x = torch.from_numpy(normalise(grey.astype(np.float32)))[None, None].to(next(net.parameters()).device)
    with torch.no_grad():
        return decode(net(x.to(memory_format=torch.channels_last))[0].cpu())


def decode(out):
    heat = torch.sigmoid(out[: len(CLASSES)])
    peak = (heat == F.max_pool2d(heat[None], 3, 1, 1)[0]) & (heat > FLOOR)
    kinds, ys, xs = torch.nonzero(peak, as_tuple=True)
    scores, order = heat[kinds, ys, xs].sort(descending=True)
    order, scores = order[:MOST], scores[:MOST]
    kinds, ys, xs = kinds[order], ys[order], xs[order]
    far = torch.exp(out[len(CLASSES) :, ys, xs].clamp(-3, 4.5))
    cx, cy = xs + 0.5, ys + 0.5
    height, width = out.shape[1:]
    sides = (cx - far[0], 0, width), (cy - far[1], 0, height), (cx + far[2], 0, width), (cy + far[3], 0, height)
    rows = torch.stack([side.clamp(least, most) for side, least, most in sides], 1) * 4
    found = torch.cat((rows, scores[:, None], kinds[:, None].float()), 1).numpy()
    kept = []
    for row in found:
        if all(precision.iou(row, other) < OVERLAP for other in kept):
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 6)


def report(net, pictures, most=None):
    """The summary of a network's detections in pictures, or in the first of them."""
    net.eval()
    count = len(pictures) if most is None else min(most, len(pictures))
    return precision.summary([detect(net, pictures.images[n]) for n in range(count)], pictures.boxes[:count])


def load(args):
    """The averaged network of a state file with its batch statistics measured again, and the step of the state."""
    state = torch.load(args.state, map_location="cpu")
    net = Network(args.size).to(memory_format=torch.channels_last)
    net.load_state_dict(state["mean"])
    train, _, _ = split(args.data, held_out(args), args.seed)
    return settle(net, Pictures(args.data, train), args.seed), state["step"]


def held_out(args):
    return set(filter(None, args.hold_out.split(",")))


def options(description):
    """The options that say which training a state comes from; export.py shares them."""
    ask = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", required=True)
    ask.add_argument("--state", required=True)
    ask.add_argument("--size", default="standard", choices=sorted(SIZES))
    ask.add_argument("--hold-out", default="", help="dates, with commas")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=2)
    return ask


def scores(net, args):
    """The scores on both parts that the training has not seen."""
    train, tenth, dates = split(args.data, held_out(args), args.seed)
    result = {"trainedOn": len(train), "randomTenth": {"pictures": len(tenth), **report(net, Pictures(args.data, tenth))}}
    if dates:
        result["heldOutDates"] = {"dates": sorted(held_out(args)), "pictures": len(dates), **report(net, Pictures(args.data, dates))}
    return result


def main():
    args = options(__doc__).parse_args()
    torch.set_num_threads(args.threads)
    net, step = load(args)
    print(json.dumps({"step": step, **scores(net, args)}, indent=1))


if __name__ == "__main__":
    main()
