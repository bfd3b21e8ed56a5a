"""The thermal detector's network: a small dense detector at stride 4, centre heat maps and box distances.

Built of plain and depthwise 3x3 convolutions with batch normalisation, which export.py folds away. Channel counts are
multiples of 16, which is what the kernels in video/thermal work on. SIZES names the two sizes that we train.
"""
import torch
from torch import nn
from torch.nn import functional as F

CLASSES = ("person", "vehicle", "bicycle")

# stem: channels at /2. stages: (channels, blocks) at /4, /8, /16, /32. neck: channels of the top-down path. head: its blocks.
# A block is "p" (plain 3x3 with a skip) or "d" (depthwise 3x3, then 1x1, with a skip).
SIZES = {
    "standard": {"stem": 16, "stages": ((32, "d"), (48, "pp"), (64, "pp"), (96, "pp")), "neck": 32, "head": "dd"},
    "small": {"stem": 16, "stages": ((16, "d"), (32, "p"), (48, "pp"), (64, "pp")), "neck": 32, "head": "d"},
}


class Conv(nn.Module):
    """A convolution with batch normalisation, and ReLU unless said otherwise."""

    def __init__(self, cin, cout, size=3, stride=1, depthwise=False, relu=True):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, size, stride, size // 2, groups=cin if depthwise else 1, bias=False)
        self.norm = nn.BatchNorm2d(cout, momentum=0.03)
        self.relu = relu

    def forward(self, x):
        x = self.norm(self.conv(x))
        return F.relu(x, inplace=True) if self.relu else x


class Plain(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = Conv(channels, channels)

    def forward(self, x):
        return x + self.conv(x)


class Separable(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.depth = Conv(channels, channels, depthwise=True)
        self.point = Conv(channels, channels, size=1)

    def forward(self, x):
        return x + self.point(self.depth(x))


def blocks(letters, channels):
    return nn.Sequential(*[Plain(channels) if letter == "p" else Separable(channels) for letter in letters])


class Network(nn.Module):
    """In: N x 1 x H x W, normalised, H and W multiples of 32. Out: N x 7 x H/4 x W/4: three heat maps as logits, then the
    logarithms of the distances to the left, top, right and bottom of the box, in units of 4 pixels."""

    def __init__(self, size):
        super().__init__()
        plan = SIZES[size]
        self.size = size
        self.stem = Conv(1, plan["stem"], stride=2)
        channels = plan["stem"]
        self.down, self.stage, self.lateral = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for width, letters in plan["stages"]:
            self.down.append(Conv(channels, width, stride=2))
            self.stage.append(blocks(letters, width))
            self.lateral.append(Conv(width, plan["neck"], size=1, relu=False))
            channels = width
        self.smooth = nn.ModuleList([Separable(plan["neck"]) for _ in plan["stages"][1:]])
        self.head = blocks(plan["head"], plan["neck"])
        self.out = nn.Conv2d(plan["neck"], len(CLASSES) + 4, 1)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.constant_(self.out.bias[: len(CLASSES)], -4.0)  # rare objects: start from a low score
        nn.init.constant_(self.out.bias[len(CLASSES) :], 0.7)

    def forward(self, x):
        x = self.stem(x)
        levels = []
        for down, stage in zip(self.down, self.stage):
            x = stage(down(x))
            levels.append(x)
        y = self.lateral[-1](levels[-1])
        for k in reversed(range(len(levels) - 1)):
            up = F.interpolate(y, scale_factor=2, mode="nearest")
            y = self.smooth[k](F.relu(self.lateral[k](levels[k]) + up))
        return self.out(self.head(y))


def normalise(grey):
    """A picture (float array of grey levels) to what the network takes: zero mean, unit spread; 4 keeps flat pictures calm."""
    return (grey - grey.mean()) / (grey.std() + 4)
