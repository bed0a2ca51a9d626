"""The bench: unseen sources on several tapes and as progressive pictures, the networks against ffmpeg's filters, the program before this one and a published network.

usage: bench.py ../tape-fast.onnx [...] [--data build/training] [--short] [--tapes "VHS SP;clean"] [--sheets FOLDER] [--slim FOLDER]
24 moments of 352x240 (PAL: 352x288) at field rate for each source and tape; two successive ones, a top and a bottom field's, are measured at twice the size,
16 lines and columns of each edge left out. Figures are kept in DATA/evaluation, and not measured again while the code and the networks stay the same; several
of these can run at once on different tapes. All of it takes nine minutes of one idle core, the short form one.
"""
import argparse
import hashlib
import json
import os
import time

import numpy as np
import torch

import evaluate
import rivals
import scenes
import sheets
from cases import AUTO, CASES, OUTSIDE, measure, rows, sequence

SHORT = (("VHS SP", "filters, heavy, PAL", "clean"), ("face", "titles", "photo0", "photo4"))
CLASSICAL, DENOISED = "bwdif + hqdn3d 8:6:12:9", "bwdif + nlmeans"
CODE = ("cases", "rivals", "scenes", "tape", "composite", "capture", "film", "titles", "clips", "motion", "temporal")


def stamp(paths):
    """Changes when what was measured does."""
    h = hashlib.sha256()
    for p in sorted(paths):
        with open(p, "rb") as f:
            h.update(f.read())
    return h.hexdigest()[:16]


class Kept:
    """The figures of one tape that were measured already: {stamp|method|tape|source: measures}."""

    def __init__(self, data, case):
        name = "".join(a if a.isalnum() else "-" for a in case)
        self.path = os.path.join(data, "evaluation", "bench-%s.json" % name)
        self.figures = {}
        if os.path.exists(self.path):
            with open(self.path) as f:
                self.figures = json.load(f)

    def save(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".part", "w") as f:
            json.dump(self.figures, f)
        os.replace(self.path + ".part", self.path)


def mean(r, keep, k):
    return np.mean([v[k] for key, v in r.items() if keep(*key) and v[k] is not None])


def inside(case, source):
    return case not in OUTSIDE


def table(results, cases):
    """results {method: {(tape, source): measures}} as Markdown; methods that were not measured on these cases are left out."""
    lines = ["| PSNR-Y, dB | " + " | ".join(cases) + " | **mean** | chroma | SSIM | flicker |", "|---" * (len(cases) + 5) + "|"]
    for name, r in results.items():
        r = {k: v for k, v in r.items() if k[0] in cases}
        if not r:
            continue
        cells = ["%.2f" % mean(r, lambda c, s, w=w: c == w, 0) for w in cases]
        cells += ["**%.2f**" % mean(r, inside, 0), "%.2f" % mean(r, inside, 1), "%.4f" % mean(r, inside, 2), "%.2f" % mean(r, inside, 3)]
        lines.append("| %s | " % name + " | ".join(cells) + " |")
    return "\n".join(lines)


def sources_table(results, cases, sources):
    """The same by source."""
    lines = ["| PSNR-Y, dB | " + " | ".join(sources) + " |", "|---" * (len(sources) + 1) + "|"]
    for name, r in results.items():
        r = {k: v for k, v in r.items() if k[0] in cases}
        if not r:
            continue
        lines.append("| %s | " % name + " | ".join("%.2f" % mean(r, lambda c, s, w=w: inside(c, s) and s == w, 0) for w in sources) + " |")
    return "\n".join(lines)


def behind(results, nets):
    """Where each network is more than 0.1 dB below a row, worst first."""
    lines = []
    for net in nets:
        for row in (CLASSICAL, DENOISED):
            d = sorted((r[0] - results[row][key][0], key) for key, r in results[net].items() if key in results[row])
            below = [(v, key) for v, key in d if v < -0.1]
            lines.append("%s against %s: more than 0.1 dB behind in %d of %d" % (net, row, len(below), len(d)))
            lines += ["- %s, %s: %.2f dB" % (*key, v) for v, key in below[:6]]
    return "\n".join(lines)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("network", nargs="+")
    ap.add_argument("--data", default="build/training")
    ap.add_argument("--short", action="store_true", help="three tapes, four sources")
    ap.add_argument("--sources", type=int, default=11, help="only the first so many")
    ap.add_argument("--tapes", help="only these, with semicolons between them")
    ap.add_argument("--sheets", help="a folder for contact sheets")
    ap.add_argument("--slim", help="the folder models/x2 of @upscalerjs/esrgan-slim")
    o = ap.parse_args()
    torch.set_num_threads(1)
    nets = {os.path.splitext(os.path.basename(p))[0]: evaluate.from_onnx(p) for p in o.network}
    everything = scenes.names(o.data)
    cases, sources = SHORT if o.short else (tuple(CASES), tuple(everything[:o.sources]))
    if o.tapes:
        cases = tuple(o.tapes.split(";"))
    slim = rivals.Slim(o.slim) if o.slim else None
    todo = {p: rows(nets, slim, p) for p in (False, True)}
    here = os.path.dirname(os.path.abspath(__file__))
    marks = {n: stamp([os.path.join(here, c + ".py") for c in CODE] + [p for p in o.network if os.path.basename(p) == n.removesuffix(AUTO) + ".onnx"]) for t in todo.values() for n in t}
    results, begun, wanted = {n: {} for n in marks}, time.time(), sheets.wanted() if o.sheets else {}
    for i, case in enumerate(cases):
        kept = Kept(o.data, case)
        for source in sources:
            show = wanted.get((case, source), {})
            s = None
            for name, run in todo[CASES[case][1]].items():
                key = "|".join((marks[name], name, case, source))
                if key not in kept.figures or name in show:
                    s = s or sequence(o.data, case, source, list(CASES).index(case) + everything.index(source))
                    out = run(s[:4])
                    kept.figures[key] = measure(out, s[4])
                    if name in show:
                        show[name] = (out[0][0], out[1][0])
                results[name][case, source] = kept.figures[key]
            if s:
                kept.save()
                if show:
                    show["truth"] = tuple(a[0] / 255 for a in s[4])
        print("%d of %d tapes, %.0f s" % (i + 1, len(cases), time.time() - begun), flush=True)
    if o.sheets:
        sheets.write(o.sheets, wanted)
    for progressive in (False, True):
        some = [c for c in cases if CASES[c][1] == progressive]
        if some:
            print("\n%s\n\n%s" % (table(results, some), sources_table(results, some, sources)))
    print("\n" + behind(results, [n for n in results if n.removesuffix(AUTO) in nets]))


if __name__ == "__main__":
    main()
