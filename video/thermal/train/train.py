"""Trains the thermal detector's network. Resumable: state is saved every few minutes and taken up again when it is there.

    python3 train.py --data HIT-UAV --out DIR [--size standard] [--steps 40000] [--hold-out 20210118,20210123]

Runs on the GPU where torch sees one, else on the CPU. The state file, the log and the averaged weights lie in DIR.
"""
import argparse
import copy
import math
import os
import time

import numpy as np
import torch
from torch import nn
from torch.utils import data

import crops
import score
from network import CLASSES, SIZES, Network
from pictures import Pictures, split
from settle import settle

BATCH, RATE, WARM_UP, SAVE_EVERY_S = 16, 2.5e-3, 200, 240


class Batches(data.Dataset):
    """Batches first to last. A batch depends on the seed and its number alone, so a resumed run goes on with the same ones."""

    def __init__(self, pictures, seed, first, last):
        self.pictures, self.seed, self.first, self.last = pictures, seed, first, last

    def __len__(self):
        return self.last - self.first

    def __getitem__(self, k):
        rng = np.random.default_rng((self.seed, self.first + k))
        return [torch.from_numpy(np.stack(part)) for part in zip(*[crops.sample(self.pictures, rng) for _ in range(BATCH)])]


def loss(out, heat, care, weight, box):
    """Penalty-reduced focal loss of the heat maps, and generalised IoU of the boxes in their centre regions."""
    p = torch.sigmoid(out[:, : len(CLASSES)]).clamp(1e-4, 1 - 1e-4)
    centre = (heat > 0.999).float()
    found = -torch.log(p) * (1 - p) ** 2 * centre
    empty = -torch.log(1 - p) * p**2 * (1 - heat) ** 4 * (1 - centre)
    focal = ((found + empty) * care[:, None]).sum() / centre.sum().clamp(min=1)

    far = torch.exp(out[:, len(CLASSES) :].clamp(-3, 4.5))
    at = weight > 0
    centres = torch.arange(crops.GRID, device=out.device).float() + 0.5
    x0, x1 = (centres - far[:, 0])[at], (centres + far[:, 2])[at]
    y0, y1 = (centres[:, None] - far[:, 1])[at], (centres[:, None] + far[:, 3])[at]
    a, b, c, d = (box[:, side][at] for side in range(4))
    both = (torch.min(x1, c) - torch.max(x0, a)).clamp(min=0) * (torch.min(y1, d) - torch.max(y0, b)).clamp(min=0)
    union = (x1 - x0) * (y1 - y0) + (c - a) * (d - b) - both
    around = (torch.max(x1, c) - torch.min(x0, a)) * (torch.max(y1, d) - torch.min(y0, b))
    giou = both / union - (around - union) / around
    return focal, ((1 - giou) * weight[at]).sum() / weight[at].sum().clamp(min=1)


def follow(mean, net, step):
    """The moving average of the weights, which is what is used."""
    keep = min(0.9985, (1 + step) / (20 + step))
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), net.state_dict().values()):
            if old.dtype.is_floating_point:
                old.mul_(keep).add_(new, alpha=1 - keep)
            else:
                old.copy_(new)


class Run:
    """One training with its state file."""

    def __init__(self, args, device):
        self.args, self.device, self.step = args, device, 0
        self.net = Network(args.size).to(device, memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.net).eval()
        matrices = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=RATE)
        self.file = os.path.join(args.out, "state.pt")
        self.log = open(os.path.join(args.out, "log"), "a", buffering=1)
        if os.path.exists(self.file):
            state = torch.load(self.file, map_location=device)
            self.net.load_state_dict(state["net"])
            self.mean.load_state_dict(state["mean"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step = state["step"]

    def say(self, *words):
        print(*words, flush=True)
        print(*words, file=self.log)

    def save(self):
        parts = {"net": self.net.state_dict(), "mean": self.mean.state_dict(), "optimiser": self.optimiser.state_dict()}
        torch.save({**parts, "step": self.step, "options": vars(self.args)}, self.file + ".new")
        os.replace(self.file + ".new", self.file)

    def rate(self):
        """The learning rate of this step: a short rise, then half a cosine down to nearly nothing."""
        decay = 0.5 * (1 + math.cos(math.pi * self.step / self.args.steps))
        return RATE * min(1, self.step / WARM_UP + 0.02) * (decay * 0.995 + 0.005)

    def learn(self, batch):
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.net.train()
        image, *targets = [part.to(self.device, non_blocking=True) for part in batch]
        focal, giou = loss(self.net(image.to(memory_format=torch.channels_last)), *targets)
        self.optimiser.zero_grad(set_to_none=True)
        (focal + 3 * giou).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.step += 1
        follow(self.mean, self.net, self.step)
        return torch.stack((focal.detach(), giou.detach()))

    def go(self, pictures, tenth):
        batches = Batches(pictures, self.args.seed, self.step, self.args.steps)
        loader = data.DataLoader(batches, batch_size=None, num_workers=self.args.workers, pin_memory=self.device.type == "cuda")
        sums, began, saved = torch.zeros(2, device=self.device), time.time(), time.time()
        for batch in loader:
            sums += self.learn(batch)
            if self.step % 100 == 0:
                heat, box = (sums / 100).tolist()
                self.say(f"step {self.step} heat {heat:.3f} box {box:.3f} {time.time() - began:.0f} s")
                sums.zero_()
            if self.step % 2000 == 0:
                self.say(f"step {self.step} random tenth, 60 pictures: {score.report(self.mean, tenth, 60)}")
            if time.time() - saved > SAVE_EVERY_S:
                self.save()
                saved = time.time()
        self.save()


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", required=True)
    ask.add_argument("--out", required=True)
    ask.add_argument("--size", default="standard", choices=sorted(SIZES))
    ask.add_argument("--steps", type=int, default=40_000)
    ask.add_argument("--hold-out", default="", help="dates, with commas")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=2, help="of torch, on the CPU")
    ask.add_argument("--workers", type=int, help="processes that make crops (default: 1, or all cores but one beside a GPU)")
    args = ask.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if args.workers is None:
        args.workers = max((os.cpu_count() or 2) - 1, 1) if device.type == "cuda" else 1
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    os.makedirs(args.out, exist_ok=True)
    train, tenth, dates = split(args.data, set(filter(None, args.hold_out.split(","))), args.seed)
    pictures, tenth = Pictures(args.data, train), Pictures(args.data, tenth)

    run = Run(args, device)
    count = sum(p.numel() for p in run.net.parameters())
    run.say(f"{args.size} on {device}: {count} weights, {len(pictures)} pictures, from step {run.step} to {args.steps}")
    run.go(pictures, tenth)
    settle(run.mean, pictures, args.seed)
    torch.save(run.mean.state_dict(), os.path.join(args.out, "weights.pt"))
    run.say("random tenth:", score.report(run.mean, tenth))
    if dates:
        run.say("held-out dates:", score.report(run.mean, Pictures(args.data, dates)))


if __name__ == "__main__":
    main()
