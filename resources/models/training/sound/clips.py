"""Renders clips and keeps what training needs of them, windows x bins (f16), in DATA/NAME/NUMBER.npz: the logarithm of gamma and of xi (forward, backward, refined);
real + i imag = S/X, the truth, and long_real + i long_imag = L/X, what the denoiser makes of the long window, seen in the short one; noise is the print, |N|² of each bin."""
import argparse
import pathlib

import numpy as np

import dsp
import mixture

WINDOW, LONG = 2048, 8192


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
    long = dsp.long_denoised(sound + noise, mixture.over_bins(print_, LONG) * (LONG // WINDOW), LONG)
    x, s, long = (dsp.stft(v, WINDOW)[2:-4] for v in (sound + noise, sound, long))
    power = np.abs(x) ** 2 + 1e-12
    gamma = np.minimum(power / n, dsp.MOST_GAMMA)
    forward, backward, refined = dsp.estimate(gamma)
    inverse = np.conj(x) / power
    half = lambda v: np.clip(v, -60000, 60000).astype(np.float16)
    return dict(gamma=half(np.log(gamma + 1e-6)), forward=half(np.log(forward)), backward=half(np.log(backward)), refined=half(np.log(refined)),
                real=half(np.real(s * inverse)), imag=half(np.imag(s * inverse)), long_real=half(np.real(long * inverse)), long_imag=half(np.imag(long * inverse)), noise=n.astype(np.float32), kind=kind)


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
