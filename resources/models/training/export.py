"""Writes a checkpoint as ONNX (opset 13) and the vectors that engines are checked against.

usage: export.py [CHECKPOINT] ../tape-fast.onnx [--gain TEXT] [--least 0.4]     (a checkpoint of train.py; none: an untrained network)
The same weights give the same bytes.
"""
import argparse
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import network

LICENCE = "Weights trained from free photographs, see MODEL_CARD.md"


def build(model, meta):
    convs = [m for m in model.body if isinstance(m, torch.nn.Conv2d)]
    nodes, weights, x = [], [], "x"
    for i, c in enumerate(convs):
        last = i == len(convs) - 1
        w = c.weight.detach().numpy().astype(np.float32)
        b = c.bias.detach().numpy().astype(np.float32)
        weights += [numpy_helper.from_array(w, "w%d" % i), numpy_helper.from_array(b, "b%d" % i)]
        out = "y" if last else "c%d" % i
        nodes.append(helper.make_node("Conv", [x, "w%d" % i, "b%d" % i], [out], "conv%d" % i, kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        if not last:
            nodes.append(helper.make_node("LeakyRelu", [out], ["a%d" % i], "leaky%d" % i, alpha=0.1))
        x = "a%d" % i
    graph = helper.make_graph(
        nodes, meta["tapelight.name"],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, convs[0].in_channels, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, convs[-1].out_channels, "h", "w"])], weights)
    m = helper.make_model(graph, producer_name="tapelight", opset_imports=[helper.make_opsetid("", 13)])
    m.ir_version = 8
    for k in sorted(meta):
        e = m.metadata_props.add()
        e.key, e.value = k, meta[k]
    onnx.checker.check_model(m)
    return m.SerializeToString(deterministic=True)


def pattern(shape, seed=1):
    """Inputs anyone can make: s = (s*1664525 + 1013904223) mod 2^32 from s = seed, value (s >> 8)/2^24 - 0.5, channel after channel,
    row after row."""
    n, s = int(np.prod(shape)), seed
    out = np.empty(n, np.float32)
    for i in range(n):
        s = (s * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = np.float32((s >> 8) / 16777216.0 - 0.5)
    return out.reshape(shape)


def check(model, w=24, h=16, count=20):
    """The float64 output of the network for pattern() at `count` positions (channel, row, column), corners among them."""
    x = pattern((1, len(model.inputs), h, w))
    with torch.no_grad():
        y = model.double()(torch.from_numpy(x).double())[0].numpy()
    model.float()
    o = y.shape[0]
    at = [(0, 0, 0), (o - 1, h - 1, w - 1), (3, 0, w - 1), (17, h - 1, 0)]
    at += [((7 * i + 5) % o, (5 * i + 3) % h, (11 * i + 2) % w) for i in range(count - len(at))]
    return {"input": " ".join(pattern.__doc__.split()), "seed": 1, "w": w, "h": h, "channels": len(model.inputs),
            "outputs": [{"c": c, "y": r, "x": q, "value": float(y[c, r, q])} for c, r, q in at]}


def load(path):
    k = torch.load(path, map_location="cpu")
    m = network.Tape(k["inputs"], k["width"], k["depth"])
    m.load_state_dict(k["state"])
    return m.eval(), k


def untrained():
    torch.manual_seed(0)
    inputs = network.layout("fields")
    m = network.Tape(inputs).eval()
    return m, {"base": "companion", "companion": "4:3:6:4.5", "training": "none: random weights", "gain": "none: random weights"}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("checkpoint", nargs="?", help="without it, an untrained network")
    ap.add_argument("target")
    ap.add_argument("--least", help="the share of it, 0..1, that captures without noise get; without it 0.4")
    ap.add_argument("--gain", help="one line with the measured gain (evaluate.py)")
    o = ap.parse_args()
    m, k = load(o.checkpoint) if o.checkpoint else untrained()
    training = k.get("training") or "%d steps in %.0f min of 1 thread on simulated %s, photographs of %s" % (
        k["step"], k["seconds"] / 60, "film and web video" if k.get("form") == "frames" else "tapes", "photos.tsv")
    name = os.path.splitext(os.path.basename(o.target))[0]
    meta = {"tapelight.name": name, "tapelight.layout": network.layout_json(m.inputs, k["base"], k.get("form") != "frames"), "tapelight.companion": k["companion"],
            "tapelight.licence": LICENCE, "tapelight.training": training, "tapelight.gain": o.gain or k.get("gain") or "not measured"}
    if o.least:
        meta["tapelight.least"] = o.least
    with open(o.target, "wb") as f:
        f.write(build(m, meta))
    with open(os.path.splitext(o.target)[0] + ".check.json", "w") as f:
        json.dump(check(m), f, indent=1)
        f.write("\n")
    print(o.target, os.path.getsize(o.target), "bytes,", m.macs(720, 480) / 1e9, "GMAC a frame of 720x480")


if __name__ == "__main__":
    main()
