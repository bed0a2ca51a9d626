"""The network against ffmpeg's chains, on held-out photographs in motion.

usage: evaluate.py FILE.onnx|FILE.pt [--data build/training] [--split test] [--pictures FOLDER]
Per photograph: four motions x three tapes (clean, light, heavy), 24 moments of 352x240 at field rate; two successive moments (one top, one
bottom) are compared with the truth at 704x480, 16 lines and columns of each edge left out. The chains run once and are kept in DATA/evaluation.
"""
import argparse
import json
import math
import os
import subprocess

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

import clips
import export
import motion
import network
import tape

W, H, TIMES, AT = 352, 240, 24, (17, 18)
MOTIONS = {"still": 0.0, "slow": 1.1, "medium": 3.9, "fast": 9.7}  # enlarged pixels per field
TAPES = {"clean": dict(clean=True), "light": tape.fixed(0.010, 0.008), "heavy": tape.fixed(0.035, 0.02)}
CHAINS = {"bwdif": "", "bwdif + hqdn3d 4:3:6:4.5": "hqdn3d=4:3:6:4.5,", "bwdif + hqdn3d 8:6:12:9": "hqdn3d=8:6:12:9,",
          "bwdif + nlmeans s3 p5 r11": "nlmeans=s=3:p=5:r=11,"}
EDGE = 16


def sequences(data, split):
    """Yields (photograph, motion, tape, bottom first, interlaced luma, chroma, true luma, true chroma), the same every time."""
    for i, levels in enumerate(clips.photos(data, split)):
        for j, (name, speed) in enumerate(MOTIONS.items()):
            rng = np.random.default_rng(1000 * i + j)
            level = levels[min(1, len(levels) - 1)]
            path = motion.still(rng, TIMES) if not speed else motion.pan(rng, TIMES, speed, AT[0])
            centre = best(level, rng)
            y, c = clips.view(level, path, W, H, centre, 1.0)
            code = lambda a: (a + 0.5).clamp(0, 255).byte().numpy()
            truth = code(y[list(AT)]), code(c[list(AT)])
            sy, sc = clips.shrink(y, c, 0.25)
            bottom = (i + j) % 2
            fy, fc = clips.fields(sy.numpy() / 255, sc.numpy() / 255, bottom)
            for kind, p in TAPES.items():
                yield (i, name, kind, bottom) + clips.weave(*tape.play(fy, fc, p, np.random.default_rng(7 * i + j)), bottom) + truth


def best(level, rng):
    """The busiest of a few places, so that the test is not about empty sky."""
    h, w = level.y.shape
    at = [(rng.uniform(0.3, 0.7) * w, rng.uniform(0.3, 0.7) * h) for _ in range(5)]
    return max(at, key=lambda p: level.y[max(0, int(p[1]) - H):int(p[1]) + H, max(0, int(p[0]) - W):int(p[0]) + W].float().diff(dim=1).abs().mean())


def chain(y, c, bottom, filters):
    """An ffmpeg chain at field rate, then lanczos: the moments AT as (y, c) in 0..1."""
    n, h, w = y.shape
    raw = np.concatenate([y.reshape(n, -1), c.reshape(n, -1)], 1).tobytes()
    vf = "setfield=%s,format=yuv420p10le,bwdif=1:%d,%sscale=iw*2:ih*2:flags=lanczos" % (("tff", "bff")[bottom], bottom, filters)
    r = subprocess.run(["ffmpeg", "-v", "error", "-filter_threads", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "%dx%d" % (w, h), "-r",
                        "30000/1001", "-i", "-", "-vf", vf, "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-"],
                       input=raw, stdout=subprocess.PIPE, check=True).stdout
    a = np.frombuffer(r, np.uint16).reshape(-1, 6 * h * w)[list(AT)].astype(np.float32) / 1023
    return a[:, :4 * h * w].reshape(2, 2 * h, 2 * w), a[:, 4 * h * w:].reshape(2, 2, h, w)


def run(model, inputs, base, companion, y, c, bottom):
    """The network as the product runs it: the moments AT as (y, c) in 0..1."""
    ly, lc = clips.filtered(y, c, bottom, [companion])
    out = []
    for t in AT:
        flip = (lambda a: a.flip(-2)) if (t % 2) ^ bottom else (lambda a: a)
        get = lambda a: flip(torch.from_numpy(a.astype(np.float32))[None, None] / 1023 - 0.5)
        p = {(n, d): (get(ly[t + d, k]), get(lc[t + d, k, 0]), get(lc[t + d, k, 1])) for k, n in enumerate(("main", "companion"))
             for d in range(-3, 4)}
        with torch.no_grad():
            planes = network.enlarge(p[base, 0], model(network.pack(inputs, p)))
        out.append([flip(a)[0, 0].numpy().clip(-0.5, 0.5) + 0.5 for a in planes])
    return np.stack([o[0] for o in out]), np.stack([np.stack(o[1:]) for o in out])


def db(a, b):
    return -10 * math.log10(((a - b) ** 2).mean() + 1e-9)


def ssim(a, b):
    """Wang et al. 2004: Gaussian window of sigma 1.5, K1 0.01, K2 0.03."""
    g = lambda x: gaussian_filter(x.astype(np.float64), 1.5, truncate=3.5)
    ma, mb = g(a), g(b)
    va, vb, cov = g(a * a) - ma * ma, g(b * b) - mb * mb, g(a * b) - ma * mb
    return (((2 * ma * mb + 1e-4) * (2 * cov + 9e-4)) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4))).mean()


def measure(out, ty, tc, still):
    """PSNR of luma and chroma, SSIM of luma, and on stills the RMS change between the two moments in 8-bit codes (flicker)."""
    e, (y, c) = EDGE, out
    ty, tc = ty.astype(np.float32) / 255, tc.astype(np.float32) / 255
    inner = lambda a: a[..., e:-e, e:-e]
    k = range(2)
    flicker = 255 * float(np.sqrt((inner(y[1] - y[0]) ** 2).mean())) if still else None
    return [float(np.mean([db(inner(y[i]), inner(ty[i])) for i in k])), float(np.mean([db(inner(c[i]), inner(tc[i])) for i in k])),
            float(np.mean([ssim(inner(y[i]), inner(ty[i])) for i in k])), flicker]


def table(results):
    """results {method: {(photo, motion, tape): measures}} as Markdown; the mean is over light and heavy."""
    lines = ["| | " + " | ".join(MOTIONS) + " | light | heavy | **mean** | clean | chroma | SSIM | flicker |", "|---" * (len(MOTIONS) + 8) + "|"]
    for name, r in results.items():
        m = lambda f, k=0: np.mean([v[k] for q, v in r.items() if f(q) and v[k] is not None])
        worn = lambda q: q[2] != "clean"
        cells = ["%.2f" % m(lambda q: worn(q) and q[1] == s) for s in MOTIONS]
        cells += ["%.2f" % m(lambda q: q[2] == s) for s in ("light", "heavy")]
        cells += ["**%.2f**" % m(worn), "%.2f" % m(lambda q: q[2] == "clean"), "%.2f" % m(worn, 1), "%.4f" % m(worn, 2), "%.2f" % m(worn, 3)]
        lines.append("| %s | " % name + " | ".join(cells) + " |")
    return "\n".join(lines)


def from_onnx(path):
    """A network as the file itself describes it."""
    import onnx
    from onnx import numpy_helper
    m = onnx.load(path)
    meta = {p.key: p.value for p in m.metadata_props}
    lay = json.loads(meta["tapelight.layout"])
    arrays = [torch.from_numpy(numpy_helper.to_array(t).copy()) for t in m.graph.initializer]
    model = network.Tape(lay["inputs"], arrays[0].shape[0], len(arrays) // 2 - 2)
    for p, a in zip(model.parameters(), arrays):
        p.data.copy_(a)
    return model.eval(), dict(inputs=lay["inputs"], base=lay["base_from"], companion=meta["tapelight.companion"], fields=lay["flip_bottom"], least=float(meta.get("tapelight.least", 0.4)))


def classical(o, save):
    """The measures of ffmpeg's chains, from the store when they are there."""
    store = os.path.join(o.data, "evaluation", o.split + ".json")
    if not save and os.path.exists(store):
        with open(store) as f:
            return {n: {tuple(k): v for k, v in r} for n, r in json.load(f).items()}
    results = {n: {} for n in CHAINS}
    for i, name, kind, bottom, y, c, ty, tc in sequences(o.data, o.split):
        for n, f in CHAINS.items():
            out = chain(y, c, bottom, f)
            results[n][i, name, kind] = measure(out, ty, tc, name == "still")
    os.makedirs(os.path.dirname(store), exist_ok=True)
    with open(store, "w") as f:
        json.dump({n: [[list(k), v] for k, v in r.items()] for n, r in results.items()}, f)
    return results


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("network", nargs="+")
    ap.add_argument("--data", default="build/training")
    ap.add_argument("--split", default="test")
    ap.add_argument("--again", action="store_true", help="run ffmpeg's chains even when their measures are stored")
    ap.add_argument("--pictures", help="a folder for comparison pictures")
    o = ap.parse_args()
    torch.set_num_threads(1)
    results = classical(o, o.again)
    nets = {os.path.basename(p): (from_onnx(p) if p.endswith(".onnx") else export.load(p)) for p in o.network}
    for s in sequences(o.data, o.split):
        i, name, kind, bottom, y, c, ty, tc = s
        for n, (model, k) in nets.items():
            out = run(model, k["inputs"], k["base"], k["companion"], y, c, bottom)
            results.setdefault(n, {})[i, name, kind] = measure(out, ty, tc, name == "still")
            if o.pictures:
                picture(o.pictures, n, s, out)
    print(table(results))


def picture(folder, net, s, out):
    """Left to right: bwdif | bwdif + hqdn3d 8:6:12:9 | nlmeans | the network | the truth."""
    from PIL import Image
    i, name, kind, bottom, y, c, ty, tc = s
    os.makedirs(folder, exist_ok=True)
    views = [chain(y, c, bottom, CHAINS[n]) for n in ("bwdif", "bwdif + hqdn3d 8:6:12:9", "bwdif + nlmeans s3 p5 r11")]
    views += [out, (ty / 255.0, tc / 255.0)]
    def rgb(v):
        a = np.stack([v[0][0] * 255, np.kron(v[1][0, 0], np.ones((2, 2))) * 255, np.kron(v[1][0, 1], np.ones((2, 2))) * 255], -1)
        inv = np.linalg.inv(np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]) / 255)
        return ((a - [16, 128, 128]) @ inv.T).clip(0, 255).astype(np.uint8)[96:-96, 140:-140]
    Image.fromarray(np.concatenate([rgb(v) for v in views], 1)).save(os.path.join(folder, "%s-%d-%s-%s.png" % (net, i, name, kind)))


if __name__ == "__main__":
    main()
