"""Composite video: luma and chroma on one wire, and what separating them again leaves of each in the other (dot crawl, cross-colour).

The subcarrier: ITU-R BT.1700 (NTSC: 227.5 cycles a line of 525; PAL: 283.7516 a line of 625, V inverted on every other line). Fields are
as in tape.py: luma [T,h,w] at 13.5 MHz, chroma [T,2,h/2,w/2], values code/255.
"""
import numpy as np
from scipy.ndimage import convolve1d

CYCLES = {False: (227.5, 525), True: (283.7516, 625)}  # a line; lines of a frame
MHZ = {False: 3.579545, True: 4.43361875}
# From Cb, Cr to the modulated U, V, in units of luma's code range.
U, V = 0.872 * 219 / 224, 1.230 * 219 / 224
GREY = 128 / 255


def carrier(pal, times, h, w, start=0.0):
    """The subcarrier's phase in radians [T,h,w], and the sign of V [T,h,1]. Lines of a field follow each other in time; each field begins
    half a frame later."""
    cycles, lines = CYCLES[pal]
    line = np.arange(times)[:, None] * (lines / 2) + np.arange(h)[None]
    phase = (line * cycles % 1)[..., None] + np.arange(w) * MHZ[pal] / 13.5 + start
    sign = 1 - 2 * (np.floor(line) % 2)[..., None] if pal else np.ones((times, h, 1))
    return (2 * np.pi * phase).astype(np.float32), sign.astype(np.float32)


def window(mhz, taps):
    n = np.arange(-taps, taps + 1)
    h = np.sinc(n * 2 * mhz / 13.5) * np.hamming(2 * taps + 1)
    return (h / h.sum()).astype(np.float32)


def band(x, mhz, half):
    """What lies within half MHz of mhz."""
    h = window(half, 14) * 2 * np.cos(2 * np.pi * mhz / 13.5 * np.arange(-14, 15))
    return convolve1d(x, h.astype(np.float32), axis=-1, mode="nearest")


def through(y, c, pal, half=1.0, comb=False, start=0.0):
    """Fields put on one wire and separated again: by a notch of +-half MHz about the subcarrier, or (comb) by the difference to the lines
    above and below within that band, which takes for luma what both lines share. PAL's lines repeat after two."""
    t, h, w = y.shape
    phase, sign = carrier(pal, t, h, w, start)
    wide = np.repeat(np.repeat(c - GREY, 2, axis=-2)[..., :h, :], 2, axis=-1)[..., :w]
    wide[..., 1:-1:2] = (wide[..., 0:-2:2] + wide[..., 2::2]) / 2  # left-sited: odd samples lie between
    s, k = np.sin(phase), np.cos(phase) * sign
    wire = y + U * wide[:, 0] * s + V * wide[:, 1] * k
    colour = band(wire, MHZ[pal], half)
    if comb:
        by = 2 if pal else 1
        p = np.pad(colour, ((0, 0), (by, by), (0, 0)), mode="reflect")
        colour = (colour - (p[:, :-2 * by] + p[:, 2 * by:]) / 2) / 2
    luma = wire - colour
    low = window(min(half, 1.3), 14)
    back = np.stack([convolve1d(2 * colour * q, low, axis=-1, mode="nearest") / a for q, a in ((s, U), (k, V))], 1)
    back = back[..., 0::2]
    back = (back[:, :, 0::2] + back[:, :, 1::2]) / 2
    return luma, (back + GREY)[..., :c.shape[-2], :c.shape[-1]].astype(np.float32)
