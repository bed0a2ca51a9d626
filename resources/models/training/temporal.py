"""Holding still what stands still: core/temporal's filter, to the last bit, for the bench.

usage: temporal.py --golden ../../../core/temporal/testdata/golden.json (writes what the Go filter is tested against)
"""
import argparse
import hashlib
import json

import numpy as np

MOST, MOST_COLOUR, POINT, POINT_DELTA, POINT_MOVE, BLOCK = 195, 220, 3, 6, 8, 8


def falling(limit):
    return int(min(32767, 256 * 65536 / limit) + 0.5)


def fall(slope, d):
    return np.clip(512 - (d.astype(np.int64) * slope >> 16), 0, 256)


def toward(a, b):
    """Integer division that rounds towards zero."""
    return np.sign(a) * (np.abs(a) // b)


def place(d):
    """The size of a change, averaged over 3x3 cells."""
    p = np.pad(d, 1, mode="edge")
    rows = p[:-2] + p[1:-1] + p[2:]
    return np.abs(rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) // 9


def smoothed(a):
    """Weights of 1 4 6 4 1 over 16, in both directions."""
    for axis in (1, 0):
        p = np.pad(a, [(2, 2) if i == axis else (0, 0) for i in (0, 1)], mode="edge")
        part = lambda k: np.take(p, range(k, k + a.shape[axis]), axis)
        a = (part(0) + 4 * part(1) + 6 * part(2) + 4 * part(3) + part(4)) / 16
    return a


def between(n, blocks):
    at = 2 * np.arange(n) + 1 - BLOCK
    a = np.where(at < 0, 0, at // (2 * BLOCK))
    return a, np.where(at < 0, 0, np.minimum(blocks - 1, a + 1)), np.where(at < 0, 0, at % (2 * BLOCK))


class Filter:
    """Successive pictures, y [2h,2w] and c [2,h,w], of depth bits. change is in codes of 255, weight 0 to 1."""

    def __init__(self, change, weight, depth=10):
        self.shift, self.change, self.state = 16 - depth, change * 256, None
        self.weight, self.colour = int(MOST * weight + 0.5), int(MOST_COLOUR * weight + 0.5)
        self.slopes = [falling(k * self.change) for k in (POINT, POINT_DELTA, POINT_MOVE)]

    def rest(self, p):
        h, w = p.shape
        bh, bw = -(-h // BLOCK), -(-w // BLOCK)
        padded = np.pad(p.astype(np.int64) ** 2, ((0, bh * BLOCK - h), (0, bw * BLOCK - w)))
        count = np.outer([min(BLOCK, h - i * BLOCK) for i in range(bh)], [min(BLOCK, w - i * BLOCK) for i in range(bw)])
        power = smoothed(padded.reshape(bh, BLOCK, bw, BLOCK).sum((1, 3)) / count)
        r = (256 * np.clip(2 - np.sqrt(power) / self.change, 0, 1) + 0.5).astype(np.int64)
        for axis, n in ((0, h), (1, w)):
            a, b, k = between(n, r.shape[axis])
            k = k[:, None] if axis == 0 else k[None]
            pa, pb = np.take(r, a, axis), np.take(r, b, axis)
            r = pa + toward((pb - pa) * k, 2 * BLOCK)
        return r

    def __call__(self, y, c):
        planes = [a.astype(np.int64) << self.shift for a in (y, c[0], c[1])]
        if self.state is None:
            self.state = planes
        else:
            d = [a - b for a, b in zip(planes, self.state)]
            h, w = d[1].shape
            p = place(toward(d[0].reshape(h, 2, w, 2).sum((1, 3)), 4))
            r, (slope, delta, move) = self.rest(p), self.slopes
            luma = self.weight * r * fall(slope, p) >> 16
            colour = (((self.colour * r >> 8) * fall(move, p) >> 8) * fall(delta, np.maximum(place(d[1]), place(d[2])))) >> 8
            weights = (luma.repeat(2, 0).repeat(2, 1), colour, colour)
            self.state = [x + toward(k * (s - x), 256) for x, s, k in zip(planes, self.state, weights)]
        half = (1 << self.shift) >> 1
        return tuple(a + half >> self.shift for a in self.state)


def golden():
    """What the filter makes of a short scene: noise over a still picture, a moving bar, a change of colour, and a cut."""
    def picture(t, w=112, h=72):
        # A generator both languages have.
        x, y = np.meshgrid(np.arange(2 * w), np.arange(2 * h))
        noise = lambda x, y, k: ((x * 7919 + y * 104729 + (t + 1) * 1299709 + k * 15485863) * 2654435761 % 4294967296 >> 16) % 33 - 16
        luma = 400 + (x * 3 + y * 2) % 64 + noise(x, y, 0) + np.where((x > 8 * t + 120) & (x < 8 * t + 150), 200, 0) + (150 if t >= 5 else 0)
        x, y = x[:h, :w], y[:h, :w]
        colour = [512 + noise(x, y, k) + np.where((y < 20) & (t >= 2), 40, 0) for k in (1, 2)]
        return luma, np.stack(colour)
    f, sums = Filter(0.75, 0.9), []
    for t in range(8):
        out = f(*picture(t))
        sums.append([hashlib.sha256(a.astype("<u2").tobytes()).hexdigest() for a in out])
    return sums


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--golden", required=True)
    o = ap.parse_args()
    with open(o.golden, "w") as f:
        json.dump(golden(), f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
