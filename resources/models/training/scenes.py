"""The bench's sources, none of which is in a training clip: the photographs of the split `test` in motion, two real videos, titles over a photograph."""
import os
import subprocess

import numpy as np
import torch

import clips
import evaluate
import motion
import titles

# Of forensics-samples-files (Joao Eriberto Mota Filho, CC-BY-SA-4.0): name, first frame, left edge of the part at 1024x576.
FOLDER = "packages/forensics-samples-files/usr/share/forensics-samples/original-files"
VIDEOS = {"face": ("movie2/movie-hello.mp4", 60, 160), "dog": ("movie1/VID_20191220_170832.mp4", 8, 160)}


def names(data):
    return list(VIDEOS) + ["titles"] + ["photo%d" % i for i in range(len(clips.photos(data, "test")))]


def video(data, name, w, h, times):
    """Successive frames of a real video, taken for moments at field rate: it plays at twice its speed."""
    path, first, left = VIDEOS[name]
    vf = "trim=start_frame=%d:end_frame=%d,scale=1024:576:flags=area:out_range=tv,crop=%d:%d:%d:%d,format=yuv420p" % (
        first, first + times, 2 * w, 2 * h, left, (576 - 2 * h) // 4 * 2)
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", os.path.join(data, FOLDER, path), "-an", "-vf", vf, "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
                         stdout=subprocess.PIPE, check=True).stdout
    a = torch.from_numpy(np.frombuffer(raw, np.uint8).reshape(-1, 6 * w * h).astype(np.float32))
    if len(a) != times:
        raise ValueError("%s gives %d moments instead of %d" % (path, len(a), times))
    return a[:, :4 * w * h].reshape(-1, 2 * h, 2 * w), a[:, 4 * w * h:].reshape(-1, 2, h, w)


def moments(data, name, w, h, times, middle, speed, seed):
    """What a source shows: luma [T,2h,2w] and chroma [T,2,h,w], codes. Photographs pan at speed enlarged pixels a moment (0: they stand still)."""
    if name in VIDEOS:
        return video(data, name, w, h, times)
    rng = np.random.default_rng(seed)
    levels = clips.photos(data, "test")[5 if name == "titles" else int(name[5:])]
    level = levels[min(1, len(levels) - 1)]
    path = motion.pan(rng, times, speed, middle) if speed else motion.still(rng, times)
    y, c = clips.view(level, path, w, h, evaluate.best(level, rng), 1.0)
    if name == "titles":
        y, c = titles.before(rng, y, c)
    return y.clamp(4, 250), c.clamp(4, 250)
