"""Clips of clean sound and what a tape adds to them; and the noise print, with the errors that one measured on the mixture has."""
import hashlib
import pathlib
import subprocess

import numpy as np
from scipy.signal import lfilter

import fetch

RATE = 48000
SECONDS = 6
CENTRES = np.array([80, 120, 180, 270, 410, 620, 930, 1400, 2100, 3150, 4750, 7150, 10700, 16000, 24000.])  # Hz, of the noise print


def files(data, split):
    """Paths by kind. One file in ten is for validation, chosen by its name."""
    out = {'music': [], 'speech': []}
    for r in fetch.table():
        found = sorted(p for p in (data / 'recordings' / r['package']).glob(r['files'].replace('.mid', '.wav')) if p.stat().st_size > 6000)
        found = [p for p in found if (hashlib.md5(p.name.encode()).digest()[0] < 26) == (split == 'validation')]
        if found:
            out['speech' if r['kind'] == 'speech' else 'music'].append(found)
    return out


def decode(path, start=0., seconds=None, speed=1.):
    """Two channels; speed changes pitch as well."""
    kind = ['-f', 'g722'] if path.suffix == '.g722' else []
    length = [] if seconds is None else ['-t', str(seconds * speed)]
    raw = subprocess.run(['ffmpeg', '-v', 'quiet', '-ss', str(start), *length, *kind, '-i', str(path), '-af', f'aresample={RATE},asetrate={RATE * speed:.0f},aresample={RATE}',
                          '-ac', '2', '-f', 'f32le', 'pipe:1'], stdout=subprocess.PIPE).stdout
    return np.frombuffer(raw[:len(raw) // 8 * 8], np.float32).reshape(-1, 2).T.astype(np.float64)


def duration(path):
    out = subprocess.run(['ffprobe', '-v', 'quiet', '-show_entries', 'format=duration', '-of', 'csv=p=0', str(path)], stdout=subprocess.PIPE, text=True).stdout
    try:
        return float(out)
    except ValueError:
        return 0.


def one(rng, pool):
    group = pool[rng.integers(len(pool))]  # packages alike, however many files they have
    return group[rng.integers(len(group))]


def clean(rng, pools):
    """A clip of music, of speech, or of speech over music; mono: one side, the sum or, seldom, the difference of two."""
    n = SECONDS * RATE
    kind = rng.choice(['music', 'speech', 'both'], p=[0.6, 0.32, 0.08])
    x = np.zeros(n)
    if kind != 'speech':
        while True:
            path = one(rng, pools['music'])
            speed = rng.choice([1, rng.uniform(0.85, 1.15)])
            room = duration(path) - SECONDS * speed
            got = decode(path, rng.uniform(0, max(0, room)), SECONDS, speed)
            if got.shape[1] == 0:
                continue
            m = got[0] - got[1] if rng.random() < 0.12 else got.mean(0)
            m = np.tile(m, -(-n // len(m)))[:n]  # short samples are repeated
            if np.sqrt(np.mean(m * m)) > 1e-3:
                break
        x += m / np.sqrt(np.mean(m * m)) * (10 ** (-rng.uniform(8, 20) / 20) if kind == 'both' else 1)
    if kind != 'music':
        s, at, voice = np.zeros(n), 0, None
        pool = pools['speech'][rng.integers(len(pools['speech']))]
        while at < n:
            if voice is None or rng.random() < 0.1:
                voice = rng.choice([1, rng.uniform(0.88, 1.12)])
            got = decode(pool[rng.integers(len(pool))], 0, SECONDS, voice).mean(0)
            level = np.sqrt(np.mean(got * got)) if len(got) else 0
            if level > 1e-3:
                got = got[:n - at] / level
                s[at:at + len(got)] += got
                at += len(got) + int(rng.exponential(0.3) * RATE)
        x += s / np.sqrt(np.mean(s * s))
    if rng.random() < 0.4:  # the tape's own limit
        a = rng.uniform(0.3, 0.9)
        x = lfilter([a], [1, a - 1], x)
    return x / np.sqrt(np.mean(x * x)), kind


def shaped(x, rng, most):
    """Noise with another smooth spectrum: up to most dB up or down at some frequencies."""
    spectrum = np.fft.rfft(x)
    hz = np.log(np.fft.rfftfreq(len(x), 1 / RATE) + 20)
    knots = np.linspace(np.log(30), np.log(24000), 6)
    spectrum *= 10 ** (np.interp(hz, knots, rng.uniform(-most, most, 6)) / 20)
    return np.fft.irfft(spectrum, len(x))


def noise(rng, sound):
    """Hiss at level 1: of one colour, its level breathing; at times noise that follows the sound (modulation noise) or hum on top."""
    n = len(sound)
    now = np.arange(n) / RATE
    v = rng.standard_normal(n)
    a = rng.uniform(0.25, 1)
    v = lfilter([a], [1, a - 1], v)
    if rng.random() < 0.6:
        v = shaped(v, rng, rng.choice([3, 6]))
    if rng.random() < 0.15:
        v += 8 * lfilter([0.02], [1, -0.98], rng.standard_normal(n)) * rng.uniform(0.3, 1)
    breath = rng.choice([0, rng.uniform(0, 2.5)])
    v *= 10 ** (breath * np.sin(2 * np.pi * (np.exp(rng.uniform(np.log(0.05), np.log(3))) * now + rng.random())) / 20)
    v /= np.sqrt(np.mean(v * v))
    extra = np.zeros(n)
    if rng.random() < 0.2:
        envelope = np.sqrt(np.maximum(0, lfilter([0.002], [1, -0.998], sound * sound)))
        extra += rng.uniform(0.2, 0.8) * lfilter([0.6], [1, -0.4], rng.standard_normal(n)) * envelope
    if rng.random() < 0.12:
        f = rng.choice([49.7, 59.3]) + rng.uniform(-0.5, 0.5)
        for k in range(1, 8):
            extra += rng.uniform(0, 0.4) / k * np.sin(2 * np.pi * (f * k * now + rng.random()))
    return v, extra


def dropouts(rng, n):
    """A gain with holes of 3 to 15 ms."""
    g = np.ones(n)
    for _ in range(rng.poisson(2)):
        at, long = rng.integers(n - 1000), rng.integers(150, 720)
        g[at:at + long] *= 10 ** (-rng.uniform(6, 30) / 20)
    return lfilter([0.05], [1, -0.95], g)


def density(x, n=2048):
    """|X|² expected in each bin of a window of n samples (root of Hann's window), smoothed over half an octave, at CENTRES."""
    w = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n))
    p = np.mean(np.abs(np.fft.rfft(x[:len(x) // n * n].reshape(-1, n) * w, axis=1)) ** 2, 0)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    return np.array([p[max(1, int(np.ceil(c / 1.2247 / hz[1]))):max(2, int(c * 1.2247 / hz[1])) + 1].mean() if c < 23000 else p[-150:].mean() for c in CENTRES])


def measured(print_, rng, music):
    """A print as it comes out of a mixture: nearly right at the top, up to 9 dB too high at the bottom under dense music (bench: core/audio's own prints)."""
    slope = np.linspace(1, 0, len(CENTRES)) ** rng.uniform(0.7, 1.5)
    high = rng.choice([0, rng.uniform(0, 5), rng.uniform(0, 10)], p=[0.25, 0.35, 0.4]) if music else rng.choice([0, rng.uniform(0, 5)])
    return print_ * 10 ** ((high * slope + rng.normal(0.1, 0.4) + rng.normal(0, 0.5, len(CENTRES))) / 10)


def over_bins(print_, n=2048):
    hz = np.fft.rfftfreq(n, 1 / RATE)
    return np.exp(np.interp(np.log(np.maximum(hz, 1)), np.log(CENTRES), np.log(print_))).astype(np.float32)
