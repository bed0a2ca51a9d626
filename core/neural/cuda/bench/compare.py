#!/usr/bin/env python3
"""Holds the GPU engine's speeds (tapelight-cli bench gpu --json) beside PyTorch's on the same networks, card and run.

PyTorch runs the layers alone, from and to tensors in its own layout: fp16, channels_last, cudnn.benchmark, once as a CUDA graph and once
through torch.compile. Ours runs from planes to planes, with unshuffle, shuffle and the enlarged base, so that the comparison favours PyTorch.
Medians of five runs."""

import argparse
import json
import statistics


def layers(torch, channels, body):
    sizes = [24] + [channels] * (body + 1) + [24]
    parts = []
    for a, b in zip(sizes, sizes[1:]):
        parts += [torch.nn.Conv2d(a, b, 3, padding=1), torch.nn.LeakyReLU(0.1, inplace=True)]
    return torch.nn.Sequential(*parts[:-1])


def timed(torch, run, repeats):
    """Seconds of one run: the median of five series."""
    for _ in range(3):
        run()
    torch.cuda.synchronize()
    series = []
    for _ in range(5):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(repeats):
            run()
        end.record()
        end.synchronize()
        series.append(begin.elapsed_time(end) / 1000 / repeats)
    return statistics.median(series)


def pytorch(torch, s):
    """Pictures a second as a CUDA graph and through torch.compile; None where it can't be done."""
    torch.backends.cudnn.benchmark = True
    net = layers(torch, s["channels"], s["layers"]).cuda().half().to(memory_format=torch.channels_last).eval()
    x = torch.randn(s["batch"], 24, s["height"] // 2, s["width"] // 2, device="cuda", dtype=torch.float16).to(memory_format=torch.channels_last)
    repeats = max(32 // s["batch"], 1)
    fps = []
    with torch.inference_mode():
        try:
            side = torch.cuda.Stream()
            with torch.cuda.stream(side):
                for _ in range(3):
                    net(x)
            side.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                net(x)
            fps.append(s["batch"] / timed(torch, graph.replay, repeats))
        except Exception as e:  # out of memory, or an old PyTorch
            print(f"CUDA graph: {e}")
            fps.append(None)
        try:
            compiled = torch.compile(net, mode="max-autotune")
            fps.append(s["batch"] / timed(torch, lambda: compiled(x), repeats))
        except Exception as e:
            print(f"torch.compile: {e}")
            fps.append(None)
    return fps


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--alone", action="store_true", help="without PyTorch")
    p.add_argument("ours", help="what tapelight-cli bench gpu --json printed")
    a = p.parse_args()
    with open(a.ours) as f:
        reports = json.load(f)
    torch = None
    if not a.alone:
        import torch as torch

        print(f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {torch.cuda.get_device_name(0)}")
    for r in reports[: 1 if torch else None]:
        copy, matrix = r.get("copy_peak", 0), r.get("matrix_peak", 0)
        print(f"\n{r['id']} {r['name']}: copying reaches {copy / 1e9:.0f} GB/s, matrix products {matrix / 1e12:.1f} TFLOP/s\n")
        print("| network | picture | batch | fps | TFLOP/s | of peak | GB/s | of peak | of the larger floor | fps with transfers | busy | PyTorch graph | ratio | torch.compile | ratio |")
        print("|" + "---|" * 15)
        for s in r.get("speeds", []):
            arithmetic = s["flops"] / matrix if matrix else 0
            moving = s["bytes"] / copy if copy else 0
            row = [s["network"], f"{s['width']}x{s['height']}", str(s["batch"]), f"{s['fps']:.1f}", f"{s['flops'] / 1e12:.2f}", f"{100 * arithmetic:.0f} %"]
            row += [f"{s['bytes'] / 1e9:.0f}", f"{100 * moving:.0f} %", f"{100 * max(arithmetic, moving):.0f} %", f"{s['stream_fps']:.1f}", f"{100 * s['busy']:.0f} %"]
            for fps in pytorch(torch, s) if torch else (None, None):
                row += [f"{fps:.1f}", f"{s['fps'] / fps:.2f}"] if fps else ["-", "-"]
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
