"""Renders clips: photographs in motion, one moment per field, through the tape path and through ffmpeg's own filters.

usage: clips.py SPLIT COUNT SEED [--data build/training] [--companion 4:3:6:4.5[,more]] [--progressive]
Gives DATA/clips/SPLIT-SEED.*.npy, COUNT clips of an SD picture of WIDTH x HEIGHT with FIELDS moments each:
 y  uint16 [n, KEPT, P, h, w]       deinterlaced frames of the moments FIRST.., 10 bits; P: main picture, then each companion
 c  uint16 [n, KEPT, P, 2, h/2, w/2]
 ty uint8  [n, 2, 2h, 2w]           the truth of the two centre moments, and tc uint8 [n, 2, 2, h, w]
and .json: bottom (per clip and centre: its real lines are the odd ones), kind of motion, noise, companions.
"""
import argparse
import glob
import json
import os
import subprocess
import time

import numpy as np
import torch
import torch.nn.functional as F

import capture
import film
import motion
import tape
import titles

WIDTH, HEIGHT, FIELDS = 224, 160, 16
FIRST, KEPT, CENTRES = 9, 6, (11, 12)


class Photo:
    def __init__(self, stem):
        self.y = torch.from_numpy(np.load(stem + ".y.npy"))
        self.c = torch.from_numpy(np.load(stem + ".c.npy"))


def photos(data, split):
    """All levels of all photographs of a split, a list per photograph."""
    by = {}
    for f in sorted(glob.glob(os.path.join(data, "photos", split + "-*.y.npy"))):
        by.setdefault(f.rsplit("-", 1)[0], []).append(f[:-len(".y.npy")])
    return [[Photo(s) for s in v] for _, v in sorted(by.items())]


def sample(plane, path, xs, ys, centre, step):
    """plane uint8 [C,H,W] at A @ (x, y) + b for every moment: [T,C,len(ys),len(xs)]; step 2 for planes of half resolution."""
    lo, hi = bounds(path, xs, ys, centre, step, plane.shape)
    part = plane[:, lo[1]:hi[1], lo[0]:hi[0]].float()
    h, w = part.shape[1:]
    a = torch.from_numpy(path)
    px = a[:, 0, 0, None, None] * xs + a[:, 0, 1, None, None] * ys[:, None] + a[:, 0, 2, None, None] + centre[0]
    py = a[:, 1, 0, None, None] * xs + a[:, 1, 1, None, None] * ys[:, None] + a[:, 1, 2, None, None] + centre[1]
    px, py = (px + 0.5) / step - 0.5 - lo[0], (py + 0.5) / step - 0.5 - lo[1]
    grid = torch.stack([(px * 2 + 1) / w - 1, (py * 2 + 1) / h - 1], -1)
    return F.grid_sample(part[None].expand(len(a), -1, -1, -1), grid, mode="bicubic", padding_mode="reflection", align_corners=False)


def bounds(path, xs, ys, centre, step, shape):
    """The part of a plane that is read, with a margin, as (x, y) corners."""
    k = np.array([[x, y] for x in (xs[0].item(), xs[-1].item()) for y in (ys[0].item(), ys[-1].item())], np.float32)
    q = (np.einsum("tij,kj->tki", path[:, :, :2], k) + path[:, None, :, 2]).reshape(-1, 2) + np.asarray(centre, np.float32)
    size = np.array([shape[2], shape[1]])
    lo = np.clip(np.floor(q.min(0) / step - 6), 0, size - 32).astype(int)
    hi = np.clip(np.ceil(q.max(0) / step + 7), lo + 32, size).astype(int)
    return lo, hi


def view(photo, path, w, h, centre, scale):
    """A photograph seen along a path: luma [T,2h,2w] and chroma [T,2,h,w] of the enlarged picture, codes; chroma is left-sited."""
    path = path.copy()
    path *= scale
    xs, ys = torch.arange(2 * w) - (w - 0.5), torch.arange(2 * h) - (h - 0.5)
    y = sample(photo.y[None], path, xs, ys, centre, 1)[:, 0]
    c = sample(photo.c, path, torch.arange(0, 2 * w, 2) - (w - 0.5), torch.arange(0, 2 * h, 2) + 0.5 - (h - 0.5), centre, 2)
    return y, c


def shrink(y, c, soften):
    """The SD picture of every moment: luma by 2x2 means, softened down the picture as cameras do; chroma left-sited."""
    y = F.avg_pool2d(y[:, None], 2)[:, 0]
    if soften:
        v = F.pad(y[:, None], (0, 0, 1, 1), mode="replicate")[:, 0]
        y = (1 - soften / 2) * y + soften / 4 * (v[:, :-2] + v[:, 2:])
    # The SD chroma sample k lies at 2k + 0.25 of the enlarged chroma: a box two samples wide about it.
    p = F.pad(c, (1, 0, 0, 0), mode="replicate")
    c = 0.125 * p[..., 0:-1:2] + 0.5 * c[..., 0::2] + 0.375 * c[..., 1::2]
    return y, (c[:, :, 0::2] + c[:, :, 1::2]) / 2


def scene(rng, photo, w, h, times, path=None):
    """One photograph in motion, with, in three clips of ten, another motion of its own parts passing before it."""
    level = photo[rng.integers(len(photo))]
    scale = rng.uniform(0.8, 1.2)
    kind, p = motion.draw(rng, times) if path is None else path
    for _ in range(4):  # prefer places with something to see
        cx, cy = rng.uniform(0.12, 0.88) * level.y.shape[1], rng.uniform(0.15, 0.85) * level.y.shape[0]
        seen = level.y[max(0, int(cy) - h):int(cy) + h, max(0, int(cx) - w):int(cx) + w].float()
        if seen.std() > 12:
            break
    blur = kind == "pan" and rng.random() < 0.3  # an open shutter
    if blur:
        d = np.diff(p[:, :, 2], axis=0, append=2 * p[-1:, :, 2] - p[-2:-1, :, 2])
        shots = []
        for k in (-0.25, 0, 0.25):
            q = p.copy()
            q[:, :, 2] += k * d
            shots.append(view(level, q, w, h, (cx, cy), scale))
        return kind, sum(s[0] for s in shots) / 3, sum(s[1] for s in shots) / 3
    y, c = view(level, p, w, h, (cx, cy), scale)
    return kind, y, c


def before(rng, back, front, w, h, times):
    """front, cut out along a wavy ellipse that moves by itself, before back."""
    y, x = torch.meshgrid(torch.arange(2.0 * h), torch.arange(2.0 * w), indexing="ij")
    v = rng.normal(0, 4, 2)
    cx, cy, rx, ry = rng.uniform(0.2, 0.8) * 2 * w, rng.uniform(0.2, 0.8) * 2 * h, rng.uniform(0.15, 0.5) * w, rng.uniform(0.15, 0.5) * h
    lobes, phase = int(rng.integers(2, 7)), rng.uniform(0, 6)
    t = torch.arange(times)[:, None, None] - CENTRES[0]
    dx, dy = (x - cx - v[0] * t) / rx, (y - cy - v[1] * t) / ry
    r = dx ** 2 + dy ** 2
    edge = 1 + 0.3 * torch.sin(lobes * torch.atan2(dy, dx) + phase)
    m = ((edge - r) * min(rx, ry) / 4).clamp(0, 1)
    mc = F.avg_pool2d(m[:, None], 2)
    return back[0] * (1 - m) + front[0] * m, back[1] * (1 - mc) + front[1] * mc


def weave(y, c, bottom):
    """Fields [T,h/2,w] to interlaced frames [T/2,h,w]; bottom: the first field of each frame is the bottom one."""
    def join(a):
        out = np.empty((a.shape[0] // 2,) + a.shape[1:-2] + (a.shape[-2] * 2, a.shape[-1]), a.dtype)
        out[..., bottom::2, :], out[..., 1 - bottom::2, :] = a[0::2], a[1::2]
        return out
    return join(y), join(c)


def filtered(y, c, bottom, companions):
    """8-bit frames through hqdn3d, interlaced ones (bottom 0 or 1; None: progressive) through bwdif at field rate before: uint16 [m,P,h,w] and
    [m,P,2,h/2,w/2], 10 bits, m of n frames: 2n or n."""
    n, h, w = y.shape
    raw = np.concatenate([y.reshape(n, -1), c.reshape(n, -1)], 1).tobytes()
    k = len(companions) + 1
    names = ["[s%d]" % i for i in range(k)]
    start = "setfield=prog,format=yuv420p10le" if bottom is None else "setfield=%s,format=yuv420p10le,bwdif=1:%d" % (("tff", "bff")[bottom], bottom)
    graph = start + ",split=%d%s;" % (k, "".join(names))
    graph += "".join("[s%d]hqdn3d=%s[t%d];" % (i + 1, s, i + 1) for i, s in enumerate(companions))
    graph += "[s0]" + "".join("[t%d]" % (i + 1) for i in range(k - 1)) + "vstack=%d" % k if k > 1 else graph + "[s0]null"
    r = subprocess.run(["ffmpeg", "-v", "error", "-filter_complex_threads", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "%dx%d" % (w, h),
                        "-r", "30000/1001", "-i", "-", "-filter_complex", graph, "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-"],
                       input=raw, stdout=subprocess.PIPE, check=True).stdout
    a = np.frombuffer(r, np.uint16).reshape(-1, k * h * w * 3 // 2)
    ly = a[:, :k * h * w].reshape(-1, k, h, w)
    lc = a[:, k * h * w:].reshape(-1, 2, k, h // 2, w // 2).transpose(0, 2, 1, 3, 4)
    return ly, lc


def clip(rng, sources, companions, progressive=False, w=WIDTH, h=HEIGHT, times=FIELDS):
    """One clip: dict of y, c, ty, tc (see above) and its facts. Progressive clips have a moment a frame, twice as far apart; train.py sees the second upside down."""
    pal, bottom = bool(rng.random() < 0.4), int(rng.random() < 0.4)
    photo = sources[rng.integers(len(sources))]
    path = (lambda: frames(motion.draw(rng, 2 * times))) if progressive else lambda: None
    kind, y, c = scene(rng, photo, w, h, times, path())
    if rng.random() < 0.3:
        y, c = before(rng, (y, c), scene(rng, photo, w, h, times, path())[1:], w, h, times)
        kind += "+object"
    if rng.random() < 0.04:  # a cut between two frames
        at = int(rng.choice([10, 12, 14]))
        _, y2, c2 = scene(rng, sources[rng.integers(len(sources))], w, h, times, path())
        y, c = torch.cat([y[:at], y2[at:]]), torch.cat([c[:at], c2[at:]])
        kind += "+cut"
    if rng.random() < 0.12:
        y, c = titles.before(rng, y, c)
        kind += "+titles"
    if rng.random() < 0.04:
        y, c = titles.fade(rng, y, c)
        kind += "+fade"
    if rng.random() < 0.06:
        y, kind = titles.grain(rng, y), kind + "+grain"
    gain, lift, colour = rng.uniform(0.6, 1.15), rng.uniform(-6, 12), rng.uniform(0.5, 1.3)
    y, c = ((y - 16) * gain + 16 + lift).clamp(4, 250), ((c - 128) * gain * colour + 128).clamp(4, 250)
    code = lambda a: (a + 0.5).clamp(0, 255).byte().numpy()
    k = list(CENTRES)
    truth = code(y[k]), code(c[k])
    sy, sc = shrink(y, c, rng.uniform(0, 0.8) if rng.random() < 0.5 else 0)
    keep = slice(FIRST, FIRST + KEPT)
    if progressive:
        p = film.draw(rng, pal)
        iy, ic = film.play(sy.numpy() / 255, sc.numpy() / 255, p, rng)
        if p["codec"]:
            iy, ic = film.through(iy, ic, *p["codec"])
        ly, lc = filtered(iy, ic, None, companions)
        noise = p["tape"]["luma_noise"] if p["kind"] == "tape" else p["noise"]
        return dict(y=ly[keep], c=lc[keep], ty=truth[0], tc=truth[1], kind=kind + "+" + p["kind"], noise=noise, capture=p["codec"], pal=pal, bottom=[0, 1])
    p = tape.draw(rng, pal)
    fy, fc = fields(sy.numpy() / 255, sc.numpy() / 255, bottom)
    iy, ic = weave(*tape.play(fy, fc, p, rng), bottom)
    encoder = capture.draw(rng)
    if encoder:
        iy, ic = capture.through(iy, ic, bottom, pal, *encoder)
    ly, lc = filtered(iy, ic, bottom, companions)
    return dict(y=ly[keep], c=lc[keep], ty=truth[0], tc=truth[1], kind=kind, noise=p.get("luma_noise", 0.0), capture=encoder, pal=pal,
                bottom=[(t % 2) ^ bottom for t in CENTRES])


def frames(drawn):
    """A motion drawn at field rate, (kind, path), at frame rate."""
    return drawn[0], drawn[1][::2]


def fields(y, c, bottom):
    """The lines that each moment's field has."""
    pick = lambda a: np.stack([a[t][..., (t % 2) ^ bottom::2, :] for t in range(len(a))])
    return pick(y), pick(c)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("split")
    ap.add_argument("count", type=int)
    ap.add_argument("seed", type=int)
    ap.add_argument("--data", default="build/training")
    ap.add_argument("--companion", default="4:3:6:4.5")
    ap.add_argument("--progressive", action="store_true")
    o = ap.parse_args()
    torch.set_num_threads(1)
    rng, sources, companions = np.random.default_rng(o.seed), photos(o.data, o.split), o.companion.split(",")
    os.makedirs(os.path.join(o.data, "clips"), exist_ok=True)
    stem = os.path.join(o.data, "clips", "%s-%d" % (o.split, o.seed))
    new = lambda name, dtype, *shape: np.lib.format.open_memmap("%s.%s.part.npy" % (stem, name), "w+", dtype, (o.count,) + shape)
    P, h, w = len(companions) + 1, HEIGHT, WIDTH
    out = dict(y=new("y", np.uint16, KEPT, P, h, w), c=new("c", np.uint16, KEPT, P, 2, h // 2, w // 2),
               ty=new("ty", np.uint8, 2, 2 * h, 2 * w), tc=new("tc", np.uint8, 2, 2, h, w))
    facts, start = dict(companions=companions, bottom=[], kind=[], noise=[], capture=[], pal=[]), time.time()
    for i in range(o.count):
        d = clip(rng, sources, companions, o.progressive)
        for k, a in out.items():
            a[i] = d[k]
        for k in ("bottom", "kind", "noise", "capture", "pal"):
            facts[k].append(d[k])
        if i % 50 == 49:
            print("%d clips, %.2f s each" % (i + 1, (time.time() - start) / (i + 1)), flush=True)
    for k, a in out.items():
        a.flush()
        os.rename("%s.%s.part.npy" % (stem, k), "%s.%s.npy" % (stem, k))
    with open(stem + ".json", "w") as f:
        json.dump(facts, f)


if __name__ == "__main__":
    main()
