"""Trains a `tape` network on rendered clips (clips.py); goes on from its checkpoint when there is one.

usage: train.py NAME --clips train-2,train-3 --minutes 60 [--data build/training] [--form fields] [--companion 4:3:6:4.5] [--grow fast] ...
Writes DATA/NAME.pt (the state, its exponential mean, the optimiser) and a line of DATA/NAME.log at each validation.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import grow
import network
from clips import CENTRES, FIRST

PATCH, BATCH, MARGIN = 64, 8, 8  # SD pixels; patches; pixels at cut edges that don't count


def pick(companions, strengths, chroma):
    """Which rendered picture has a companion's luma or chroma: hqdn3d treats them apart. 0 is the main picture: strengths of 0.01 and less change nothing."""
    own = lambda text: [float(v) for v in text.split(":")[chroma::2]]
    if max(own(strengths)) <= 0.01:
        return 0
    return 1 + [own(c) for c in companions].index(own(strengths))


class Clips:
    """Memory-mapped clips of several renderings, with one of their companions chosen. Renderings that are not there yet are looked for
    again by look()."""

    def __init__(self, data, names, companion, often=1):
        self.parts, self.index = [], []
        self.data, self.missing, self.companion, self.often = data, list(names), companion, often
        self.look()

    def look(self):
        companion = self.companion
        for name in list(self.missing):
            stem = os.path.join(self.data, "clips", name)
            if not os.path.exists(stem + ".json"):
                continue
            self.missing.remove(name)
            with open(stem + ".json") as f:
                facts = json.load(f)
            p = {k: np.load("%s.%s.npy" % (stem, k), mmap_mode="r") for k in ("y", "c", "ty", "tc")}
            p.update(facts, pick={"main": (0, 0), "companion": tuple(pick(facts["companions"], companion, chroma) for chroma in (0, 1))})
            # Clean clips are few, and must stay as they are: they are drawn five times as often.
            self.index += [(len(self.parts), i) for i in range(len(p["y"])) for _ in range(1 if facts["noise"][i] else self.often)]
            self.parts.append(p)

    def cut(self, which, centre, x, y, w, h, inputs, mirror=False):
        """Input channels [C,h/2,w/2] and truth (y,u,v) of one window, upright for the network: real lines even."""
        p, i = self.parts[which[0]], which[1]
        flip = p["bottom"][i][centre]
        full = p["ty"].shape[2] // 2
        if flip:  # the window as it lies in the stored picture
            y = full - h - y
        sx = slice(None, None, -1) if mirror else slice(None)
        sy = slice(None, None, -1) if flip else slice(None)
        cache, out = {}, []
        at = CENTRES[centre] - FIRST
        for c in inputs:
            k = (c["picture"], c["t"], c["plane"])
            if k not in cache:
                n = p["pick"][c["picture"]][c["plane"] > 0]
                if c["plane"] == 0:
                    a = p["y"][i, at + c["t"], n, y:y + h, x:x + w]
                else:
                    a = p["c"][i, at + c["t"], n, c["plane"] - 1, y // 2:(y + h) // 2, x // 2:(x + w) // 2]
                cache[k] = a[sy, sx]
            step = 2 if c["plane"] == 0 else 1
            out.append(cache[k][c["dy"]::step, c["dx"]::step])
        ty = p["ty"][i, centre, 2 * y:2 * (y + h), 2 * x:2 * (x + w)][sy, sx]
        tc = p["tc"][i, centre, :, y:y + h, x:x + w][:, sy, sx]
        return np.stack(out), ty, tc


def scale(a, top):
    return torch.from_numpy(np.ascontiguousarray(a).astype(np.float32)) / top - 0.5


def base_of(x, inputs, picture):
    """The base picture's planes, out of the packed channels."""
    at = {(c["plane"], c["dy"], c["dx"]): k for k, c in enumerate(inputs) if c["picture"] == picture and c["t"] == 0}
    y = F.pixel_shuffle(x[:, [at[0, 0, 0], at[0, 0, 1], at[0, 1, 0], at[0, 1, 1]]], 2)
    return y, x[:, [at[1, 0, 0]]], x[:, [at[2, 0, 0]]]


def batch(clips, inputs, rng, size=PATCH, count=BATCH):
    """Patches, their truth, and the weights of their pixels (0 near edges that are cuts, not the picture's). Patches 2k and 2k+1 are the same
    place at two successive moments, of which the odd ones are upside down against the even ones (of fields their real lines are the other one's)."""
    xs, tys, tcs, ws = [], [], [], []
    H, W = clips.parts[0]["ty"].shape[2] // 2, clips.parts[0]["ty"].shape[3] // 2
    for _ in range(count // 2):
        which, mirror = clips.index[rng.integers(len(clips.index))], bool(rng.random() < 0.5)
        for _ in range(3):  # prefer texture
            x, y = (int(np.clip(rng.integers(-8, n - size + 9) // 2 * 2, 0, n - size)) for n in (W, H))
            if clips.parts[which[0]]["ty"][which[1], 0, 2 * y:2 * y + 2 * size:3, 2 * x:2 * x + 2 * size:3].std() > 14:
                break
        l, r = (x == 0, x == W - size)[::-1 if mirror else 1]
        for centre in (0, 1):
            a, ty, tc = clips.cut(which, centre, x, y, size, size, inputs, mirror)
            w = np.zeros((size, size), np.float32)
            w[(0 if y == 0 else MARGIN):(size if y == H - size else -MARGIN), (0 if l else MARGIN):(size if r else -MARGIN)] = 1
            xs.append(a), tys.append(ty), tcs.append(tc), ws.append(w)
            y = H - size - y  # the same lines, seen upside down
    w = torch.from_numpy(np.stack(ws))[:, None]
    return scale(np.stack(xs), 1023), scale(np.stack(tys), 255)[:, None], scale(np.stack(tcs), 255), w


def loss_of(planes, base, ty, tc, w, chroma, flicker):
    """Charbonnier, each patch's relative to its base picture's, so that clean patches count as much as noisy ones (PSNR is a logarithm). The
    part of flicker is the same of the change between the two moments of a place."""
    c = lambda d: torch.sqrt(d * d + 1e-6)
    wy, n = F.interpolate(w, scale_factor=2), w.sum((1, 2, 3))
    luma = lambda p: (c(p[0] - ty) * wy).sum((1, 2, 3)) / (4 * n)
    colour = lambda p: (c(torch.cat(p[1:], 1) - tc) * w).sum((1, 2, 3)) / (2 * n)
    with torch.no_grad():
        ly, lc = luma(base) + 2e-3, colour(base) + 2e-3
    loss = (luma(planes) / ly).mean() + chroma * (colour(planes) / lc).mean()
    if flicker:
        wp = wy[0::2] * wy[1::2].flip(2)
        change = lambda p: (c(((p - ty)[0::2] - (p - ty)[1::2].flip(2))) * wp).sum((1, 2, 3)) / wp.sum((1, 2, 3))
        with torch.no_grad():
            lf = change(base[0]) + 2e-3
        loss = loss + flicker * (change(planes[0]) / lf).mean()
    return loss


def validate(model, clips, inputs, base):
    """Mean PSNR of luma and chroma over whole clips: of the network, of its base, and of the luma of clean and nearly clean clips only."""
    rows, calm = [], []
    with torch.no_grad():
        for k, which in enumerate(clips.index):
            centre = k % 2
            H, W = clips.parts[0]["ty"].shape[2] // 2, clips.parts[0]["ty"].shape[3] // 2
            a, ty, tc = clips.cut(which, centre, 0, 0, W, H, inputs)
            x, ty, tc = scale(a[None], 1023), scale(ty[None], 255)[:, None], scale(tc[None], 255)
            b = base_of(x, inputs, base)
            up = network.enlarge(b, torch.zeros(1, network.OUTPUTS, *x.shape[2:]))
            out = network.enlarge(b, model(x))
            db = lambda p, q: -10 * math.log10(((p.clamp(-0.5, 0.5) - q) ** 2).mean().item() + 1e-6)
            rows.append([db(out[0], ty), db(torch.cat(out[1:], 1), tc), db(up[0], ty), db(torch.cat(up[1:], 1), tc)])
            calm.append(clips.parts[which[0]]["noise"][which[1]] < 0.006)
    rows, calm = np.array(rows), np.array(calm)
    return list(rows.mean(0)) + ([rows[calm, 0].mean(), rows[calm, 2].mean()] if calm.any() else [0, 0])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("name")
    ap.add_argument("--data", default="build/training")
    ap.add_argument("--clips", required=True)
    ap.add_argument("--check", default="validation-1")
    ap.add_argument("--form", default="fields")
    ap.add_argument("--companion", default="4:3:6:4.5")
    ap.add_argument("--base", default="companion")
    ap.add_argument("--width", type=int, default=16)
    ap.add_argument("--depth", type=int, default=6)
    ap.add_argument("--steps", type=int, default=10 ** 9)
    ap.add_argument("--minutes", type=float, default=10 ** 9, help="the end of the rate's decay, whichever comes first")
    ap.add_argument("--rate", type=float, default=2e-3)
    ap.add_argument("--chroma", type=float, default=0.25)
    ap.add_argument("--flicker", type=float, default=0.25)
    ap.add_argument("--grow", help="NAME of a smaller trained network to begin from")
    ap.add_argument("--every", type=int, default=2000)
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs = network.layout(o.form)
    clips, check = Clips(o.data, o.clips.split(","), o.companion, 5), Clips(o.data, [o.check], o.companion)
    model = network.Tape(inputs, o.width, o.depth)
    if o.grow:
        k = torch.load(os.path.join(o.data, o.grow + ".pt"), map_location="cpu")
        small = network.Tape(k["inputs"], k["width"], k["depth"])
        small.load_state_dict(k["state"])
        model = grow.grown(small, o.width, o.depth)
        if small.inputs != inputs:
            model = grow.reading(model, inputs)
    mean = network.Tape(inputs, o.width, o.depth)
    opt = torch.optim.Adam(model.parameters(), o.rate, betas=(0.9, 0.99))
    path, step, spent = os.path.join(o.data, o.name + ".pt"), 0, 0.0
    if os.path.exists(path):
        k = torch.load(path, map_location="cpu")
        model.load_state_dict(k["raw"])
        mean.load_state_dict(k["state"])
        opt.load_state_dict(k["opt"])
        step, spent = k["step"], k["seconds"]
    else:
        mean.load_state_dict(model.state_dict())
    rng = np.random.default_rng(step + 1)
    log = open(os.path.join(o.data, o.name + ".log"), "a")
    t0, trace = time.time(), []

    def save():
        k = dict(state=mean.state_dict(), raw=model.state_dict(), opt=opt.state_dict(), step=step, seconds=spent + time.time() - t0,
                 inputs=inputs, width=o.width, depth=o.depth, form=o.form, base=o.base, companion=o.companion, clips=o.clips)
        torch.save(k, path + ".part")
        os.replace(path + ".part", path)

    done = 0.0
    while done < 1:
        done = min(1, max((step + 1) / o.steps, (spent + time.time() - t0) / (60 * o.minutes)))
        rate = o.rate * min(1, (step + 1) / 300) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for g in opt.param_groups:
            g["lr"] = rate
        x, ty, tc, w = batch(clips, inputs, rng)
        base = base_of(x, inputs, o.base)
        with torch.no_grad():
            up = network.enlarge(base, torch.zeros(len(x), network.OUTPUTS, *x.shape[2:]))
        loss = loss_of(network.enlarge(base, model(x)), up, ty, tc, w, o.chroma, o.flicker)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        opt.step()
        step += 1
        trace.append(loss.item())
        with torch.no_grad():
            for a, b in zip(mean.parameters(), model.parameters()):
                a.lerp_(b, max(0.002, 1 / step))
        if step % o.every == 0 or done >= 1:
            clips.look()
            v = validate(mean, check, inputs, o.base)
            line = "step %d %.0f s, %d clips: loss %.5f Y %.3f C %.3f (base Y %.3f C %.3f) calm Y %.3f (base %.3f) rate %.5f" % (step, spent + time.time() - t0, len(clips.index), np.mean(trace), *v, rate)
            print(line, flush=True)
            log.write(line + "\n"), log.flush()
            trace = []
            save()
    save()


if __name__ == "__main__":
    main()
