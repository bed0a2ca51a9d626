"""What passes before a scene: titles and credits, fades, film grain. Luma float [T,2h,2w] and chroma [T,2,h,w] of the enlarged picture, codes."""
import glob

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont

FONTS = sorted(glob.glob("/usr/share/fonts/truetype/dejavu/*.ttf") + glob.glob("/usr/share/fonts/truetype/liberation*/*.ttf"))
WORDS = ("Summer 1987", "THE END", "Happy Birthday", "camera", "Directed by", "PLAY", "12:04 AM", "School play", "Grandma & Grandpa", "with",
         "JUL. 4 1991", "Music", "Wedding", "Chapter Two", "News at nine", "Zürich", "live", "SP 0:14:32", "fin", "Baby's first steps")


def sheet(rng, w, h):
    """Coverage 0..1 [h,w] of some lines of text."""
    im = Image.new("L", (w, h))
    d, y = ImageDraw.Draw(im), int(rng.integers(0, 30))
    font = ImageFont.truetype(FONTS[rng.integers(len(FONTS))], int(rng.integers(18, 64)))
    while y < h:
        word = WORDS[rng.integers(len(WORDS))]
        d.text((int(rng.integers(-20, max(1, w - 100))), y), word, 255, font)
        y += int(font.size * rng.uniform(1.1, 2.2))
    return torch.from_numpy(np.asarray(im, np.float32) / 255)


def before(rng, y, c):
    """Titles: standing still, rolling up or crawling sideways at 0..4 enlarged pixels a field, light on dark or the other way round, half of
    them with an edge, as character generators draw them."""
    t, h, w = y.shape
    speed = 0.0 if rng.random() < 0.4 else rng.uniform(0.5, 4.0)
    sideways = rng.random() < 0.25
    room = int(speed * t) + 2
    cover = sheet(rng, w + (room if sideways else 0), h + (0 if sideways else room))
    level, tint = float(rng.uniform(170, 235)), torch.tensor(rng.normal(0, 14, 2), dtype=torch.float32)
    edge = rng.random() < 0.5
    y, c = y.clone(), c.clone()
    for k in range(t):
        at = speed * k
        i, f = int(at), at - int(at)
        if sideways:
            m = cover[:, i:i + w] * (1 - f) + cover[:, i + 1:i + 1 + w] * f if speed else cover[:, :w]
        else:
            m = cover[i:i + h] * (1 - f) + cover[i + 1:i + 1 + h] * f if speed else cover[:h]
        mc = F.avg_pool2d(m[None, None], 2)[0, 0]
        if edge:
            dark = F.max_pool2d(m[None, None], 5, 1, 2)[0, 0] * 0.9
            y[k] = y[k] * (1 - dark) + 20 * dark
        y[k] = y[k] * (1 - m) + level * m
        c[k] = c[k] * (1 - mc) + (128 + tint[:, None, None]) * mc
    return y, c


def fade(rng, y, c):
    """A fade to or from black over the clip."""
    g = torch.linspace(*rng.permutation([rng.uniform(0.1, 0.6), 1.0]), len(y))[:, None, None]
    return (y - 16) * g + 16, (c - 128) * g[:, None] + 128


def grain(rng, y):
    """Film grain of sigma 1..5 codes, new with every second moment, as film on tape has it; a part of the scene."""
    t, h, w = y.shape
    g = torch.from_numpy(rng.standard_normal(((t + 1) // 2, 1, h // 2, w // 2), dtype=np.float32))
    g = F.interpolate(g, scale_factor=2, mode="bilinear", align_corners=False)[:, 0].repeat_interleave(2, 0)[:t]
    return y + g / g.std() * rng.uniform(1, 5)
