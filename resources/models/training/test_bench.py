"""Checks of the bench's own arithmetic. Run: python3 -m unittest"""
import json
import os
import unittest

import numpy as np
import scipy.ndimage

import bench
import cases
import rivals
import temporal


def picture(seed, h=96, w=96):
    rng = np.random.default_rng(seed)
    return rng.integers(20, 230, (2, h, w), np.uint8), rng.integers(60, 190, (2, 2, h // 2, w // 2), np.uint8)


class TestMeasure(unittest.TestCase):
    def test_an_error_of_one_code_is_48_db(self):
        y, c = picture(1)
        y[1] = y[0] // 2  # nothing stands still
        out = (y.astype(np.float32) + 1) / 255, c.astype(np.float32) / 255
        luma, chroma, ssim, flicker = cases.measure(out, (y, c))
        self.assertAlmostEqual(luma, 20 * np.log10(255), 1)
        self.assertGreater(chroma, 80)
        self.assertGreater(ssim, 0.999)
        self.assertIsNone(flicker)

    def test_flicker_is_the_change_of_what_stands_still(self):
        y, c = picture(2)
        y[1], c[1] = y[0], c[0]
        out = y.astype(np.float32) / 255
        out[1] += 3 / 255
        self.assertAlmostEqual(cases.measure((out, c / np.float32(255)), (y, c))[3], 3, 2)


class TestAuto(unittest.TestCase):
    def test_noise_is_read_through_motion_and_texture(self):
        rng = np.random.default_rng(3)
        x = np.arange(160, dtype=np.float32)
        for sigma in (1, 2.5, 6):
            still = np.stack([100 + 40 * np.sin(np.arange(128)[:, None] * 1.7 + x) + sigma * rng.standard_normal((128, 160)) for _ in range(6)])
            moving = np.stack([100 + 0.4 * (x + 9 * t) + sigma * rng.standard_normal((128, 160)) for t in range(6)])
            for y in (still, moving):
                self.assertAlmostEqual(cases.noise(y), sigma, delta=0.15 * sigma + 0.1)

    def test_clean_captures_get_little_and_noisy_ones_all(self):
        self.assertEqual(cases.gentle(0.01, "8:2:12:10", 0.4), (0.4, "1.2:0.3:1.8:1.5"))
        self.assertEqual(cases.gentle(2, "8:2:12:10", 0.4), (0.7, "4.6:2:6.9:10"))
        self.assertEqual(cases.gentle(5, "8:2:12:10", 0.4), (1, "8:2:12:10"))


class TestStill(unittest.TestCase):
    def test_the_filter_is_the_programs(self):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../core/temporal/testdata/golden.json")) as f:
            self.assertEqual(temporal.golden(), json.load(f))

    def test_noise_is_read_through_a_pan(self):
        rng = np.random.default_rng(4)
        wide = scipy.ndimage.gaussian_filter(rng.normal(0, 1, (96, 400)), 1.2) * 120 + 120
        shots = np.stack([wide[:, 7 * t:7 * t + 256] for t in range(5)])
        for sigma in (0, 4):
            got = cases.noise((shots + sigma * rng.normal(0, 1, shots.shape)).clip(0, 255).round().astype(np.uint8))
            self.assertLess(abs(got - sigma), 0.6 + 0.15 * sigma)


class TestTables(unittest.TestCase):
    def results(self):
        row = lambda db, face: {("VHS SP", "face"): [db + face, 40, 0.9, None], ("VHS SP", "dog"): [db, 42, 0.8, 2.0], ("clean", "dog"): [10, 9, 0.1, 9.0]}
        return {bench.CLASSICAL: row(30, 0), bench.DENOISED: row(31, 0), "net": row(31, -0.5)}

    def test_the_mean_leaves_clean_sources_out(self):
        line = bench.table(self.results(), ("VHS SP", "clean")).splitlines()[-1]
        self.assertEqual(line, "| net | 30.75 | 10.00 | **30.75** | 41.00 | 0.8500 | 2.00 |")
        self.assertTrue(bench.sources_table(self.results(), ("VHS SP", "clean"), ("face", "dog")).endswith("| net | 30.50 | 31.00 |"))

    def test_what_falls_behind_is_named(self):
        text = bench.behind(self.results(), ["net"])
        self.assertIn("net against bwdif + nlmeans: more than 0.1 dB behind in 1 of 3\n- VHS SP, face: -0.50 dB", text)
        self.assertIn("net against %s: more than 0.1 dB behind in 0 of 3" % bench.CLASSICAL, text)


class TestRivals(unittest.TestCase):
    def test_every_chain_gives_two_pictures_a_frame_at_twice_the_size(self):
        y, c = (np.full((4, 32, 48), 90, np.uint8), np.full((4, 2, 16, 24), 120, np.uint8))
        for name in list(rivals.CHAINS) + ["predecessor"]:
            a, b = rivals.predecessor(y, c, 0, False) if name == "predecessor" else rivals.chain(name, y, c, 0, False)
            self.assertEqual((a.shape, b.shape), ((8, 64, 96), (8, 2, 32, 48)), name)
            self.assertLess(abs(a * 255 - 90).max(), 1.5, name)


if __name__ == "__main__":
    unittest.main()
