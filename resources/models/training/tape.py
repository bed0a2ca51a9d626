"""The tape path: what VHS-like recording, playback and capture do to the fields of a picture.

Works on fields, as the tape does: luma float32 [T,h,w] and chroma [T,2,h/2,w/2], h lines of one field, values code/255 of limited-range
BT.601; samples at 13.5 MHz (chroma 6.75 MHz). Ranges are in draw().

Where the ranges come from: luma of 3 MHz (VHS, 240 lines) to 5 MHz (S-VHS, 400 lines), chroma under 629 kHz (NTSC) and 627 kHz (PAL) of
about half a MHz: IEC 60774; noise of 43 dB (good VHS, luma, weighted) and worse with each copy; pre-emphasis and white clip, dropout
compensation from the line before: Bartlett, "VHS HQ", and Ibrahim, "Newnes Guide to Television and Video Technology", 2007, on recorders.
What is a matter of taste of one machine (peaking, jitter, delays) is drawn wide.
"""
import numpy as np
from scipy.ndimage import convolve1d, gaussian_filter1d

import composite

NYQUIST = 6.75  # MHz, of luma sampled at 13.5 MHz


def lowpass(mhz, rate=2 * NYQUIST, taps=8):
    """A Hamming-windowed sinc."""
    n = np.arange(-taps, taps + 1)
    h = np.sinc(n * 2 * mhz / rate) * np.hamming(2 * taps + 1)
    return (h / h.sum()).astype(np.float32)


def draw(rng, pal=False):
    """Parameters of a tape at random. Ten clips of 100 are clean: nothing happens to them but the capture."""
    u = rng.uniform
    if rng.random() < 0.10:
        return dict(clean=True)
    good = rng.random() < 0.2  # S-VHS, Hi8, Betacam, broadcast
    return dict(
        clean=False,
        luma_mhz=u(3.8, 5.8) if good else u(2.5, 3.6) + 0.2 * pal,
        peaking=u(0, 0.9), peaking_width=u(1.1, 2.5),            # sharpness circuits: overshoot, width in samples
        chroma_mhz=u(0.8, 1.3) if good else u(0.4, 0.7),
        chroma_blur=u(0.4, 1.0) + 0.3 * pal,                     # combs and delay lines: sigma in chroma lines of a field
        chroma_delay=u(-1.0, 2.5),                               # chroma samples, to the right
        luma_noise=10 ** u(-2.5, -1.3),                          # sigma .003..050
        luma_noise_width=u(0.3, 1.1), luma_noise_tilt=u(0, 0.7),  # FM noise rises with frequency: share of the low band taken away
        chroma_noise=10 ** u(-2.4, -1.5), chroma_noise_width=u(1.5, 4.5), chroma_noise_height=u(0.2, 0.8),
        jitter=u(0, 0.35) if rng.random() < 0.5 else 0.0,        # line to line, sigma in luma samples
        sway=u(0, 0.4) if rng.random() < 0.3 else 0.0,           # slow bending of lines
        dropouts=u(0.5, 4) if rng.random() < 0.12 else 0.0,      # a field of a full picture
        compensated=rng.random() < 0.6,                          # dropouts: the line before is played instead
        switching=rng.random() < 0.05,                           # head-switching lines at the bottom
        copies=0 if good else int(rng.choice(4, p=(0.62, 0.22, 0.1, 0.06))),
        gain=u(0.005, 0.03) if rng.random() < 0.1 else 0.0,      # AGC: sigma of the gain, which drifts from field to field
        tracking=rng.random() < 0.03,                            # a band of noise
        composite=composite_of(rng, pal) if rng.random() < 0.35 else None,
    )


def composite_of(rng, pal):
    """One pass over a composite wire, into a decoder with a notch or a comb."""
    return dict(pal=pal, half=rng.uniform(0.7, 1.5), comb=bool(rng.random() < 0.4), start=rng.random())


def copy_of(p, rng):
    """The tape that a tape is copied to: the same family of machine, somewhat other, its noise no more than the first one's."""
    u = rng.uniform
    return dict(p, luma_mhz=p["luma_mhz"] * u(0.97, 1.15), peaking=p["peaking"] * u(0.2, 0.8), luma_noise=p["luma_noise"] * u(0.4, 0.9),
                chroma_mhz=p["chroma_mhz"] * u(0.95, 1.2), chroma_delay=p["chroma_delay"] * u(-0.3, 0.8),
                chroma_noise=p["chroma_noise"] * u(0.4, 0.9), jitter=p["jitter"] * u(0.3, 0.8), dropouts=0.0, switching=False)


def shifted(a, by):
    """a [N,w] moved right by by [N] samples, linear between them."""
    w = a.shape[1]
    x = np.clip(np.arange(w, dtype=np.float32)[None] - by[:, None], 0, w - 1.001)
    i = x.astype(np.int32)
    f = x - i
    r = np.arange(a.shape[0])[:, None]
    return a[r, i] * (1 - f) + a[r, i + 1] * f


def noise(rng, shape, width, height=0.0, tilt=0.0):
    """Gaussian noise of sigma 1, correlated along lines (and across them, when height is not 0)."""
    n = rng.standard_normal(shape, dtype=np.float32)
    n = gaussian_filter1d(n, width, axis=-1, mode="wrap", truncate=3)
    if height:
        n = gaussian_filter1d(n, height, axis=-2, mode="wrap", truncate=3)
    if tilt:
        n = n - tilt * gaussian_filter1d(n, 2.5, axis=-1, mode="wrap", truncate=3)
    return n / n.std()


def luma(y, p, rng):
    y = convolve1d(y, lowpass(p["luma_mhz"]), axis=-1, mode="nearest")
    y = y + p["peaking"] * (y - gaussian_filter1d(y, p["peaking_width"], axis=-1, mode="nearest", truncate=3))
    return y + p["luma_noise"] * noise(rng, y.shape, p["luma_noise_width"], tilt=p["luma_noise_tilt"])


def chroma(c, p, rng):
    c = convolve1d(c, lowpass(p["chroma_mhz"], NYQUIST, 14), axis=-1, mode="nearest")
    c = gaussian_filter1d(c, p["chroma_blur"], axis=-2, mode="nearest", truncate=3)
    t, two, h, w = c.shape
    c = shifted(c.reshape(-1, w), np.full(t * two * h, p["chroma_delay"], np.float32)).reshape(c.shape)
    return c + p["chroma_noise"] * noise(rng, c.shape, p["chroma_noise_width"], p["chroma_noise_height"])


def timebase(y, c, p, rng):
    """Line jitter, and bending that changes slowly down the field; chroma moves with its line."""
    t, h, w = y.shape
    by = p["jitter"] * rng.standard_normal((t, h))
    if p["sway"]:
        s = gaussian_filter1d(rng.standard_normal((t, h)), 12, axis=1)
        by = by + p["sway"] * s / s.std()
    if p["switching"]:
        lines = int(rng.integers(3, 6))
        by[:, h - lines:] += rng.uniform(-30, 30) + np.linspace(0, rng.uniform(-8, 8), lines)
    by = by.astype(np.float32)
    y = shifted(y.reshape(-1, w), by.reshape(-1)).reshape(y.shape)
    cb = np.broadcast_to(by[:, None, ::2] / 2, (t, 2, c.shape[2])).reshape(-1)
    return y, shifted(c.reshape(-1, c.shape[3]), cb).reshape(c.shape)


def dropouts(y, p, rng):
    """Short streaks where the head lost the signal: bright or dark and noisy, or, compensated, the line before in their place."""
    t, h, w = y.shape
    for i in range(t):
        for _ in range(rng.poisson(p["dropouts"] * h * w / (240 * 720) * 4)):
            r, x, n = int(rng.integers(h)), int(rng.integers(w)), int(rng.integers(8, 90))
            e = min(w, x + n)
            if p["compensated"]:
                y[i, r, x:e] = y[i, r - 1 if r else 1, x:e]
                continue
            y[i, r, x:e] = (0.9 if rng.random() < 0.6 else 0.1) + 0.15 * rng.standard_normal(e - x)
    return y


def tracking(y, rng):
    """A band where the head leaves its track: noise that grows to its middle, wandering slowly."""
    t, h, w = y.shape
    at, drift, width = rng.uniform(0, h), rng.normal(0, 1.5), rng.uniform(2, 8)
    depth = rng.uniform(0.1, 0.5)
    line = np.arange(h, dtype=np.float32)[None] - (at + drift * np.arange(t)[:, None])
    a = (depth * np.exp(-0.5 * (line / width) ** 2))[..., None].astype(np.float32)
    return y * (1 - a) + a * (0.6 + 0.35 * noise(rng, y.shape, 1.2))


def pumping(y, c, p, rng):
    """The gain of each field, around 1."""
    g = gaussian_filter1d(rng.standard_normal(len(y) + 20), 3)[10:-10]
    g = (1 + p["gain"] * g / 0.3).astype(np.float32)[:, None, None]
    black = 16 / 255
    return (y - black) * g + black, (c - composite.GREY) * g[:, None] + composite.GREY


def play(y, c, p, rng):
    """Fields as recorded to fields as captured: uint8 codes."""
    if not p["clean"]:
        for tape in [p] + [copy_of(p, rng) for _ in range(p["copies"])]:
            y, c = luma(y, tape, rng), chroma(c, tape, rng)
            if tape["jitter"] or tape["sway"] or tape["switching"]:
                y, c = timebase(y, c, tape, rng)
            if tape["dropouts"]:
                y = dropouts(y, tape, rng)
        if p["tracking"]:
            y = tracking(y, rng)
        if p["gain"]:
            y, c = pumping(y, c, p, rng)
        if p["composite"]:
            y, c = composite.through(y, c, **p["composite"])
    code = lambda a: (a * 255 + 0.5).clip(1, 254).astype(np.uint8)
    return code(y), code(c)


def fixed(luma_noise, chroma_noise=0.012, jitter=0.1):
    """The middle of the VHS ranges, for evaluation."""
    return dict(clean=False, luma_mhz=3.0, peaking=0.4, peaking_width=1.8, chroma_mhz=0.5, chroma_blur=0.7, chroma_delay=0.5,
                luma_noise=luma_noise, luma_noise_width=0.6, luma_noise_tilt=0.3, chroma_noise=chroma_noise, chroma_noise_width=3.0,
                chroma_noise_height=0.5, jitter=jitter, sway=0.0, dropouts=0.0, compensated=False, switching=False, copies=0, gain=0.0,
                tracking=False, composite=None)
