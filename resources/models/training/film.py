"""What progressive pictures go through: films on DVD, webcams and early web video, films on tape brought back to their pictures.

Frames are luma float32 [T,h,w] and chroma [T,2,h/2,w/2], values code/255 of limited-range BT.601. Quantisers and rates are those of the
formats' usual programs: DVDs of 8 down to 3 Mbit/s, H.264 and MPEG-4 as phones and sites make them, motion JPEG as webcams do.
"""
import subprocess

import numpy as np
from scipy.ndimage import gaussian_filter1d

import tape

KINDS = ("dvd", "web", "tape", "clean")
CODECS = {"mpeg2": ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-q:v"], "mpeg4": ["-c:v", "mpeg4", "-g", "100", "-q:v"], "mjpeg": ["-c:v", "mjpeg", "-q:v"],
          "h264": ["-c:v", "libx264", "-preset", "veryfast", "-x264-params", "threads=1", "-crf"]}


def draw(rng, pal):
    """What a source of some kind went through, at random."""
    u, kind = rng.uniform, str(rng.choice(KINDS, p=(0.36, 0.34, 0.2, 0.1)))
    p = dict(kind=kind, blur=(0.0, 0.0), sharpen=0.0, sharpen_width=1.5, noise=0.0, noise_width=0.4, chroma_noise=0.0, chroma_width=0.8, codec=None)
    if kind == "dvd":  # grain, the scanner's and the master's softness, edges drawn after
        p.update(blur=(u(0, 0.7), u(0, 0.5)), sharpen=u(0, 0.6) * (rng.random() < 0.5), sharpen_width=u(0.8, 2), noise=10 ** u(-3, -1.7), noise_width=u(0.3, 0.9),
                 chroma_noise=10 ** u(-3.2, -2.1), codec=("mpeg2", int(rng.integers(2, 9))) if rng.random() < 0.8 else ("h264", int(rng.integers(16, 25))))
    elif kind == "web":  # small lenses, sensors' noise, sharpened by the camera
        b = u(0.2, 1.1)
        p.update(blur=(b, b * u(0.8, 1.2)), sharpen=u(0, 1.2) * (rng.random() < 0.6), sharpen_width=u(0.8, 1.8), noise=10 ** u(-2.7, -1.4), noise_width=u(0.3, 1.1),
                 chroma_noise=10 ** u(-2.7, -1.6), chroma_width=u(0.5, 2.5))
        p["codec"] = [None, ("mjpeg", int(rng.integers(3, 12))), ("mpeg4", int(rng.integers(3, 11))), ("h264", int(rng.integers(20, 31)))][rng.integers(4)]
    elif kind == "tape":
        while True:
            t = tape.draw(rng, pal)
            if not t["clean"]:
                break
        p.update(tape=t, codec=(None, ("mpeg2", int(rng.integers(2, 8))), ("h264", int(rng.integers(16, 25))))[rng.integers(3)])
    elif rng.random() < 0.6:
        p["codec"] = ("mpeg2", int(rng.integers(2, 5))) if rng.random() < 0.5 else ("h264", int(rng.integers(14, 22)))
    return p


def play(y, c, p, rng):
    """Frames as made to frames as captured: uint8 codes, before any compression."""
    if p["kind"] == "tape":  # each line went to the tape in its field; both fields of a frame show the same moment
        split = lambda a: np.stack([a[..., 0::2, :], a[..., 1::2, :]], 1).reshape((-1,) + a.shape[1:-2] + (a.shape[-2] // 2, a.shape[-1]))
        fy, fc = tape.play(split(y), split(c), p["tape"], rng)
        return join(fy), join(fc)
    for axis, sigma in zip((-1, -2), p["blur"]):
        if sigma > 0.15:
            y = gaussian_filter1d(y, sigma, axis=axis, mode="nearest", truncate=3)
            c = gaussian_filter1d(c, sigma, axis=axis, mode="nearest", truncate=3)
    if p["sharpen"]:
        soft = gaussian_filter1d(gaussian_filter1d(y, p["sharpen_width"], axis=-1, mode="nearest"), p["sharpen_width"], axis=-2, mode="nearest")
        y = y + p["sharpen"] * (y - soft)
    if p["noise"]:  # less of it in the dark, as sensors and grain have it
        y = y + p["noise"] * (0.5 + np.sqrt(y.clip(0, 1))) * tape.noise(rng, y.shape, p["noise_width"], p["noise_width"])
        c = c + p["chroma_noise"] * tape.noise(rng, c.shape, p["chroma_width"], p["chroma_width"])
    code = lambda a: (a * 255 + 0.5).clip(1, 254).astype(np.uint8)
    return code(y), code(c)


def join(a):
    """Fields [2T,..,h/2,w], two of each moment, top first, to frames [T,..,h,w]."""
    out = np.empty((len(a) // 2,) + a.shape[1:-2] + (a.shape[-2] * 2, a.shape[-1]), a.dtype)
    out[..., 0::2, :], out[..., 1::2, :] = a[0::2], a[1::2]
    return out


def through(y, c, kind, quality):
    """uint8 frames y [n,h,w], c [n,2,h/2,w/2] through a codec and back."""
    n, h, w = y.shape
    raw = np.concatenate([y.reshape(n, -1), c.reshape(n, -1)], 1).tobytes()
    one = ["ffmpeg", "-v", "error", "-threads", "1"]
    pixels = ["-strict", "unofficial", "-color_range", "tv"] if kind == "mjpeg" else []
    coded = subprocess.run(one + ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "%dx%d" % (w, h), "-r", "25", "-i", "-"] + CODECS[kind] + [str(quality)] + pixels
                           + ["-threads", "1", "-f", "nut", "-"], input=raw, stdout=subprocess.PIPE, check=True).stdout
    back = subprocess.run(one + ["-i", "-", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], input=coded, stdout=subprocess.PIPE, check=True).stdout
    a = np.frombuffer(back, np.uint8).reshape(n, -1)
    return a[:, :h * w].reshape(n, h, w), a[:, h * w:].reshape(n, 2, h // 2, w // 2)
