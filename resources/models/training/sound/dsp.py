"""What core/audio's denoiser does, on whole clips: windows, the decision-directed estimate from both ends of time, the log-spectral gain. Arrays are
windows x bins, float32; gamma is |X|²/|N|², xi the signal to noise ratio expected, both as power ratios."""
import numpy as np
from scipy.special import exp1

DIRECTED, LEAST_XI, REFINED, MOST_GAMMA = 0.96, 0.003, 0.98, 1e6
STEPS, LOW, HIGH = 32, -14, 5  # of the table over log2 v
TABLE = np.exp(0.5 * exp1(2.0 ** np.linspace(LOW, HIGH, (HIGH - LOW) * STEPS + 1))).astype(np.float32)


def log_amplitude(xi, gamma):
    """The gain of Ephraim and Malah (1985)."""
    w = xi / (1 + xi)
    p = np.clip((np.log2(np.maximum(w * gamma, 1e-30)) - LOW) * STEPS, 0, len(TABLE) - 1.001)
    i = p.astype(np.int32)
    return w * (TABLE[i] + (TABLE[i + 1] - TABLE[i]) * (p - i.astype(np.float32)))


def root_hann(n):
    return np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n))


def stft(x, n):
    """Windows of n samples every n/4, from n/4 samples of x on, zeros before."""
    hop = n // 4
    x = np.concatenate([np.zeros(n - hop), x, np.zeros(n)])
    at = np.arange((len(x) - n) // hop + 1)[:, None] * hop
    return np.fft.rfft(x[at + np.arange(n)] * root_hann(n), axis=1).astype(np.complex64)


def istft(spectra, n, length):
    hop = n // 4
    parts = np.fft.irfft(spectra, n, axis=1) * root_hann(n) / 2
    out = np.zeros(len(parts) * hop + n)
    for i, p in enumerate(parts):
        out[i * hop:i * hop + n] += p
    return out[n - hop:n - hop + length]


def directed(gamma):
    xi, state = np.empty_like(gamma), np.zeros(gamma.shape[1], np.float32)
    for t, g in enumerate(gamma):
        xi[t] = np.maximum(DIRECTED * state + (1 - DIRECTED) * np.maximum(g - 1, 0), LEAST_XI)
        w = log_amplitude(xi[t], g)
        state = np.minimum(w * w * g, g)
    return xi


def estimate(gamma):
    """xi forward, backward, and as refined from both with the windows beside."""
    forward, backward = directed(gamma), directed(gamma[::-1])[::-1]
    w = log_amplitude(np.sqrt(forward * backward), gamma)
    power = np.minimum(w * w * gamma, gamma)
    mean = np.concatenate([power[:1] * 0, power[:-1]]) + power + np.concatenate([power[1:], power[:1] * 0])
    return forward, backward, np.maximum(REFINED * mean / 3 + (1 - REFINED) * np.maximum(gamma - 1, 0), LEAST_XI)


LEAST_LONG = 0.1  # the least gain of the long window: what it leaves carries its share of the noise, as the other gains do


def long_denoised(x, noise, window):
    """x through the denoiser at a longer window, as samples; noise is the print of its bins."""
    spectra = stft(x, window)
    gamma = np.minimum(np.abs(spectra) ** 2 / noise, MOST_GAMMA)
    gain = np.clip(log_amplitude(estimate(gamma)[2], gamma), LEAST_LONG, 1)
    return istft(gain * spectra, window, len(x))
