"""Checks of what progressive pictures go through. Run: python3 -m unittest"""
import unittest

import numpy as np

import cases
import clips
import film
import network


def frames(seed=1, n=5, h=48, w=64):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 0.8, (n, h, w)).astype(np.float32), rng.uniform(0.4, 0.6, (n, 2, h // 2, w // 2)).astype(np.float32)


class Film(unittest.TestCase):
    def test_clean_pictures_stay(self):
        y, c = frames()
        out = film.play(y, c, cases.shot(blur=(0, 0), sharpen=0, noise=0, chroma_noise=0), np.random.default_rng(1))
        self.assertLessEqual(abs(out[0] / 255 - y).max(), 0.51 / 255)
        self.assertLessEqual(abs(out[1] / 255 - c).max(), 0.51 / 255)

    def test_film_on_a_tape_keeps_its_lines_in_place(self):
        y, c = frames()
        out = film.play(y, c, dict(kind="tape", tape=dict(clean=True)), np.random.default_rng(1))
        self.assertLessEqual(abs(out[0] / 255 - y).max(), 0.51 / 255)
        self.assertLessEqual(abs(out[1] / 255 - c).max(), 0.51 / 255)

    def test_noise_is_weaker_in_the_dark(self):
        grey = lambda v: (np.full((4, 96, 96), v, np.float32), np.full((4, 2, 48, 48), 0.5, np.float32))
        noise = [film.play(*grey(v), cases.shot(noise=0.03), np.random.default_rng(1))[0].std() / 255 for v in (0.1, 0.9)]
        self.assertAlmostEqual(noise[0], 0.03 * (0.5 + 0.1 ** 0.5), delta=0.003)
        self.assertAlmostEqual(noise[1], 0.03 * (0.5 + 0.9 ** 0.5), delta=0.003)

    def test_every_codec_gives_as_many_pictures_that_are_alike(self):
        y = np.tile(np.linspace(30, 220, 64).astype(np.uint8), (5, 48, 1))
        c = np.full((5, 2, 24, 32), 110, np.uint8)
        for kind in film.CODECS:
            a, b = film.through(y, c, kind, 4)
            self.assertEqual((a.shape, b.shape), (y.shape, c.shape), kind)
            self.assertLess(abs(a.astype(int) - y).max(), 12, kind)
            self.assertLess(abs(b.astype(int) - 110).max(), 4, kind)

    def test_what_is_drawn_can_be_played(self):
        rng, kinds = np.random.default_rng(3), set()
        for _ in range(40):
            p = film.draw(rng, False)
            kinds.add(p["kind"])
            film.play(*frames(n=4), p, rng)
        self.assertEqual(kinds, set(film.KINDS))


class Inputs(unittest.TestCase):
    def test_the_network_of_frames_sees_three_pictures_and_no_field(self):
        inputs = network.layout("frames")
        self.assertEqual(sorted({c["t"] for c in inputs}), [-1, 0, 1])
        self.assertEqual(len(inputs), 24)
        self.assertIn('"flip_bottom":false', network.layout_json(inputs, "main", False))

    def test_progressive_frames_stay_one_moment_each(self):
        y, c = np.full((6, 32, 48), 90, np.uint8), np.full((6, 2, 16, 24), 120, np.uint8)
        ly, lc = clips.filtered(y, c, None, ["4:2:6:6"])
        self.assertEqual((ly.shape, lc.shape), ((6, 2, 32, 48), (6, 2, 2, 16, 24)))
        self.assertEqual(clips.frames(("pan", np.arange(12)))[1].tolist(), [0, 2, 4, 6, 8, 10])


if __name__ == "__main__":
    unittest.main()
