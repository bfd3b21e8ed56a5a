"""Batch statistics for averaged weights.

The averages of two things that belong together need not belong together: one odd batch lingers in the averaged statistics for a thousand
steps. So they are measured again with the averaged weights, on training crops.
"""
import numpy as np
import torch
from torch import nn

import crops

BATCH, BATCHES = 16, 100


def settle(net, pictures, seed):
    """Measures the batch normalisation statistics of a network over 1,600 training crops."""
    norms = [part for part in net.modules() if isinstance(part, nn.BatchNorm2d)]
    momentum = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
    rng = np.random.default_rng((seed, 0, 0))
    device = next(net.parameters()).device
    net.train()
    with torch.no_grad():
        for _ in range(BATCHES):
            images = np.stack([crops.sample(pictures, rng)[0] for _ in range(BATCH)])
            net(torch.from_numpy(images).to(device, memory_format=torch.channels_last))
    for norm, old in zip(norms, momentum):
        norm.momentum = old
    return net.eval()
