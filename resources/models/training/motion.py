"""Motion of a scene: one affine placement per field time, in pixels of the enlarged picture.

A path is float32 [T,2,3]: a point (x, y), measured from the picture's centre, of the enlarged picture at time t shows the photograph's
point A @ (x, y) + b, measured from the photograph's chosen centre, in photograph pixels.
"""
import math

import numpy as np

KINDS = ("still", "shake", "pan", "zoom", "turn")


def still(rng, times):
    return place(np.zeros((times, 2)), np.ones(times), np.zeros(times))


def pan(rng, times, speed=None, middle=None):
    """Steady pan; speed in enlarged pixels per field: log-uniform 0.1..14, with a slight acceleration in a third of the clips."""
    speed = 10 ** rng.uniform(-1, 1.15) if speed is None else speed
    angle = rng.uniform(0, 2 * math.pi) if rng.random() < 0.6 else rng.choice([0, math.pi]) + rng.normal(0, 0.1)  # cameras pan sideways
    t = np.arange(times) - (times // 2 if middle is None else middle)
    s = speed * t
    if rng.random() < 0.33:
        s = s + speed * rng.uniform(-0.03, 0.03) * t * t
    return place(np.stack([s * math.cos(angle), s * math.sin(angle)], 1), np.ones(times), np.zeros(times))


def shake(rng, times):
    """A hand-held camera: a smooth random walk of 0.05..1.5 pixels per field."""
    v = rng.normal(0, 1, (times + 8, 2))
    k = np.hanning(9)[1:-1]
    v = np.stack([np.convolve(v[:, i], k / np.sqrt((k ** 2).sum()), "same") for i in (0, 1)], 1)[4:-4]
    return place(np.cumsum(v, 0) * 10 ** rng.uniform(-1.3, 0.2), np.ones(times), np.zeros(times))


def zoom(rng, times):
    """A zoom of up to 1.2 % per field, with a slow pan."""
    z = np.exp(rng.uniform(-0.012, 0.012) * (np.arange(times) - times // 2))
    return place(np.outer(np.arange(times) - times // 2, rng.normal(0, 0.7, 2)), z, np.zeros(times))


def turn(rng, times):
    """A rotation of up to 0.8 degrees per field, with a slow pan."""
    t = np.arange(times) - times // 2
    return place(np.outer(t, rng.normal(0, 0.7, 2)), np.ones(times), math.radians(rng.uniform(-0.8, 0.8)) * t)


def place(offset, size, angle):
    c, s = np.cos(angle) * size, np.sin(angle) * size
    return np.stack([np.stack([c, -s, offset[:, 0]], 1), np.stack([s, c, offset[:, 1]], 1)], 1).astype(np.float32)


def draw(rng, times):
    """A motion at random: (kind, path)."""
    kind = rng.choice(KINDS, p=(0.16, 0.16, 0.48, 0.1, 0.1))
    return kind, {"still": still, "shake": shake, "pan": pan, "zoom": zoom, "turn": turn}[kind](rng, times)
