"""What the networks are held against: ffmpeg's filters, the program before this one, and a published network."""
import json
import os
import subprocess

import numpy as np
import torch
import torch.nn.functional as F

# Filters between the deinterlacer and lanczos; the deinterlacer is bwdif where none is named.
CHAINS = {
    "bwdif": ("bwdif=1:%d", ""),
    "bwdif + hqdn3d 4:3:6:4.5": ("bwdif=1:%d", "hqdn3d=4:3:6:4.5,"),
    "bwdif + hqdn3d 8:6:12:9": ("bwdif=1:%d", "hqdn3d=8:6:12:9,"),
    "bwdif + nlmeans": ("bwdif=1:%d", "nlmeans=s=3:p=5:r=11,"),
    "estdif + hqdn3d 4:3:6:4.5": ("estdif=mode=field:parity=%s", "hqdn3d=4:3:6:4.5,"),
}
LANCZOS = "scale=iw*2:ih*2:flags=lanczos"
MATRIX = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])  # BT.601, limited, RGB 0..1


def head(bottom, progressive, deinterlace):
    """The chain's beginning."""
    if progressive:
        return "setfield=prog,format=yuv420p10le,"
    order = ("tff", "bff")[bottom]
    return "setfield=%s,format=yuv420p10le,%s," % (order, deinterlace % (order if "%s" in deinterlace else bottom))


def play(y, c, vf, pixels="yuv420p10le"):
    """Frames y [n,h,w], c [n,2,h/2,w/2] (uint8) through ffmpeg: y [m,H,W] and c [m,2,H/2,W/2] in 0..1."""
    n, h, w = y.shape
    raw = np.concatenate([y.reshape(n, -1), c.reshape(n, -1)], 1).tobytes()
    r = subprocess.run(["ffmpeg", "-v", "error", "-filter_threads", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "%dx%d" % (w, h), "-r", "30000/1001",
                        "-i", "-", "-vf", vf, "-f", "rawvideo", "-pix_fmt", pixels, "-"], input=raw, stdout=subprocess.PIPE, check=True).stdout
    big = 2 if "scale" in vf else 1
    kind, top = (np.uint16, 1023) if "10" in pixels else (np.uint8, 255)
    h, w = h * big, w * big
    a = np.frombuffer(r, kind).reshape(-1, 3 * h * w // 2).astype(np.float32) / top
    return a[:, :h * w].reshape(-1, h, w), a[:, h * w:].reshape(-1, 2, h // 2, w // 2)


def chain(name, y, c, bottom, progressive):
    deinterlace, filters = CHAINS[name]
    return play(y, c, head(bottom, progressive, deinterlace) + filters + LANCZOS)


def predecessor(y, c, bottom, progressive):
    """Its preset vhs: yadif and hqdn3d 3:2:3:2 to H.264 at crf 15, lanczos to H.264 at crf 18; 8 bits all the way."""
    n, h, w = y.shape
    raw = np.concatenate([y.reshape(n, -1), c.reshape(n, -1)], 1).tobytes()
    one = ["ffmpeg", "-v", "error", "-threads", "1"]
    x264 = lambda crf, preset: ["-c:v", "libx264", "-threads", "1", "-crf", str(crf), "-preset", preset, "-pix_fmt", "yuv420p", "-f", "nut", "-"]
    vf = "setfield=%s%s,hqdn3d=3:2:3:2" % ("prog" if progressive else ("tff", "bff")[bottom], "" if progressive else ",yadif=1")
    a = subprocess.run(one + ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "%dx%d" % (w, h), "-r", "30000/1001", "-i", "-", "-vf", vf] + x264(15, "fast"),
                       input=raw, stdout=subprocess.PIPE, check=True).stdout
    b = subprocess.run(one + ["-i", "-", "-vf", LANCZOS] + x264(18, "slow"), input=a, stdout=subprocess.PIPE, check=True).stdout
    r = subprocess.run(one + ["-i", "-", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], input=b, stdout=subprocess.PIPE, check=True).stdout
    a = np.frombuffer(r, np.uint8).reshape(-1, 6 * h * w).astype(np.float32) / 255
    return a[:, :4 * h * w].reshape(-1, 2 * h, 2 * w), a[:, 4 * h * w:].reshape(-1, 2, h, w)


class Slim:
    """@upscalerjs/esrgan-slim 1.0.0 (npm, MIT), twofold: its layers as model.json lists them. It reads and gives RGB 0..255."""

    def __init__(self, folder):
        with open(os.path.join(folder, "model.json")) as f:
            model = json.load(f)
        config = model["modelTopology"]["model_config"]["config"]
        self.layers, self.output, self.weights, at = config["layers"], config["output_layers"][0][0], {}, 0
        with open(os.path.join(folder, "group1-shard1of1.bin"), "rb") as f:
            raw = f.read()
        for w in model["weightsManifest"][0]["weights"]:
            n = int(np.prod(w["shape"]))
            self.weights[w["name"]] = torch.from_numpy(np.frombuffer(raw, np.float32, n, at).reshape(w["shape"]).copy())
            at += 4 * n

    def __call__(self, x):
        seen = {}
        for l in self.layers:
            name, kind = l["name"], l["class_name"]
            if kind == "InputLayer":
                seen[name] = x
                continue
            i = [seen[n[0]] for n in l["inbound_nodes"][0]]
            if kind == "Conv2D":
                k = self.weights[name + "/kernel"].permute(3, 2, 0, 1)
                seen[name] = F.conv2d(i[0], k, self.weights[name + "/bias"], padding=k.shape[-1] // 2)
            elif kind == "Activation":
                seen[name] = F.relu(i[0])
            elif kind == "Concatenate":
                seen[name] = torch.cat(i, 1)
            elif kind == "Add":
                seen[name] = i[0] + i[1]
            elif kind == "UpSampling2D":
                seen[name] = F.interpolate(i[0], scale_factor=2, mode="nearest")
            else:
                raise ValueError("a layer of kind " + kind)
        return seen[self.output]

    def run(self, y, c):
        """Deinterlaced y [h,w], c [2,h/2,w/2] in 0..1 to the same at twice the size."""
        h, w = y.shape
        wide = F.interpolate(torch.from_numpy(c)[None], (h, w), mode="bilinear", align_corners=False)[0].numpy()
        yuv = np.concatenate([y[None], wide])
        rgb = np.einsum("ij,jhw->ihw", np.linalg.inv(MATRIX), yuv * 255 - np.array([16, 128, 128])[:, None, None])
        with torch.no_grad():
            out = self(torch.from_numpy(rgb.astype(np.float32))[None].clamp(0, 1) * 255)[0].numpy().clip(0, 255) / 255
        yuv = (np.einsum("ij,jhw->ihw", MATRIX, out) + np.array([16, 128, 128])[:, None, None]) / 255
        return yuv[0].astype(np.float32), yuv[1:].reshape(2, h, 2, w, 2).mean((2, 4)).astype(np.float32)
