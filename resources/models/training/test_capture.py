"""Quick checks of composite video, the capture's compression, and titles: python3 -m unittest"""
import unittest

import numpy as np
import torch

import capture
import composite
import tape
import titles

RNG = lambda: np.random.default_rng(3)


def ramp(t=4, h=48, w=96):
    """Fields without anything near the subcarrier."""
    x = np.linspace(0.2, 0.7, w, dtype=np.float32)
    y = np.broadcast_to(x, (t, h, w)).copy()
    c = np.full((t, 2, h // 2, w // 2), composite.GREY, np.float32)
    c[:, 0] += 0.15
    c[:, 1] -= 0.1
    return y, c


class Composite(unittest.TestCase):
    def test_even_colour_on_slow_luma_comes_back(self):
        for pal in (False, True):
            for comb in (False, True):
                y, c = ramp()
                oy, oc = composite.through(y, c, pal, 1.0, comb)
                inner = (slice(None), slice(6, -6), slice(20, -20))
                self.assertLess(np.abs(oy - y)[inner].max(), 0.02, (pal, comb))
                self.assertLess(np.abs(oc - c)[:, :, 4:-4, 10:-10].max(), 0.02, (pal, comb))

    def test_luma_at_the_subcarrier_becomes_colour(self):
        for pal in (False, True):
            y, c = ramp(2)
            phase, _ = composite.carrier(pal, 2, 48, 96)  # diagonal stripes; vertical ones turn over with each line and cancel
            y = (0.5 + 0.2 * np.sin(phase + 0.02 * np.arange(96))).astype(np.float32)
            oy, oc = composite.through(y, np.full_like(c, composite.GREY), pal)
            self.assertGreater(oc[..., 10:-10].std(), 0.04)
            self.assertLess(oy[..., 20:-20].std(), 0.1 * y.std() + 0.02)

    def test_dots_crawl_along_colour_edges_and_turn_over_from_line_to_line(self):
        y, c = ramp(4)
        y[:] = 0.5
        c[..., 24:] = composite.GREY
        oy, _ = composite.through(y, c, False, 0.7)
        edge = oy[:, :, 40:56] - 0.5
        self.assertGreater(np.abs(edge).max(), 0.01)
        a, b = edge[:, 10:-10:2], edge[:, 11:-9:2]
        self.assertLess((a * b).mean() / np.sqrt((a * a).mean() * (b * b).mean()), -0.8)  # NTSC: half a cycle a line


class Capture(unittest.TestCase):
    def frames(self):
        rng = RNG()
        y = np.kron(rng.integers(40, 200, (6, 8, 12)), np.ones((1, 12, 12))).astype(np.uint8)
        c = np.kron(rng.integers(90, 160, (6, 2, 4, 6)), np.ones((1, 1, 12, 12))).astype(np.uint8)
        return y, c

    def test_every_encoder_gives_the_same_pictures_back_with_losses(self):
        y, c = self.frames()
        for pal in (False, True):
            for kind, q in (("mpeg2", 4), ("h264", 20), ("dv", 0)):
                for bottom in (0, 1):
                    oy, oc = capture.through(y, c, bottom, pal, kind, q)
                    self.assertEqual((oy.shape, oc.shape), (y.shape, c.shape))
                    e = np.abs(oy.astype(int) - y).mean()
                    self.assertTrue(0 < e < 6, (pal, kind, bottom, e))
                    self.assertLess(np.abs(oc.astype(int) - c).mean(), 12, (pal, kind, bottom))

    def test_coarser_quantisers_lose_more(self):
        y, c = self.frames()
        y = np.clip(y + RNG().normal(0, 8, y.shape), 1, 254).astype(np.uint8)
        loss = [np.abs(capture.through(y, c, 0, False, "mpeg2", q)[0].astype(int) - y).mean() for q in (2, 10)]
        self.assertLess(loss[0], loss[1])

    def test_pictures_too_large_for_dv_are_refused(self):
        with self.assertRaises(ValueError):
            capture.mirrored(np.zeros((1, 500, 100)), 720, 480)


class Effects(unittest.TestCase):
    def test_compensated_dropouts_repeat_the_line_before(self):
        y = np.broadcast_to(np.linspace(0.2, 0.8, 60, dtype=np.float32)[None, :, None], (3, 60, 300)).copy()
        out = tape.dropouts(y.copy(), dict(dropouts=40.0, compensated=True), RNG())
        changed = np.argwhere(out != y)
        self.assertGreater(len(changed), 50)
        step = 0.6 / 59
        self.assertLess(np.abs(out - y).max(), 6 * step)

    def test_copies_add_noise_and_take_detail(self):
        x = np.arange(200, dtype=np.float32)
        y = np.broadcast_to(0.5 + 0.2 * np.sin(2 * np.pi * 2.4 / 13.5 * x), (4, 40, 200)).astype(np.float32)
        c = np.full((4, 2, 20, 100), 0.5, np.float32)
        p = dict(tape.fixed(0.02, 0.02, 0.0), peaking=0.0)
        detail, noise = [], []
        for copies in (0, 3):
            out = tape.play(y, c, dict(p, copies=copies), RNG())[0] / 255
            detail.append(out.mean((0, 1))[40:-40].std())
            noise.append((out - out.mean((0, 1))).std())
        self.assertLess(detail[1], detail[0])
        self.assertGreater(noise[1], 1.1 * noise[0])

    def test_pumping_leaves_black_and_grey_where_they_are(self):
        y = np.full((30, 4, 8), 16 / 255, np.float32)
        c = np.full((30, 2, 2, 4), composite.GREY, np.float32)
        oy, oc = tape.pumping(y, c, dict(gain=0.05), RNG())
        self.assertTrue(np.allclose(oy, y) and np.allclose(oc, c))
        oy, _ = tape.pumping(y + 0.5, c, dict(gain=0.05), RNG())
        self.assertTrue(0.005 < oy.mean((1, 2)).std() < 0.1)

    def test_tracking_noise_is_a_band(self):
        y = np.full((8, 120, 100), 0.5, np.float32)
        d = np.abs(tape.tracking(y.copy(), RNG()) - y).mean((0, 2))
        self.assertGreater(d.max(), 20 * np.median(d) + 0.005)

    def test_every_drawn_tape_plays(self):
        rng = RNG()
        y, c = rng.uniform(0.2, 0.8, (4, 24, 64)).astype(np.float32), rng.uniform(0.3, 0.7, (4, 2, 12, 32)).astype(np.float32)
        for k in range(60):
            oy, oc = tape.play(y, c, tape.draw(rng, bool(k % 2)), rng)
            self.assertEqual((oy.shape, oc.shape, oy.dtype, oc.dtype), (y.shape, c.shape, np.uint8, np.uint8))


class Titles(unittest.TestCase):
    def test_titles_keep_the_shapes_and_write_something(self):
        rng = RNG()
        y, c = torch.full((6, 96, 160), 90.0), torch.full((6, 2, 48, 80), 128.0)
        for _ in range(8):
            oy, oc = titles.before(rng, y, c)
            self.assertEqual((oy.shape, oc.shape), (y.shape, c.shape))
            self.assertGreater((oy - y).abs().max().item(), 40)
            self.assertTrue(torch.isfinite(oy).all() and torch.isfinite(oc).all())
        self.assertEqual(y.unique().tolist(), [90.0])

    def test_grain_changes_with_every_second_moment(self):
        d = titles.grain(RNG(), torch.full((6, 64, 64), 100.0)) - 100
        self.assertTrue(torch.equal(d[0], d[1]) and not torch.equal(d[1], d[2]))
        self.assertTrue(0.5 < d.std().item() < 6)

    def test_fades_keep_black_and_grey(self):
        y, c = titles.fade(RNG(), torch.full((5, 4, 4), 16.0), torch.full((5, 2, 2, 2), 128.0))
        self.assertTrue(torch.equal(y, torch.full((5, 4, 4), 16.0)) and torch.equal(c, torch.full((5, 2, 2, 2), 128.0)))


if __name__ == "__main__":
    unittest.main()
