"""The network that corrects the denoiser's gains, and chooses how much of what the long window makes of the sound is taken. It sees each window on a grid: bins one by
one as far as FINE, then in groups of WIDE. It gives two values a point: one is added to the logit of the gain, so that nothing is changed where it is 0; the other
is the logit of the long window's share."""
import torch
from torch import nn
from torch.nn import functional as F

FINE, WIDE, BINS = 256, 4, 1024  # of windows of 2048 samples; the last bin goes with the group before it
GRID = FINE + (BINS - FINE) // WIDE
FEATURES = ('gamma', 'forward', 'backward', 'refined')
INPUTS = 6
LEAST_GAMMA, LONG_GAIN = 0.02, (-0.5, 1.5)


def grid(v):
    """... x 1025 to ... x 448: means over the groups."""
    wide = v[..., FINE:BINS].reshape(*v.shape[:-1], -1, WIDE).mean(-1)
    return torch.cat([v[..., :FINE], wide], -1)


def spread(v):
    """... x 448 to ... x 1025."""
    wide = v[..., FINE:].repeat_interleave(WIDE, -1)
    return torch.cat([v[..., :FINE], wide, v[..., -1:]], -1)


def inputs(t):
    """The six inputs, batch x 6 x windows x 448. t['logs']: the four features as logarithms, batch x 4 x windows x 1025, gamma's mean over a group being that of its
    power; t['long_real'] and t['long_imag']: what the long window makes of the sound, over the sound. Of it, power over the print's, and the gain that it means."""
    power = torch.exp(t['logs'][:, 0])
    mean = grid(power)
    of_long = torch.log(grid(power * (t['long_real'] ** 2 + t['long_imag'] ** 2)) + LEAST_GAMMA)
    gain = (grid(power * t['long_real']) / (mean + 1e-6)).clamp(*LONG_GAIN)
    logs = torch.stack([torch.log(mean + LEAST_GAMMA), *(grid(t['logs'][:, i]) for i in (1, 2, 3)), of_long], 1)
    return torch.cat([logs.add(1) / 3, gain.mul(2).sub(1)[:, None]], 1)


class Block(nn.Module):
    """x + a layer over the neighbourhood and one over the channels."""

    def __init__(self, channels, taps, dilation):
        super().__init__()
        self.around = nn.Conv2d(channels, channels, (taps, 3), padding=(dilation * (taps // 2), 1), dilation=(dilation, 1), groups=channels)
        self.across = nn.Conv2d(channels, channels, 1)
        nn.init.normal_(self.across.weight, 0, 0.3 / channels ** 0.5)

    def forward(self, x):
        return x + self.across(F.leaky_relu(self.around(x), 0.1))


class Network(nn.Module):
    """Three scales: every window and grid point; every second window and fourth point; every second window and sixteenth point."""

    def __init__(self, c0=16, c1=24, c2=32):
        super().__init__()
        self.first = nn.Conv2d(INPUTS, c0, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(c0, 1, GRID))
        self.down1 = nn.Conv2d(c0, c1, (2, 4), stride=(2, 4))
        self.body1 = nn.Sequential(Block(c1, 3, 1), Block(c1, 3, 2))
        self.down2 = nn.Conv2d(c1, c2, (1, 4), stride=(1, 4))
        self.place2 = nn.Parameter(torch.zeros(c2, 1, GRID // 16))
        self.body2 = nn.Sequential(Block(c2, 5, 1), Block(c2, 5, 2), Block(c2, 5, 4))
        self.up2 = nn.Conv2d(c2, c1, 1)
        self.tail1 = Block(c1, 3, 1)
        self.up1 = nn.Conv2d(c1, c0, 1)
        self.tail0 = Block(c0, 3, 1)
        self.last = nn.Conv2d(c0, 2, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x):
        """batch x 6 x windows x 448, an even number of windows, to two of batch x windows x 448: the gain's correction, the share's logit."""
        x0 = F.leaky_relu(self.first(x) + self.place, 0.1)
        x1 = self.body1(F.leaky_relu(self.down1(x0), 0.1))
        x2 = self.body2(F.leaky_relu(self.down2(x1) + self.place2, 0.1))
        x1 = self.tail1(F.leaky_relu(x1 + self.up2(x2).repeat_interleave(4, 3), 0.1))
        x0 = self.tail0(F.leaky_relu(x0 + self.up1(x1).repeat_interleave(4, 3).repeat_interleave(2, 2), 0.1))
        return self.last(x0).unbind(1)


LEAST, MOST = 1e-3, 0.9995  # gain


def corrected(gain, correction):
    """Gains of batch x windows x 1025, corrected by what the network gives."""
    return torch.sigmoid(torch.logit(gain.clamp(LEAST, MOST)) + spread(correction))
