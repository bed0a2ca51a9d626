"""Downloads the Debian packages that hold the photographs and cuts the photographs listed in photos.tsv to arrays.

usage: fetch.py [--data build/training]
Nothing is installed: the packages are unpacked into DATA/packages. Gives DATA/photos/SPLIT-NAME-LEVEL.y.npy (uint8 [H,W]) and
.c.npy (uint8 [2,H/2,W/2]): BT.601 limited-range luma and chroma codes, chroma sited between the pixels.
"""
import argparse
import glob
import os
import subprocess

import numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
HERE = os.path.dirname(os.path.abspath(__file__))
WIDTHS = (2400, 1700, 1200)  # three levels of detail per photograph, never enlarged
# ITU-R BT.601, limited range, full-scale RGB 0..255.
MATRIX = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]], np.float32) / 255


def listed():
    """Rows of photos.tsv: split, package, file, author, licence."""
    with open(os.path.join(HERE, "photos.tsv"), encoding="utf-8") as f:
        return [l.rstrip("\n").split("\t") for l in f if not l.startswith("#")]


def download(packages, folder):
    os.makedirs(folder, exist_ok=True)
    for p in sorted(packages):
        if os.path.isdir(os.path.join(folder, p)):
            continue
        subprocess.run(["apt-get", "download", p], cwd=folder, check=True)
        deb = glob.glob(os.path.join(glob.escape(folder), p + "_*.deb"))[0]
        subprocess.run(["dpkg", "-x", deb, os.path.join(folder, p)], check=True)
        os.remove(deb)


def planes(rgb):
    a = np.asarray(rgb, np.float32)
    h, w = a.shape[0] // 2 * 2, a.shape[1] // 2 * 2
    a = a[:h, :w] @ MATRIX.T
    y = a[..., 0] + 16
    c = a[..., 1:].reshape(h // 2, 2, w // 2, 2, 2).mean((1, 3)) + 128
    to = lambda x: (x + 0.5).clip(0, 255).astype(np.uint8)
    return to(y), to(c).transpose(2, 0, 1)


def cut(source, stem):
    im = Image.open(source)
    im.draft("RGB", (WIDTHS[0], WIDTHS[0]))
    im = im.convert("RGB")
    w0 = im.size[0]
    done = set()
    for level, w in enumerate(WIDTHS):
        w = min(w, w0)
        if w in done:
            continue
        done.add(w)
        small = im if w == w0 else im.resize((w, round(im.size[1] * w / w0)), Image.LANCZOS)
        y, c = planes(small)
        np.save("%s-%d.y.npy" % (stem, level), y)
        np.save("%s-%d.c.npy" % (stem, level), c)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="build/training")
    data = os.path.abspath(ap.parse_args().data)
    rows = listed()
    download({r[1] for r in rows}, os.path.join(data, "packages"))
    os.makedirs(os.path.join(data, "photos"), exist_ok=True)
    for split, package, name, _, _ in rows:
        parts = name.split("/")
        title = parts[-4] if "/contents/" in name else os.path.splitext(parts[-1])[0]
        cut(os.path.join(data, "packages", package, name), os.path.join(data, "photos", split + "-" + title))
        print(split, title, flush=True)


if __name__ == "__main__":
    main()
