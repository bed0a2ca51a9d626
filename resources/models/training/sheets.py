"""Contact sheets of the bench: the same part of one moment, at 1:1, by every method."""
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import rivals
import titles

COLUMNS = (("bwdif", "before (bwdif)"), ("bwdif + hqdn3d 8:6:12:9", "hqdn3d"), ("bwdif + nlmeans", "nlmeans"), ("tape-fast", "tape-fast"),
           ("tape-quality", "tape-quality"), ("truth", "truth"))
# File: rows of (tape, source, left and top edge of the part).
SHEETS = {
    "quality-faces": (("VHS SP, composite, MPEG-2", "face", 0, 0), ("VHS EP", "dog", 120, 160)),
    "quality-detail": (("VHS EP", "photo7", 290, 60), ("VHS EP, third generation, DV", "titles", 230, 60)),
    "quality-misses": (("filters, light", "photo2", 20, 160), ("clean", "titles", 230, 60)),
}
WIDTH, HEIGHT, LINE = 224, 224, 20


def wanted():
    """Pictures to keep: {(tape, source): {method: None}}."""
    out = {}
    for rows in SHEETS.values():
        for case, source, _, _ in rows:
            out[case, source] = {n: None for n, _ in COLUMNS}
    return out


def rgb(y, c):
    """Planes in 0..1 as a picture."""
    wide = np.kron(c, np.ones((1, 2, 2), np.float32))
    yuv = np.stack([y, wide[0], wide[1]], -1) * 255 - np.array([16, 128, 128])
    return ((yuv @ np.linalg.inv(rivals.MATRIX).T).clip(0, 1) * 255 + 0.5).astype(np.uint8)


def write(folder, pictures):
    os.makedirs(folder, exist_ok=True)
    font = ImageFont.truetype([f for f in titles.FONTS if f.endswith("DejaVuSans.ttf")][0], 13)
    for name, rows in SHEETS.items():
        rows = [r for r in rows if pictures.get(r[:2], {}).get("truth") is not None]
        if not rows:
            continue
        columns = [c for c in COLUMNS if any(pictures[r[:2]].get(c[0]) is not None for r in rows)]
        im = Image.new("RGB", (len(columns) * (WIDTH + 2) - 2, len(rows) * (HEIGHT + LINE)), "white")
        draw = ImageDraw.Draw(im)
        for j, (case, source, x, y) in enumerate(rows):
            for i, (method, label) in enumerate(columns):
                p, top = pictures[case, source].get(method), j * (HEIGHT + LINE)
                draw.text((i * (WIDTH + 2) + 3, top + 2), label if i else "%s: %s" % (case.split(",")[0], label), "black", font)
                if p is not None:
                    im.paste(Image.fromarray(rgb(*p)[y:y + HEIGHT, x:x + WIDTH]), (i * (WIDTH + 2), top + LINE))
        im.save(os.path.join(folder, name + ".jpg"), quality=84)
