"""Quick checks of the training tools: python3 -m unittest, in this folder."""
import json
import os
import tempfile
import unittest
import unittest.mock

import numpy as np
import torch
import torch.nn.functional as F

import clips
import evaluate
import export
import grow
import motion
import network
import tape
import train


class Network(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(3)
        self.inputs = network.layout()
        self.model = network.Tape(self.inputs).eval()

    def test_pack_takes_the_rows_that_the_layout_names(self):
        y = torch.arange(48.0).reshape(1, 1, 6, 8)
        p = {(n, t): (y + 100 * t, y[:, :, :3, :4], y[:, :, :3, :4]) for n in ("main", "companion") for t in range(-2, 3)}
        x = network.pack(self.inputs, p)
        self.assertEqual(x.shape, (1, len(self.inputs), 3, 4))
        for k, c in enumerate(self.inputs):
            want = y[0, 0, c["dy"]::2, c["dx"]::2] + 100 * c["t"] if c["plane"] == 0 else y[0, 0, :3, :4]
            self.assertTrue(torch.equal(x[0, k], want), c)

    def test_output_zero_gives_the_bicubic_enlargement(self):
        b = [torch.rand(1, 1, 8, 12), torch.rand(1, 1, 4, 6), torch.rand(1, 1, 4, 6)]
        out = network.enlarge(b, torch.zeros(1, 24, 4, 6))
        for a, q in zip(out, b):
            self.assertEqual(a.shape[2:], (2 * q.shape[2], 2 * q.shape[3]))
            self.assertTrue(torch.equal(a, F.interpolate(q, scale_factor=2, mode="bicubic", align_corners=False)))

    def test_export_is_deterministic_and_reads_back_as_the_same_network(self):
        meta = {"tapelight.name": "n", "tapelight.layout": network.layout_json(self.inputs, "companion"), "tapelight.companion": "1:2:3:4"}
        a = export.build(self.model, meta)
        self.assertEqual(a, export.build(self.model, dict(reversed(list(meta.items())))))
        with tempfile.TemporaryDirectory() as d:
            with open(os.path.join(d, "n.onnx"), "wb") as f:
                f.write(a)
            back, k = evaluate.from_onnx(os.path.join(d, "n.onnx"))
        self.assertEqual(k, dict(inputs=self.inputs, base="companion", companion="1:2:3:4", fields=True, least=0.4))
        x = torch.from_numpy(export.pattern((1, len(self.inputs), 6, 5)))
        self.assertTrue(torch.equal(back(x), self.model(x)))

    def test_check_vectors_are_the_output_of_the_network(self):
        c = export.check(self.model, 24, 16, 20)
        y = self.model(torch.from_numpy(export.pattern((1, len(self.inputs), 16, 24))))[0]
        self.assertEqual(len(c["outputs"]), 20)
        for o in c["outputs"]:
            self.assertAlmostEqual(o["value"], y[o["c"], o["y"], o["x"]].item(), places=5)

    def test_shipped_networks_fit_their_own_checks_and_sizes(self):
        folder = os.path.dirname(os.path.dirname(os.path.abspath(export.__file__)))
        for name, limit in (("tape-fast", 100e3), ("tape-quality", 400e3), ("tape-max", 2.5e6), ("progressive", 100e3)):
            path = os.path.join(folder, name + ".onnx")
            if name != "tape-fast" and not os.path.exists(path):
                continue
            self.assertLess(os.path.getsize(path), limit, name)
            model, k = evaluate.from_onnx(path)
            with open(os.path.join(folder, name + ".check.json")) as f:
                want = json.load(f)
            y = model(torch.from_numpy(export.pattern((1, want["channels"], want["h"], want["w"]), want["seed"])))[0]
            for o in want["outputs"]:
                self.assertAlmostEqual(o["value"], y[o["c"], o["y"], o["x"]].item(), places=4)


class Grow(unittest.TestCase):
    def test_a_grown_network_begins_where_the_small_one_ended(self):
        inputs = network.layout("fields")
        torch.manual_seed(3)
        small = network.Tape(inputs, 8, 3)
        small.body[-1].weight.data *= 50
        x = torch.randn(1, len(inputs), 12, 12)
        want = small(x)
        for width, depth in ((10, 3), (16, 3), (16, 5), (20, 4)):
            with unittest.mock.patch.object(grow, "NEW", 0):
                self.assertLess((grow.grown(small, width, depth)(x) - want).abs().max().item(), 1e-4 * want.abs().max().item())
            big = grow.grown(small, width, depth)
            self.assertLess((big(x) - want).abs().mean().item(), 0.3 * want.abs().mean().item())
            self.assertEqual([m.out_channels for m in big.body if hasattr(m, "weight")], [width] * (depth + 1) + [network.OUTPUTS])

    def test_other_inputs_are_read_by_the_weights_of_the_nearest_moment(self):
        fields, frames = network.layout("fields"), network.layout("frames")
        torch.manual_seed(3)
        model = network.Tape(fields, 8, 3)
        out = grow.reading(model, frames)
        at = lambda inputs, t, dy: inputs.index(network.channel("main", t, 0, dy, 1))
        w, v = model.body[0].weight, out.body[0].weight
        for t, dy, old in ((0, 0, 0), (0, 1, 0), (-1, 1, -1), (1, 1, 1), (-1, 0, -2), (1, 0, 2)):
            self.assertTrue(torch.equal(v[:, at(frames, t, dy)], w[:, at(fields, old, dy)]), (t, dy))
        self.assertTrue(torch.equal(out.body[-1].weight, model.body[-1].weight))
        with self.assertRaises(ValueError):
            grow.reading(model, frames + network.block("companion", 1))

    def test_what_does_not_fit_is_refused(self):
        small = network.Tape(network.layout("fields"), 8, 3)
        for width, depth in ((7, 3), (8, 2), (12, 4)):
            with self.assertRaises(ValueError):
                grow.grown(small, width, depth)


class Pairs(unittest.TestCase):
    def test_luma_and_chroma_of_a_companion_are_found_apart(self):
        rendered = ["8:2:12:10", "4:1:6:6"]
        for strengths, luma, chroma in (("8:2:12:10", 1, 1), ("4:1:6:6", 2, 2), ("4:2:6:10", 2, 1), ("0.01:2:0.01:10", 0, 1)):
            self.assertEqual([train.pick(rendered, strengths, k) for k in (0, 1)], [luma, chroma], strengths)
        with self.assertRaises(ValueError):
            train.pick(rendered, "5:2:6:10", 0)

    def test_patches_come_as_the_same_place_at_two_moments(self):
        H, W = 96, 80
        row = np.arange(2 * H, dtype=np.uint8)[:, None] + np.zeros((1, 2 * W), np.uint8)
        part = dict(y=np.zeros((1, 6, 2, H, W), np.uint16), c=np.zeros((1, 6, 2, 2, H // 2, W // 2), np.uint16), ty=np.stack([row, row])[None],
                    tc=np.zeros((1, 2, 2, H, W), np.uint8), bottom=[[0, 1]], noise=[0.1], pick={"main": (0, 0), "companion": (1, 1)})
        c = train.Clips.__new__(train.Clips)
        c.parts, c.index = [part], [(0, 0)]
        _, ty, _, w = train.batch(c, network.layout("fields"), np.random.default_rng(1), 64, 4)
        self.assertEqual(len(ty), 4)
        for k in (0, 2):
            self.assertTrue(torch.equal(ty[k], ty[k + 1].flip(1)))
            self.assertTrue(torch.equal(w[k], w[k + 1].flip(1)))
            y, t = ty[k:k + 2], torch.zeros(2, 2, 64, 64)
            still = train.loss_of((y, t[:, :1], t[:, 1:]), (y + 0.1, t[:, :1], t[:, 1:]), y, t, torch.ones(2, 1, 64, 64), 0, 1)
            sign = torch.tensor([1.0, -1.0])[:, None, None, None]
            alive = train.loss_of((y + 0.05 * sign, t[:, :1], t[:, 1:]), (y + 0.1, t[:, :1], t[:, 1:]), y, t, torch.ones(2, 1, 64, 64), 0, 1)
            self.assertLess(still.item() + 1, alive.item())


class Tape(unittest.TestCase):
    def test_clean_tapes_change_nothing(self):
        rng = np.random.default_rng(1)
        y, c = rng.uniform(0.1, 0.9, (2, 16, 32)).astype(np.float32), rng.uniform(0.1, 0.9, (2, 2, 8, 16)).astype(np.float32)
        py, pc = tape.play(y, c, dict(clean=True), rng)
        self.assertLessEqual(np.abs(py / 255 - y).max(), 0.51 / 255)
        self.assertLessEqual(np.abs(pc / 255 - c).max(), 0.51 / 255)

    def test_noise_has_the_sigma_it_was_asked_for(self):
        rng = np.random.default_rng(2)
        p = tape.fixed(0.03, 0.015, jitter=0)
        y, c = tape.play(np.full((6, 60, 200), 0.5, np.float32), np.full((6, 2, 30, 100), 0.5, np.float32), p, rng)
        self.assertAlmostEqual(y.std() / 255, 0.03, delta=0.0015)
        self.assertAlmostEqual(c.std() / 255, 0.015, delta=0.0015)

    def test_luma_above_the_band_is_gone_and_below_it_stays(self):
        x = np.arange(400, dtype=np.float32)
        p = dict(tape.fixed(0, 0, 0), peaking=0.0, luma_mhz=3.0)
        for mhz, low, high in ((1.0, 0.9, 1.1), (5.0, 0, 0.1)):
            y = np.broadcast_to(0.5 + 0.3 * np.sin(2 * np.pi * x * mhz / 13.5), (1, 8, 400)).astype(np.float32)
            out = tape.luma(y, p, np.random.default_rng(0))[..., 50:-50]
            gain = out.std() / y[..., 50:-50].std()
            self.assertTrue(low <= gain <= high, (mhz, gain))

    def test_shifted_moves_to_the_right(self):
        a = np.tile(np.arange(20, dtype=np.float32), (2, 1))
        out = tape.shifted(a, np.array([0.5, 3], np.float32))
        self.assertTrue(np.allclose(out[0, 5:15], a[0, 5:15] - 0.5, atol=1e-4))
        self.assertTrue(np.allclose(out[1, 5:15], a[1, 5:15] - 3, atol=1e-4))


class Clips(unittest.TestCase):
    def test_real_lines_come_through_the_filters_where_the_layout_expects_them(self):
        rng = np.random.default_rng(4)
        y, c = rng.integers(16, 235, (12, 32, 48), dtype=np.uint8), rng.integers(16, 240, (12, 2, 16, 24), dtype=np.uint8)
        for bottom in (0, 1):
            iy, ic = clips.weave(*clips.fields(y, c, bottom), bottom)
            ly, lc = clips.filtered(iy, ic, bottom, ["4:3:6:4.5"])
            self.assertEqual(ly.shape, (12, 2, 32, 48))
            for t in range(2, 10):
                line = (t % 2) ^ bottom
                self.assertTrue(np.array_equal(ly[t, 0, line::2], y[t, line::2].astype(np.uint16) * 4), (bottom, t))
                self.assertTrue(np.array_equal(lc[t, 0, :, line::2], c[t, :, line::2].astype(np.uint16) * 4), (bottom, t))

    def test_a_pan_moves_the_picture_by_its_speed(self):
        rng = np.random.default_rng(5)
        big = np.kron(rng.integers(30, 220, (60, 90)), np.ones((8, 8))).astype(np.uint8)
        photo = type("Photo", (), dict(y=torch.from_numpy(big), c=torch.full((2, 240, 360), 128, dtype=torch.uint8)))
        path = motion.place(np.array([[0, 0], [5, 0]]), np.ones(2), np.zeros(2))
        y, c = clips.view(photo, path, 40, 30, (360.0, 240.0), 1.0)
        self.assertEqual((tuple(y.shape), tuple(c.shape)), ((2, 60, 80), (2, 2, 30, 40)))
        self.assertLess((y[0, :, 5:] - y[1, :, :-5]).abs().max().item(), 0.01)

    def test_shrinking_a_plane_slope_keeps_its_place(self):
        x = torch.arange(64.0)
        y = x.expand(1, 32, 64)
        c = (2 * torch.arange(32.0)).expand(1, 2, 16, 32)  # left-sited: chroma sample j lies at luma 2j
        sy, sc = clips.shrink(y, c, 0.5)
        self.assertTrue(torch.allclose(sy[0, 8, 2:-2], 2 * torch.arange(32.0)[2:-2] + 0.5))
        self.assertTrue(torch.allclose(sc[0, 0, 4, 2:-2], 4 * torch.arange(16.0)[2:-2] + 0.5, atol=1e-4))  # of luma 2k, at 4k + 0.5


if __name__ == "__main__":
    unittest.main()
