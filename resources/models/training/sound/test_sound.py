"""Quick checks: python3 -m unittest"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import torch

import dsp
import mixture
import network
import train


class Sound(unittest.TestCase):
    def test_windows_add_up(self):
        x = np.random.default_rng(1).standard_normal(20000)
        back = dsp.istft(dsp.stft(x, 2048), 2048, len(x))
        self.assertLess(np.abs(back - x).max(), 1e-4)

    def test_denoiser_takes_noise_away_and_leaves_a_tone(self):
        rng, n = np.random.default_rng(2), 48000
        noise, tone = 0.01 * rng.standard_normal(n), np.sin(2 * np.pi * 997 * np.arange(n) / 48000)
        print_ = np.full(1025, 1e-4 * 1024, np.float32)
        x, s = dsp.stft(noise + tone, 2048), dsp.stft(tone, 2048)
        gamma = np.abs(x) ** 2 / print_
        gain = dsp.log_amplitude(dsp.estimate(gamma)[2], gamma)
        before, after = np.abs(x - s)[8:-8], np.abs(gain * x - s)[8:-8]
        self.assertGreater(10 * np.log10((before ** 2).sum() / (after ** 2).sum()), 12)

    def test_long_window_keeps_a_tone(self):
        rng, n = np.random.default_rng(4), 96000
        noise, tone = 0.01 * rng.standard_normal(n), np.sin(2 * np.pi * 997 * np.arange(n) / 48000)
        got = dsp.long_denoised(noise + tone, np.full(4097, 1e-4 * 4096, np.float32), 8192)
        before, after = noise[9000:-9000], (got - tone)[9000:-9000]
        self.assertGreater(10 * np.log10((before ** 2).sum() / (after ** 2).sum()), 12)

    def random_inputs(self):
        shape = (2, 6, 1025)
        return {'logs': torch.randn(2, 4, 6, 1025), 'long_real': torch.rand(shape), 'long_imag': torch.randn(shape) * 0.1}

    def test_untrained_network_changes_nothing(self):
        gain = torch.rand(2, 6, 1025) * 0.9 + 0.05
        correction, share = network.Network()(network.inputs(self.random_inputs()))
        self.assertLess(float((network.corrected(gain, correction) - gain).abs().max()), 1e-5)
        self.assertEqual(float(share.abs().max()), 0)

    def test_grown_network_gives_what_the_smaller_one_gave(self):
        torch.manual_seed(5)
        small, x = network.Network(c0=8, c1=12), network.inputs(self.random_inputs())
        torch.nn.init.normal_(small.last.weight)
        net = network.Network()
        train.grown(net, small.state_dict())
        with torch.no_grad():
            for got, want in zip(net(x), small(x)):
                self.assertLess(float((got - want).abs().max()), 1e-4)

    def test_grid_and_back(self):
        v = torch.arange(1025.)
        g = network.grid(v)
        self.assertEqual(g.shape, (network.GRID,))
        s = network.spread(g)
        self.assertTrue(torch.equal(s[:256], v[:256]))
        self.assertEqual(float(s[256]), 257.5)
        self.assertEqual(float(s[1024]), float(s[1023]))

    def test_a_gain_that_is_right_has_no_error(self):
        shape = (1, 40, 1025)
        real = torch.rand(shape) * 0.8 + 0.2
        t = {'logs': torch.zeros(1, 4, *shape[1:]), 'real': real, 'imag': torch.zeros(shape), 'long_real': real * 0.3, 'long_imag': real * 0.2}
        self.assertLess(float(train.errors(t, real).abs().max()), 1e-4)
        self.assertGreater(float(train.errors(t, real * 0.5).min()), 0)
        self.assertGreater(float(train.errors(t, real, 0.5).min()), 0)

    def test_all_of_a_long_window_that_is_right_has_no_error(self):
        shape = (1, 40, 1025)
        real, imag = torch.rand(shape), torch.rand(shape)
        t = {'logs': torch.zeros(1, 4, *shape[1:]), 'real': real, 'imag': imag, 'long_real': real, 'long_imag': imag}
        self.assertLess(float(train.errors(t, torch.rand(shape) * 0.9 + 0.1, torch.ones(shape)).abs().max()), 1e-4)

    def test_noise_has_its_print(self):
        rng = np.random.default_rng(3)
        for _ in range(4):
            hiss, _ = mixture.noise(rng, rng.standard_normal(96000))
            self.assertAlmostEqual(float(np.mean(hiss ** 2)), 1, places=6)
            x = dsp.stft(hiss, 2048)[4:-4]
            ratio = (np.abs(x) ** 2 / mixture.over_bins(mixture.density(hiss))).mean(0)
            self.assertLess(abs(10 * np.log10(np.median(ratio))), 1.5)

    def test_export_is_the_same_twice(self):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            net = network.Network()
            torch.save({'mean': net.state_dict(), 'step': 1}, d / 'x.pt')
            for name in 'ab':
                subprocess.run([sys.executable, 'export.py', str(d / 'x.pt'), str(d / f'{name}.safetensors')], check=True, cwd=pathlib.Path(__file__).parent)
            self.assertEqual((d / 'a.safetensors').read_bytes(), (d / 'b.safetensors').read_bytes())


if __name__ == '__main__':
    unittest.main()
