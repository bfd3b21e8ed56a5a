"""Average precision. Detections are rows of x0, y0, x1, y1, score, class; truth is rows of x0, y0, x1, y1, class."""
import numpy as np

PERSON, VEHICLE, BICYCLE = 0, 1, 2


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def average_precision(found, truth, classes, threshold=0.5):
    """AP over pictures. A detection that lies on a bicycle, or on a box that counts for nothing, is left out."""
    marks, total = [], 0
    for rows, boxes in zip(found, truth):
        wanted = boxes[np.isin(boxes[:, 4], classes)]
        ignored = boxes[~np.isin(boxes[:, 4], classes)]
        total += len(wanted)
        taken = set()
        for row in sorted((r for r in rows if r[5] in classes), key=lambda r: -r[4]):
            overlaps = [(iou(row, b), k) for k, b in enumerate(wanted) if k not in taken]
            best = max(overlaps, default=(0, -1))
            if best[0] >= threshold:
                taken.add(best[1])
                marks.append((row[4], 1))
            elif not any(inside(row, b) > 0.5 or iou(row, b) >= threshold for b in ignored):
                marks.append((row[4], 0))
    if not marks or not total:
        return 0.0, 0.0
    marks.sort(key=lambda m: -m[0])
    hits = np.cumsum([m[1] for m in marks])
    precision = hits / np.arange(1, len(marks) + 1)
    recall = hits / total
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate(([0], recall))) * precision)), float(recall[-1])


def inside(row, box):
    """The share of a detection that lies in a box."""
    w, h = min(row[2], box[2]) - max(row[0], box[0]), min(row[3], box[3]) - max(row[1], box[1])
    area = (row[2] - row[0]) * (row[3] - row[1])
    return max(w, 0) * max(h, 0) / area if w > 0 and h > 0 else 0.0


def merged(rows, column):
    """Rows in which a vehicle counts as a person, for a score without regard to which of the two it is."""
    rows = np.array(rows, np.float32)
    rows[rows[:, column] == VEHICLE, column] = PERSON
    return rows


def summary(found, truth):
    """AP of person and vehicle together (without regard to which), its recall, and AP of each."""
    both, recall = average_precision([merged(r, 5) for r in found], [merged(b, 4) for b in truth], [PERSON])
    person, vehicle = (average_precision(found, truth, [kind])[0] for kind in (PERSON, VEHICLE))
    return {name: round(v, 4) for name, v in (("both", both), ("recall", recall), ("person", person), ("vehicle", vehicle))}
