"""What the bench measures: tapes, what comes out of the methods for them, and the measures."""
import numpy as np
import torch

import capture
import clips
import evaluate
import film
import network
import rivals
import scenes
import tape
import temporal

W, TIMES, AT, EDGE = 352, 24, (17, 18), 16
SPEEDS = (0.0, 1.1, 3.9, 9.7)
AUTO = ", auto"


def worn(luma, chroma, **more):
    return dict(tape.fixed(luma, chroma), **more)


def wire(pal, comb=False):
    return dict(pal=pal, half=1.0, comb=comb, start=0.2)


def shot(**more):
    """Progressive pictures as film.draw() makes them, fixed."""
    return dict(dict(kind="dvd", blur=(0.4, 0.3), sharpen=0.2, sharpen_width=1.4, noise=0.006, noise_width=0.5, chroma_noise=0.003, chroma_width=0.8), **more)


# name: pal, progressive, tape, encoder; a tape that is text is ffmpeg's filters, and none of the training's simulation.
CASES = {
    "S-VHS, good": (False, False, worn(0.006, 0.006, luma_mhz=5.0, chroma_mhz=1.0, peaking=0.2, chroma_delay=0.2), None),
    "VHS SP": (False, False, worn(0.010, 0.008), None),
    "VHS SP, composite, MPEG-2": (False, False, worn(0.014, 0.010, composite=wire(False)), ("mpeg2", 4)),
    "VHS SP, PAL, composite": (True, False, worn(0.014, 0.010, composite=wire(True)), None),
    "VHS EP": (False, False, worn(0.035, 0.02, jitter=0.2), None),
    "VHS EP, third generation, DV": (False, False, worn(0.025, 0.018, copies=2, dropouts=1.5, compensated=True, composite=wire(False, True)), ("dv", 0)),
    "filters, light": (False, False, "gblur=sigma=0.9:sigmaV=0.01,noise=c0s=6:c0f=t:c1s=6:c1f=t:c2s=6:c2f=t", ("h264", 18)),
    "filters, heavy, PAL": (True, False, "gblur=sigma=1.4:sigmaV=0.01:planes=1,gblur=sigma=3:sigmaV=0.6:planes=6,noise=c0s=22:c0f=t:c1s=14:c1f=t:c2s=14:c2f=t", ("mpeg2", 5)),
    "clean": (False, False, dict(clean=True), None),
    "film on VHS SP": (False, True, dict(kind="tape", tape=worn(0.014, 0.010)), ("h264", 20)),
    "film on VHS EP, MPEG-2": (False, True, dict(kind="tape", tape=worn(0.03, 0.018, jitter=0.15)), ("mpeg2", 4)),
    "film on DVD": (False, True, shot(), ("mpeg2", 4)),
    "film on DVD, grainy": (False, True, shot(noise=0.016), ("mpeg2", 3)),
    "webcam": (False, True, shot(blur=(0.8, 0.8), sharpen=0.6, noise=0.02, noise_width=0.7, chroma_noise=0.012, chroma_width=1.5), ("mjpeg", 6)),
    "early web video": (False, True, shot(blur=(0.6, 0.6), noise=0.008), ("mpeg4", 6)),
    "filters, progressive": (False, True, "gblur=sigma=0.7,noise=alls=12:allf=t", ("h264", 24)),
    "clean, progressive": (False, True, shot(blur=(0, 0), sharpen=0, noise=0), None),
}
OUTSIDE = ("clean", "clean, progressive")  # of the means: not what the networks are for


def sequence(data, case, source, k):
    """Frames as captured (y, c), which field is first, and the truth of the two moments."""
    pal, progressive, played, encoder = CASES[case]
    h = 288 if pal else 240
    y, c = scenes.moments(data, source, W, h, TIMES, AT[0], SPEEDS[k % 4], 100 + k)
    code = lambda a: (a + 0.5).clamp(0, 255).byte().numpy()
    truth = code(y[list(AT)]), code(c[list(AT)])
    y, c = (a.numpy() / 255 for a in clips.shrink(y, c, 0.25))
    bottom, rng = k % 2, np.random.default_rng(500 + k)
    if not progressive:
        y, c = clips.fields(y, c, bottom)
    if isinstance(played, str):
        to = lambda a: (a * 255 + 0.5).clip(1, 254).astype(np.uint8)
        y, c = rivals.play(to(y), to(c), played, "yuv420p")
        y, c = to(y), to(c)
    elif "kind" in played:
        y, c = film.play(y, c, played, rng)
    else:
        y, c = tape.play(y, c, played, rng)
    if not progressive:
        y, c = clips.weave(y, c, bottom)
    if encoder:
        y, c = film.through(y, c, *encoder) if progressive else capture.through(y, c, bottom, pal, *encoder)
    return y, c, bottom, progressive, truth


def blocks(a):
    """Picture a cut into blocks of 16x16: [n,256]."""
    h, w = (n // 16 * 16 for n in a.shape)
    return a[:h, :w].astype(np.float32).reshape(h // 16, 16, w // 16, 16).transpose(0, 2, 1, 3).reshape(-1, 256)


def calmest(variances, levels):
    """The median deviation of the fifth of a picture's blocks where it is least."""
    deviation = np.sort(np.sqrt(np.maximum(0, variances))[(levels > 12) & (levels < 243)])
    return np.median(deviation[:max(1, len(deviation) // 5)])


def pan(a, b):
    """The displacement (down, across) by which b continues a best."""
    h, w = a.shape
    rows = [y for y in range(24, h - 24) if (y - 24) % 8 < 2]
    differs = lambda dy, dx: np.minimum(48, np.abs(a[rows, 24:w - 24:8] - b[[y + dy for y in rows], 24 + dx:w - 24 + dx:8])).sum()
    best, at = differs(0, 0), (0, 0)
    for dy in range(-8, 9, 2):
        for dx in range(-16, 17):
            d = differs(dy, dx)
            if d < 0.98 * best:
                best, at = d, (dy, dx)
    return at


def moved(a, b):
    """Noise from frame to frame when the camera's motion is undone."""
    dy, dx = pan(a, b)
    (h, w), two = a.shape, 2
    y0, y1, x0, x1 = max(0, -dy) + two, min(h, h - dy) - two, max(0, -dx) + two, min(w, w - dx) - two
    at = lambda p, y, x: blocks(p[y0 + y:y1 + y, x0 + x:x1 + x])
    B = lambda y, x: at(b, dy + y, dx + x)
    d, level = B(0, 0) - at(a, 0, 0), at(a, 0, 0).mean(1)
    x = (B(0, 1) - B(0, -1) + at(a, 0, 1) - at(a, 0, -1)) / 4
    y = (B(two, 0) - B(-two, 0) + at(a, two, 0) - at(a, -two, 0)) / 8
    d, x, y = (p - p.mean(1, keepdims=True) for p in (d, x, y))
    xx, xy, yy, xd, yd = ((p * q).mean(1) for p, q in ((x, x), (x, y), (y, y), (x, d), (y, d)))
    xx, yy = xx + 0.5, yy + 0.5
    det = xx * yy - xy * xy
    left = d - ((yy * xd - xy * yd) / det)[:, None] * x - ((xx * yd - xy * xd) / det)[:, None] * y
    return calmest(left.var(1) / 2, level)


def noise(y):
    """A capture's noise in codes as the product measures it (core/noise.go, core/noise_motion.go)."""
    found = []
    for a, b in zip(y[1:-1].astype(np.float32), y[2:].astype(np.float32)):
        second = b[:-4] - 2 * b[2:-2] + b[4:]  # between every second line
        found.append(min(moved(a, b), calmest(blocks(second).var(1) / 6, blocks(b[2:-2]).mean(1))))
    return max(0.01, float(np.quantile(found, 0.25)))


def gentle(noise, companion, least):
    """The share of a network, and its companion's strengths, that "auto" takes (core/plan/network.go)."""
    share = min(1, max(0, (noise - 0.5) / 3))
    parts = [float(v) * (0.15 + 0.85 * min(1, share * (1 + k % 2))) for k, v in enumerate(companion.split(":"))]
    return least + (1 - least) * share, ":".join("%.4g" % v for v in parts)


def change(noise, progressive):
    """The change up to which a place stands still, for temporal.Filter (core/plan/network.go)."""
    return 0.2 + (0.33 if progressive else 0.22) * min(noise, 8)


def tapelight(net, y, c, bottom, progressive, auto=False):
    """The network as the product runs it, all of it or as "auto" does, with what stands still held still."""
    model, k = net
    worn = noise(y)
    strength, companion = gentle(worn, k["companion"], k["least"]) if auto else (1, k["companion"])
    start = rivals.head(bottom, progressive, "bwdif=1:%d")
    ly, lc = zip(*(rivals.play(y, c, start + f) for f in ("null", "hqdn3d=" + companion)))
    out, still = [], temporal.Filter(change(worn, progressive), 1)
    for t in range(2, AT[-1] + 1):
        flip = (lambda a: a.flip(-2)) if not progressive and (t % 2) ^ bottom else (lambda a: a)
        get = lambda a: flip(torch.from_numpy(a)[None, None] - 0.5)
        p = {(name, d): (get(ly[i][t + d]), get(lc[i][t + d, 0]), get(lc[i][t + d, 1])) for i, name in enumerate(("main", "companion")) for d in range(-2, 3)}
        with torch.no_grad():
            planes = network.enlarge(p[k["base"], 0], strength * model(network.pack(k["inputs"], p)))
        code = [((flip(a)[0, 0].numpy() + 0.5).clip(0, 1) * 1023 + 0.5).astype(np.int64) for a in planes]
        made = still(code[0], np.stack(code[1:]))
        if t in AT:
            out.append([a.astype(np.float32) / 1023 for a in made])
    return np.stack([o[0] for o in out]), np.stack([np.stack(o[1:]) for o in out])


def measure(out, truth):
    """PSNR of luma and chroma, SSIM of luma, and the RMS change, in 8-bit codes, where the truth stands still (None: nowhere)."""
    y, c = out
    ty, tc = (a.astype(np.float32) / 255 for a in truth)
    inner = lambda a: a[..., EDGE:-EDGE, EDGE:-EDGE]
    k = range(2)
    still = np.abs(evaluate.gaussian_filter(ty[1] - ty[0], 1.5)) < 1 / 255
    flicker = 255 * float(np.sqrt((inner(y[1] - y[0])[inner(still)] ** 2).mean())) if inner(still).mean() > 0.05 else None
    return [float(np.mean([evaluate.db(inner(y[i]), inner(ty[i])) for i in k])), float(np.mean([evaluate.db(inner(c[i]), inner(tc[i])) for i in k])),
            float(np.mean([evaluate.ssim(inner(y[i]), inner(ty[i])) for i in k])), flicker]


def rows(nets, slim, progressive=False):
    """What is measured: name -> a function of a captured sequence, giving the two moments."""
    pick = lambda o: (o[0][list(AT)], o[1][list(AT)])
    out = {n: (lambda s, n=n: pick(rivals.chain(n, *s))) for n in rivals.CHAINS if not (progressive and "estdif" in n)}
    out["predecessor's recipe"] = lambda s: pick(rivals.predecessor(*s))
    if slim:
        def published(s):
            y, c = rivals.play(s[0], s[1], rivals.head(s[2], s[3], "bwdif=1:%d") + "null")
            a = [slim.run(y[t], c[t]) for t in AT]
            return np.stack([q[0] for q in a]), np.stack([q[1] for q in a])
        out["bwdif + esrgan-slim"] = published
    for n, m in nets.items():
        if m[1]["fields"] != progressive:
            out[n] = lambda s, m=m: tapelight(m, *s)
            out[n + AUTO] = lambda s, m=m: tapelight(m, *s, auto=True)
    return out
