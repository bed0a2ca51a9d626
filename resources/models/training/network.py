"""The `tape` networks: deinterlace, denoise and enlarge twofold in one pass.

A network sees packed channels at grid resolution (half the picture in each direction) and gives, per grid position, the 4x4 block of
luma and the 2x2 blocks of U and V of the enlarged picture, as a correction to the bicubic enlargement of the base picture.
"""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F

GRID, SCALE = 2, 2
OUTPUTS = 16 + 4 + 4


def channel(picture, t, plane, dy=0, dx=0):
    return {"picture": picture, "t": t, "plane": plane, "dy": dy, "dx": dx}


def rows(picture, t, dy):
    """One row of the 2x2 luma block."""
    return [channel(picture, t, 0, dy, dx) for dx in (0, 1)]


def block(picture, t):
    """The whole 2x2 luma block."""
    return rows(picture, t, 0) + rows(picture, t, 1)


def chroma(picture, t):
    return [channel(picture, t, p) for p in (1, 2)]


def layout(form="fields"):
    """The input channels. The real lines of the centre are the even rows (bottom fields arrive upside down), so neighbours at an odd
    distance have their real lines in the odd rows. Progressive pictures ("frames") have no such rows."""
    c = block("main", 0) + block("companion", 0)
    if form in ("fields", "wide"):
        c += rows("main", -2, 0) + rows("main", -1, 1) + rows("main", 1, 1) + rows("main", 2, 0)
        c += chroma("main", -1) + chroma("main", 0) + chroma("main", 1) + chroma("companion", 0)
    if form == "frames":
        c += block("main", -1) + block("main", 1)
        c += chroma("main", -1) + chroma("main", 0) + chroma("main", 1) + chroma("companion", 0)
    if form == "wide":
        c += block("companion", -1) + block("companion", 1)
    return c


class Tape(nn.Module):
    """Conv 3x3 + LeakyReLU: one layer in, `depth` of `width` channels, one layer out. Reads [B, len(inputs), h, w]."""

    def __init__(self, inputs, width=16, depth=6, slope=0.1):
        super().__init__()
        self.inputs, self.width, self.depth = inputs, width, depth
        sizes = [len(inputs)] + [width] * (depth + 1)
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            conv = nn.Conv2d(a, b, 3, padding=1)
            nn.init.kaiming_normal_(conv.weight, a=slope)
            nn.init.zeros_(conv.bias)
            layers += [conv, nn.LeakyReLU(slope, True)]
        last = nn.Conv2d(width, OUTPUTS, 3, padding=1)
        nn.init.kaiming_normal_(last.weight, a=slope)
        last.weight.data *= 0.02  # begin at the base picture
        nn.init.zeros_(last.bias)
        self.body = nn.Sequential(*layers, last)

    def forward(self, x):
        return self.body(x)

    def macs(self, w, h):
        """Multiply-adds for one output frame of a w by h picture."""
        n = sum(m.weight.numel() for m in self.body if isinstance(m, nn.Conv2d))
        return n * (w // GRID) * (h // GRID)


def pack(inputs, pictures):
    """pictures: {(name, t): (y [B,1,H,W], u [B,1,H/2,W/2], v)} with values code/max - 0.5. Gives [B, len(inputs), H/2, W/2]."""
    out = []
    for c in inputs:
        p = pictures[c["picture"], c["t"]][c["plane"]]
        step = GRID if c["plane"] == 0 else GRID // 2
        out.append(p[:, :, c["dy"]::step, c["dx"]::step])
    return torch.cat(out, 1)


def enlarge(base, y):
    """Adds the network's output to the bicubic enlargement of the base picture (y, u, v): gives the enlarged planes."""
    up = [F.interpolate(p, scale_factor=2, mode="bicubic", align_corners=False) for p in base]
    parts = (y[:, :16], y[:, 16:20], y[:, 20:])
    return [b + F.pixel_shuffle(r, s) for b, r, s in zip(up, parts, (4, 2, 2))]


def layout_json(inputs, base_from, fields=True):
    """fields: whether the network was made for one parity of field lines."""
    return json.dumps({"grid": GRID, "scale": SCALE, "companion": True, "flip_bottom": fields, "base": "bicubic", "base_from": base_from,
                       "planes": 3, "inputs": inputs}, separators=(",", ":"))
