"""Trains the network on clips; goes on from DATA/NAME.pt, takes up clips that get ready while it runs. The loss is how much smaller the error is than
the plain denoiser's, as a logarithm: of each clip as a whole, and of each band of half an octave."""
import argparse
import math
import pathlib
import time

import numpy as np
import torch

import dsp
import mixture
from network import FEATURES, Network, corrected, inputs, spread

EDGE = 8  # windows at either end of a piece that don't count
TRUTH = ('real', 'imag', 'long_real', 'long_imag')
FLOOR = 0.1  # the least gain that is of use: restoration leaves some noise


def piece(path, rng, windows):
    with np.load(path) as d:
        arrays = {k: d[k] for k in (*FEATURES, *TRUTH)}
        noise, kind = d['noise'], str(d['kind'])
    at = 0 if rng is None else rng.integers(len(arrays['real']) - windows + 1)
    cut = {k: np.ascontiguousarray(v[at:at + windows].astype(np.float32)) for k, v in arrays.items()}
    cut['gain'] = np.minimum(dsp.log_amplitude(np.exp(cut['refined']), np.exp(cut['gamma'])), 1)
    cut['noise'] = noise
    return cut, kind


def batch(pieces):
    t = {k: torch.from_numpy(np.stack([p[k] for p in pieces])) for k in pieces[0]}
    t['logs'] = torch.stack([t[k] for k in FEATURES], 1)
    return t


BANDS = None


def bands():
    global BANDS
    if BANDS is None:
        hz = np.fft.rfftfreq(2048, 1 / mixture.RATE)
        nearest = np.abs(np.log(np.maximum(hz, 60))[:, None] - np.log(mixture.CENTRES)).argmin(1)
        BANDS = torch.from_numpy(np.eye(len(mixture.CENTRES), dtype=np.float32)[nearest])
    return BANDS


def errors(t, gain, share=0.):
    """Of each clip and bin, summed over the windows, in units of the noise expected; share is the long window's."""
    gain = torch.where(gain < FLOOR, FLOOR + 0.05 * (gain - FLOOR), gain)
    real, imag = gain + share * (t['long_real'] - gain) - t['real'], share * t['long_imag'] - t['imag']
    e = torch.exp(t['logs'][:, 0]) * (real * real + imag * imag)
    return e[:, EDGE:-EDGE].sum(1)


def loss_of(t, net):
    correction, share = net(inputs(t))
    before, after = errors(t, t['gain']), errors(t, corrected(t['gain'], correction), torch.sigmoid(spread(share)))
    least = 0.02 * t['logs'].shape[2]
    whole = torch.log(((after + 1e-3) * t['noise']).sum(1) / ((before + 1e-3) * t['noise']).sum(1))
    by_band = torch.log((after @ bands() + least) / (before @ bands() + least)).mean(1)
    return whole, by_band


def check(net, paths):
    """Mean improvement in dB over the denoiser alone, of music and of the rest: whole, and by bands."""
    got = {}
    with torch.no_grad():
        for p in paths:
            cut, kind = piece(p, None, 256)
            whole, by_band = loss_of(batch([cut]), net)
            got.setdefault('music' if kind == 'music' else 'speech', []).append([-10 / math.log(10) * float(v) for v in (whole, by_band)])
    return '  '.join(f'{k} {np.mean(v, 0)[0]:+.3f} (worst {np.min(v, 0)[0]:+.2f}) bands {np.mean(v, 0)[1]:+.3f}' for k, v in sorted(got.items()))


def grown(net, smaller):
    """net, made to give what a smaller one gives: its new channels add nothing to the old ones yet."""
    for name, v in net.state_dict().items():
        old = smaller[name]
        if old.ndim > 1 and not name.startswith('place'):
            v[:old.shape[0]] = 0
        v[tuple(slice(n) for n in old.shape)] = old


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('name')
    p.add_argument('--data', default='build/training/sound', type=pathlib.Path)
    p.add_argument('--clips', default='train-1,train-2')
    p.add_argument('--check', default='validation')
    p.add_argument('--minutes', type=float, default=60)
    p.add_argument('--rate', type=float, default=4e-3)
    p.add_argument('--batch', type=int, default=4)
    p.add_argument('--windows', type=int, default=128)
    p.add_argument('--every', type=float, default=6, help='minutes between checks')
    p.add_argument('--begin', help='as what another run made, also of a smaller network')
    p.add_argument('--seed', type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    rng = np.random.default_rng(a.seed)
    net, path = Network(), a.data / f'{a.name}.pt'
    step, spent = 0, 0.
    optimizer = torch.optim.Adam(net.parameters(), a.rate, betas=(0.9, 0.98))
    if path.exists():
        saved = torch.load(path)
        net.load_state_dict(saved['net'])
        optimizer.load_state_dict(saved['optimizer'])
        mean, step, spent = saved['mean'], saved['step'], saved['spent']
    else:
        if a.begin:
            grown(net, torch.load(a.data / f'{a.begin}.pt')['mean'])
        mean = {k: v.clone() for k, v in net.state_dict().items()}
        print(sum(v.numel() for v in net.parameters()), 'weights', flush=True)
    began, checked, seen = time.monotonic() - spent, spent, []
    while True:
        spent = time.monotonic() - began
        if spent - checked > 60 * a.every or spent > 60 * a.minutes:
            checked = spent
            smooth = Network()
            smooth.load_state_dict(mean)
            print(f'{spent / 60:5.1f} min  step {step:6}  loss {np.mean(seen, 0).round(4).tolist() if seen else ""}  {check(smooth, sorted((a.data / a.check).glob("*.npz"))[::2])}', flush=True)
            seen = []
            torch.save({'net': net.state_dict(), 'mean': mean, 'optimizer': optimizer.state_dict(), 'step': step, 'spent': spent}, path)
            if spent > 60 * a.minutes:
                return
        if step % 50 == 0:
            paths = [q for n in a.clips.split(',') for q in sorted((a.data / n).glob('*.npz'))]
        for g in optimizer.param_groups:
            g['lr'] = a.rate * min(1, (step + 1) / 50) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * min(1, spent / 60 / a.minutes))))
        t = batch([piece(paths[rng.integers(len(paths))], rng, a.windows)[0] for _ in range(a.batch)])
        whole, by_band = loss_of(t, net)
        optimizer.zero_grad()
        (whole.mean() + 0.5 * by_band.mean()).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.)
        optimizer.step()
        step += 1
        keep = min(0.995, step / (step + 20))
        for k, v in net.state_dict().items():
            mean[k].mul_(keep).add_(v, alpha=1 - keep)
        seen.append([float(whole.mean()), float(by_band.mean())])


if __name__ == '__main__':
    main()
