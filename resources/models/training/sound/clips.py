"""Renders clips and keeps what training needs of them, windows x bins (f16), in DATA/NAME/NUMBER.npz: the logarithm of gamma and of xi (forward, backward, refined);
real = Re(S/X) and power = |S|²/|X|², by which the error of a gain g is |X|² (g² - 2 g real + power); noise is the print, |N|² of each bin."""
import argparse
import pathlib

import numpy as np

import dsp
import mixture

WINDOW = 2048


def render(rng, pools):
    sound, kind = mixture.clean(rng, pools)
    hiss, extra = mixture.noise(rng, sound)
    level = 10 ** (-rng.choice([rng.uniform(-2, 32), rng.uniform(32, 50)], p=[0.88, 0.12]) / 20)
    print_ = mixture.measured(mixture.density(hiss * level), rng, kind != 'speech')
    sound = sound * 10 ** (rng.uniform(-3, 3) / 20)
    noise = (hiss + extra) * level
    if rng.random() < 0.12:
        g = mixture.dropouts(rng, len(sound))
        sound, noise = sound * g, noise * g
    n = mixture.over_bins(print_)
    x, s = dsp.stft(sound + noise, WINDOW), dsp.stft(sound, WINDOW)
    x, s = x[2:-4], s[2:-4]
    power = np.abs(x) ** 2 + 1e-12
    gamma = np.minimum(power / n, dsp.MOST_GAMMA)
    forward, backward, refined = dsp.estimate(gamma)
    half = lambda v: np.clip(v, -60000, 60000).astype(np.float16)
    return dict(gamma=half(np.log(gamma + 1e-6)), forward=half(np.log(forward)), backward=half(np.log(backward)), refined=half(np.log(refined)),
                real=half(np.real(s * np.conj(x)) / power), power=half(np.abs(s) ** 2 / power), noise=n.astype(np.float32), kind=kind)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('name')
    p.add_argument('count', type=int)
    p.add_argument('seed', type=int)
    p.add_argument('--split', default='train', choices=['train', 'validation'])
    p.add_argument('--data', default='build/training/sound', type=pathlib.Path)
    a = p.parse_args()
    out = a.data / a.name
    out.mkdir(parents=True, exist_ok=True)
    pools = mixture.files(a.data, a.split)
    for i in range(a.count):
        path = out / f'{i:05}.npz'
        if not path.exists():
            part = path.with_suffix('.part')
            with open(part, 'wb') as f:
                np.savez(f, **render(np.random.default_rng([a.seed, i]), pools))
            part.rename(path)


if __name__ == '__main__':
    main()
