"""Training examples: augmented square crops with their targets.

The augmentation stands for what other cameras, heights and weather do: scale, polarity, contrast, tone, haze, blur, noise, column
noise and compression. All random choices come from the generator that is passed in.
"""
import io
import math

import numpy as np
from PIL import Image, ImageFilter

from pictures import HEIGHT, WIDTH

SIDE, STRIDE = 256, 4
GRID = SIDE // STRIDE
_ys, _xs = np.mgrid[0:GRID, 0:GRID].astype(np.float32)


def sample(pictures, rng):
    """(image 1 x 256 x 256, heat 3 x 64 x 64, care 64 x 64, weight 64 x 64, box 4 x 64 x 64)."""
    n = int(rng.integers(len(pictures)))
    scale = math.exp(rng.uniform(math.log(0.5), math.log(2.0))) if rng.random() < 0.7 else 1.0
    cut = min(int(round(SIDE / scale)), HEIGHT)
    x0, y0 = place(pictures.boxes[n], cut, rng)
    patch = Image.fromarray(pictures.images[n][y0 : y0 + cut, x0 : x0 + cut])
    if cut != SIDE:
        patch = patch.resize((SIDE, SIDE), Image.BOX if cut >= 2 * SIDE else Image.BILINEAR)
    boxes = pictures.boxes[n].copy()
    boxes[:, [0, 2]] = (boxes[:, [0, 2]] - x0) * SIDE / cut
    boxes[:, [1, 3]] = (boxes[:, [1, 3]] - y0) * SIDE / cut
    grey = degrade(patch, rng)
    steep = pictures.records[n]["camera_angle_deg"] >= 70
    grey, boxes = turn(grey, boxes, steep, rng)
    image = (grey - pictures.mean[n]) / pictures.spread[n]
    contrast = math.exp(rng.uniform(-0.6, 0.45))
    if rng.random() < 0.3:
        contrast = -contrast
    image = image * contrast + rng.uniform(-0.4, 0.4)
    if rng.random() < 0.3:  # a tone curve: the camera's own gain is not linear
        # Cut off, since one hot pixel ten spreads up would become thousands and spoil the batch statistics for long.
        image = np.sinh(np.clip(image * 0.6, -3, 3)) / 0.65 if rng.random() < 0.5 else np.arcsinh(image * 1.5) / 1.2
    return (np.ascontiguousarray(image[None], np.float32), *targets(boxes))


def place(boxes, cut, rng):
    """The corner of a crop: four times in five near an object."""
    known = boxes[boxes[:, 4] >= 0]
    if len(known) and rng.random() < 0.8:
        b = known[rng.integers(len(known))]
        cx = (b[0] + b[2]) / 2 + rng.uniform(-0.42, 0.42) * cut
        cy = (b[1] + b[3]) / 2 + rng.uniform(-0.42, 0.42) * cut
    else:
        cx, cy = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
    return int(np.clip(cx - cut / 2, 0, WIDTH - cut)), int(np.clip(cy - cut / 2, 0, HEIGHT - cut))


def degrade(patch, rng):
    """Blur, local contrast, noise and compression, in grey levels."""
    if rng.random() < 0.3:
        patch = patch.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.4)))
    grey = np.asarray(patch, np.float32)
    if rng.random() < 0.2:  # local contrast stretch, as many cameras do
        wide = np.asarray(patch.filter(ImageFilter.GaussianBlur(rng.uniform(8, 30))), np.float32)
        grey = grey + rng.uniform(-0.5, 0.8) * (grey - wide)
    if rng.random() < 0.2:  # a slope over the picture: vignetting, a warm lens, haze
        angle, depth = rng.uniform(0, 2 * math.pi), rng.uniform(0, 30)
        ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE - 0.5
        grey = grey + depth * (xs * math.cos(angle) + ys * math.sin(angle))
    if rng.random() < 0.4:
        grey = grey + rng.standard_normal((SIDE, SIDE), np.float32) * rng.uniform(0, 12)
    if rng.random() < 0.1:
        grey = grey + rng.standard_normal((1, SIDE), np.float32) * rng.uniform(0, 5)
    if rng.random() < 0.3:
        packed = io.BytesIO()
        Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(packed, "JPEG", quality=int(rng.integers(25, 90)))
        grey = np.asarray(Image.open(packed), np.float32)
    return grey


def turn(grey, boxes, steep, rng):
    """A mirror image half the time; any quarter turn where the camera looks steeply down."""
    if rng.random() < 0.5:
        grey = grey[:, ::-1]
        boxes[:, [0, 2]] = SIDE - boxes[:, [2, 0]]
    if steep and rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 4))):
            grey = np.rot90(grey)
            x0, y0, x1, y1 = boxes[:, 0].copy(), boxes[:, 1].copy(), boxes[:, 2].copy(), boxes[:, 3].copy()
            boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3] = y0, SIDE - x1, y1, SIDE - x0
    return grey, boxes


def targets(boxes):
    heat = np.zeros((3, GRID, GRID), np.float32)
    care = np.ones((GRID, GRID), np.float32)
    weight = np.zeros((GRID, GRID), np.float32)
    box = np.zeros((4, GRID, GRID), np.float32)
    objects = []
    for x0, y0, x1, y1, kind in boxes:
        seen = (max(x0, 0), max(y0, 0), min(x1, SIDE), min(y1, SIDE))
        if seen[2] - seen[0] < 1 or seen[3] - seen[1] < 1:
            continue
        part = (seen[2] - seen[0]) * (seen[3] - seen[1]) / ((x1 - x0) * (y1 - y0))
        if kind < 0 or part < 0.4 or min(x1 - x0, y1 - y0) < 4:
            # Neither for nor against: unsure labels, cut-off objects, and those too small to see.
            care[int(seen[1] / STRIDE) : math.ceil(seen[3] / STRIDE), int(seen[0] / STRIDE) : math.ceil(seen[2] / STRIDE)] = 0
            continue
        objects.append((x0 / STRIDE, y0 / STRIDE, x1 / STRIDE, y1 / STRIDE, int(kind)))
    # The small ones last, so that a large one behind does not hide them.
    for x0, y0, x1, y1, kind in sorted(objects, key=lambda o: -(o[2] - o[0]) * (o[3] - o[1])):
        cx, cy = min(max(int((x0 + x1) / 2), 0), GRID - 1), min(max(int((y0 + y1) / 2), 0), GRID - 1)
        sx, sy = max((x1 - x0) * 0.18, 0.45), max((y1 - y0) * 0.18, 0.45)
        left, right = max(cx - int(3 * sx) - 1, 0), min(cx + int(3 * sx) + 2, GRID)
        top, bottom = max(cy - int(3 * sy) - 1, 0), min(cy + int(3 * sy) + 2, GRID)
        area = (slice(top, bottom), slice(left, right))
        xs, ys = _xs[area], _ys[area]
        peak = np.exp(-((xs - cx) ** 2 / (2 * sx * sx) + (ys - cy) ** 2 / (2 * sy * sy)))
        np.maximum(heat[kind][area], peak, out=heat[kind][area])
        inside = (peak > 0.25) & (xs + 0.5 > x0) & (xs + 0.5 < x1) & (ys + 0.5 > y0) & (ys + 0.5 < y1)
        inside[cy - top, cx - left] = True
        share = peak * inside
        weight[area][inside] = (share / share.sum())[inside]
        for side, value in enumerate((x0, y0, x1, y1)):
            box[side][area][inside] = value
    return heat, care, weight, box
