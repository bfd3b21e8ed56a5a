"""HIT-UAV in memory: grey pictures, boxes, and splits by date or at random."""
import json
import os
import random

import numpy as np
from PIL import Image

LABELS = {"Person": 0, "Car": 1, "OtherVehicle": 1, "Bicycle": 2, "DontCare": -1}
HEIGHT, WIDTH = 512, 640


class Pictures:
    """images: N x 512 x 640 bytes. boxes: for each picture an M x 5 array of x0, y0, x1, y1, class; class -1 counts for nothing."""

    def __init__(self, folder, records):
        self.records = records
        self.images = np.stack([np.asarray(Image.open(os.path.join(folder, "images", r["file"])).convert("L")) for r in records])
        self.boxes = []
        for r in records:
            rows = [(x, y, x + w, y + h, LABELS[b["label"]]) for b in r["boxes"] for x, y, w, h in [b["bbox"]]]
            self.boxes.append(np.array(rows, np.float32).reshape(-1, 5))
        self.mean = self.images.reshape(len(records), -1).mean(1, dtype=np.float64)
        self.spread = self.images.reshape(len(records), -1).std(1, dtype=np.float64) + 4

    def __len__(self):
        return len(self.records)


def split(folder, held_out_dates, seed):
    """(train, random, dates): records to train on, a random tenth of their dates, and those of the held-out dates."""
    with open(os.path.join(folder, "annotations.jsonl")) as lines:
        records = [json.loads(line) for line in lines]
    records.sort(key=lambda r: r["file"])
    dates = [r for r in records if r["date"] in held_out_dates]
    rest = [r for r in records if r["date"] not in held_out_dates]
    random.Random(seed).shuffle(rest)
    tenth = len(rest) // 10
    return rest[tenth:], rest[:tenth], dates
