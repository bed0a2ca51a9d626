"""Makes compact*.onnx and compact*.bin: networks of SRVGGNetCompact's form with small random weights, exported by PyTorch, and PyTorch's own
output for a picture given by a formula. Needs torch and onnx. usage: python3 compact.py (in this folder)

The .bin files hold float32, little endian: the output [3, s*h, s*w] for the input picture
    code(c, y, x) = (37*c + 11*y*y + 7*x + 3*x*y) mod 256,   value = code / 255,   h = 10, w = 14.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

H, W = 10, 14


class Compact(nn.Module):
    def __init__(self, features, convs, scale, act, base="nearest", unshuffle=1, clip=False):
        super().__init__()
        self.scale, self.base, self.unshuffle, self.clip = scale, base, unshuffle, clip
        r = scale * unshuffle
        body = []
        width = 3 * unshuffle * unshuffle
        for _ in range(convs + 1):
            body += [nn.Conv2d(width, features, 3, 1, 1), act(features)]
            width = features
        body += [nn.Conv2d(width, 3 * r * r, 3, 1, 1), nn.PixelShuffle(r)]
        self.body = nn.Sequential(*body)

    def forward(self, x):
        y = x
        if self.unshuffle > 1:
            b, c, h, w = x.shape
            s = self.unshuffle
            y = x.view(b, c, h // s, s, w // s, s).permute(0, 1, 3, 5, 2, 4).reshape(b, c * s * s, h // s, w // s)
        y = self.body(y)
        if self.scale > 1:
            x = F.interpolate(x, scale_factor=self.scale, mode=self.base, **({} if self.base == "nearest" else {"align_corners": False}))
        y = y + x
        return y.clamp(0, 1) if self.clip else y


def picture():
    c, y, x = np.meshgrid(np.arange(3), np.arange(H), np.arange(W), indexing="ij")
    return torch.from_numpy((((37 * c + 11 * y * y + 7 * x + 3 * x * y) % 256) / 255).astype(np.float32))[None]


def prelu(features):
    act = nn.PReLU(features)
    with torch.no_grad():
        act.weight.uniform_(-0.2, 0.5)
    return act


cases = {
    "compact2x": dict(net=lambda: Compact(2, 1, 2, prelu), opset=13, dynamic=True),
    "compact4x_opset9": dict(net=lambda: Compact(2, 0, 4, lambda f: nn.LeakyReLU(0.1)), opset=9, dynamic=False),
    "compact2x_unshuffle": dict(net=lambda: Compact(3, 1, 2, lambda f: nn.ReLU(), "bilinear", 2), opset=13, dynamic=True),
    "compact3x_bicubic": dict(net=lambda: Compact(2, 0, 3, prelu, "bicubic", clip=True), opset=11, dynamic=True),
    "compact1x": dict(net=lambda: Compact(2, 1, 1, prelu), opset=17, dynamic=True),
}
for k, (name, case) in enumerate(cases.items()):
    torch.manual_seed(k)
    net = case["net"]().eval()
    axes = {"input": {2: "height", 3: "width"}, "output": {2: "height", 3: "width"}} if case["dynamic"] else None
    x = picture()
    torch.onnx.export(net, x, name + ".onnx", opset_version=min(case["opset"], 16), input_names=["input"], output_names=["output"], dynamic_axes=axes)
    with torch.no_grad():
        net(x)[0].numpy().astype("<f4").tofile(name + ".bin")
