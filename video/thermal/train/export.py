"""Writes the averaged weights of a training as one file for video/thermal/network, and a vector file for its golden test.

    python3 export.py --data HIT-UAV --state DIR/state.pt --out ../weights/standard.net [--steps 40000] [--vector FILE]

The file is described in weightsfile.py. The numbers of a layer are its weights, [ky][kx][in][out] or [ky][kx][channel]
where it is depthwise, and then its biases. Layer k makes tensor k+1; tensor 0 is the picture. Scores come out as the network gives
them until calibration.py has drawn the line that makes probabilities of them.
"""
import json

import numpy as np
import torch
from torch import nn

import score
import weightsfile
from network import CLASSES, normalise


class Export:
    """Walks through a network and lists its layers, batch normalisation folded in."""

    def __init__(self, net):
        self.layers, self.numbers = [], []
        self.channels = [1]
        x = self.conv(net.stem, 0)
        levels = []
        for down, stage in zip(net.down, net.stage):
            x = self.blocks(stage, self.conv(down, x))
            levels.append(x)
        y = self.conv(net.lateral[-1], levels[-1])
        for k in reversed(range(len(levels) - 1)):
            beside = self.conv(net.lateral[k], levels[k])
            y = self.layer("upsample", y, self.channels[y], add=beside)
            y = self.block(net.smooth[k], y)
        self.put(net.out, net.out.weight, net.out.bias, self.blocks(net.head, y), relu=False)

    def layer(self, kind, given, channels, **more):
        self.layers.append({"kind": kind, "in": given, "inChannels": self.channels[given], "outChannels": channels, **more})
        self.channels.append(channels)
        return len(self.layers)

    def put(self, conv, weight, bias, given, **more):
        deep = conv.groups > 1
        arranged = weight[:, 0].permute(1, 2, 0) if deep else weight.permute(2, 3, 1, 0)
        self.numbers += [arranged.detach().numpy().ravel(), bias.detach().numpy()]
        kind = "depthwise" if deep else "conv"
        return self.layer(kind, given, conv.out_channels, size=conv.kernel_size[0], stride=conv.stride[0], **more)

    def conv(self, part, given, **more):
        conv, norm = part.conv, part.norm
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = conv.weight * factor[:, None, None, None]
        return self.put(conv, weight, norm.bias - norm.running_mean * factor, given, relu=part.relu, **more)

    def block(self, part, given):
        if hasattr(part, "depth"):
            return self.conv(part.point, self.conv(part.depth, given), add=given)
        return self.conv(part.conv, given, add=given)

    def blocks(self, parts, given):
        for part in parts:
            given = self.block(part, given)
        return given


def halves(numbers):
    half = np.concatenate(numbers).astype("<f2")
    if not np.isfinite(half).all():
        raise SystemExit("a weight is too large for float16")
    return half


def rounded(net):
    """Gives the network the float16 weights of its file, so that scores and vectors are those of the file."""
    for part in net.modules():
        if hasattr(part, "norm"):
            conv, norm = part.conv, part.norm
            factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight, bias = conv.weight * factor[:, None, None, None], norm.bias - norm.running_mean * factor
            conv.weight.data = weight.data.half().float().to(memory_format=torch.channels_last)
            norm.bias.data = bias.data.half().float()
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
            norm.weight.data.fill_(1)
        elif isinstance(part, nn.Conv2d) and part.bias is not None:
            part.weight.data, part.bias.data = part.weight.data.half().float(), part.bias.data.half().float()
    return net


def scene(width=160, height=128):
    """A synthetic picture by integer arithmetic, which the golden test makes again: a ramp, speckle, people and cars."""
    ys, xs = np.mgrid[0:height, 0:width].astype(np.int64)
    grey = 60 + xs // 8 + (xs * xs * 7 + ys * ys * 13 + xs * ys * 3) % 11
    for k, (x, y, w, h) in enumerate([(20, 30, 7, 14), (60, 90, 8, 16), (100, 20, 34, 18), (120, 80, 18, 36), (70, 40, 6, 12)]):
        grey[y : y + h, x : x + w] = 170 + 10 * k
    return grey.astype(np.uint8)


def vector(net):
    """The output of the network for the scene at a spread of places, and the detections in it."""
    grey = scene()
    with torch.no_grad():
        out = net(torch.from_numpy(normalise(grey.astype(np.float32)))[None, None])[0]
    rows = [[int(c), y, x, round(float(out[c, y, x]), 6)] for y in range(0, 32, 3) for x in range(0, 40, 3) for c in range(7)]
    found = [[round(float(v), 4) for v in row] for row in score.decode(out)]
    return {"width": grey.shape[1], "height": grey.shape[0], "output": rows, "detections": found}


def main():
    ask = score.options(__doc__)
    ask.add_argument("--out", required=True)
    ask.add_argument("--steps", type=int, required=True, help="that the training was to make")
    ask.add_argument("--vector", help="file for the golden test")
    args = ask.parse_args()
    torch.set_num_threads(args.threads)
    net, step = score.load(args)
    parts = Export(net)
    rounded(net)
    found = score.scores(net, args)
    half = halves(parts.numbers)
    header = {
        "name": args.size,
        "classes": CLASSES,
        "layers": parts.layers,
        "training": {"data": "HIT-UAV", "seed": args.seed, "step": step, "steps": args.steps, **found},
        "calibration": weightsfile.AS_THEY_ARE,
        "numbers": len(half),
    }
    weightsfile.write(args.out, header, half.tobytes())
    if args.vector:
        with open(args.vector, "w") as out:
            json.dump(vector(net), out, separators=(",", ":"))
    print(json.dumps(header["training"]))


if __name__ == "__main__":
    main()
