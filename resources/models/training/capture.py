"""The capture's own compression: interlaced frames through real encoders and back.

MPEG-2 and H.264 as capture sticks and DVD recorders make them, DV (4:1:1 in NTSC, 4:2:0 in PAL) as camcorders do. Frames are uint8 y [n,h,w],
c [n,2,h/2,w/2], 4:2:0 interlaced.
"""
import subprocess

import numpy as np

DV = {False: (720, 480, "yuv411p"), True: (720, 576, "yuv420p")}


def draw(rng):
    """None (no compression), or an encoder and its quality. Quantisers 2..7 are DVDs of 8 down to 3.5 Mbit/s; crf 14..25 capture programs."""
    u = rng.random()
    if u < 0.45:
        return None
    if u < 0.72:
        return "mpeg2", int(rng.integers(2, 8))
    if u < 0.88:
        return "h264", int(rng.integers(14, 26))
    return "dv", 0


def through(y, c, bottom, pal, kind, quality):
    """Frames as they come back; the same shapes."""
    n, h, w = y.shape
    size, top = (w, h), ("tff", "bff")[bottom]
    args = {"mpeg2": ["-c:v", "mpeg2video", "-q:v", str(quality), "-flags", "+ildct+ilme", "-g", "12", "-bf", "2"],
            "h264": ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(quality), "-flags", "+ildct+ilme", "-x264-params",
                     "%s=1:threads=1" % top],
            "dv": ["-c:v", "dvvideo"]}[kind]
    pixels = "yuv420p"
    if kind == "dv":  # which has one size only: mirrored copies fill it
        size, pixels = DV[pal][:2], DV[pal][2]
        y, c = mirrored(y, *size), mirrored(c, size[0] // 2, size[1] // 2)
    raw = np.concatenate([y.reshape(n, -1), c.reshape(n, -1)], 1).tobytes()
    rate = "25" if pal else "30000/1001"
    shape = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "%dx%d" % size, "-r", rate]
    convert = ["-vf", "setfield=%s,scale=interl=1,format=%s" % (top, pixels)]
    one = ["ffmpeg", "-v", "error", "-threads", "1"]
    coded = subprocess.run(one + shape + ["-i", "-"] + convert + args + ["-threads", "1", "-f", "nut", "-"],
                           input=raw, stdout=subprocess.PIPE, check=True).stdout
    back = subprocess.run(one + ["-i", "-", "-vf", "scale=interl=1,format=yuv420p", "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
                          input=coded, stdout=subprocess.PIPE, check=True).stdout
    a = np.frombuffer(back, np.uint8).reshape(n, -1)
    s = size[0] * size[1]
    return (a[:, :s].reshape(n, size[1], size[0])[:, :h, :w],
            a[:, s:].reshape(n, 2, size[1] // 2, size[0] // 2)[:, :, :h // 2, :w // 2])


def mirrored(a, w, h):
    """a repeated to the right and downwards, every other copy mirrored; downwards by whole pictures, which keeps fields in their rows."""
    if a.shape[-1] > w or a.shape[-2] > h:
        raise ValueError("DV pictures are %dx%d at most" % (w, h))
    pads = [(0, 0)] * (a.ndim - 2)
    a = np.pad(a, pads + [(0, 0), (0, w - a.shape[-1])], mode="symmetric")
    rows = np.arange(h) % a.shape[-2]
    return np.ascontiguousarray(a[..., rows, :])
