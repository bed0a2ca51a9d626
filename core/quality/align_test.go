package quality_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/quality"
)

// texture is a picture that any part of can be told from the others: waves of several lengths. u and v are in its own units.
func texture(u, v float64) float64 {
	return 0.5 + 0.12*math.Sin(u/7+0.3*math.Sin(v/19)) + 0.1*math.Cos(v/9) + 0.1*math.Sin((u+v)/23) + 0.08*math.Cos((u-2*v)/31) + 0.07*math.Sin(u/41)
}

// scene is n pictures of the texture, moving by speed samples a picture, seen at scale about the middle and shifted by dx, dy.
func scene(f frame.Format, n int, speed, dx, dy, scale float64, noise float64, seed uint64) []*frame.Frame {
	random := rand.New(rand.NewPCG(seed, 1))
	top := float64(uint32(1)<<f.Depth - 1)
	out := make([]*frame.Frame, n)
	for i := range out {
		out[i] = frame.New(f)
		for p := range f.Chroma.Planes() {
			w, h := f.PlaneSize(p)
			kx, ky, place := float64(f.Width)/float64(w), float64(f.Height)/float64(h), 0.0
			if p > 0 && h < f.Height {
				place = 0.5
			}
			for y := range h {
				for x := range w {
					// The luma position of this sample, then where the scene is there.
					px, py := math.Round(kx)*float64(x), math.Round(ky)*float64(y)+place
					cx, cy := float64(f.Width-1)/2, float64(f.Height-1)/2
					u := (px-dx-cx)/scale + cx + speed*float64(i*(i+2))/3 // what passes evenly could as well be shifted
					v := (py-dy-cy)/scale + cy
					s := texture(u, v+100*float64(p)) + noise*random.NormFloat64()
					set(out[i], p, x, y, uint16(min(max(s, 0), 1)*top))
				}
			}
		}
	}
	return out
}

var picture = frame.Format{Width: 128, Height: 96, Chroma: frame.YUV420, Depth: 10}

// TestFindsAlignment: what was moved, scaled and delayed is found again, under noise.
func TestFindsAlignment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := quality.Alignment{
			Frames: rapid.IntRange(-2, 2).Draw(t, "frames"),
			DX:     rapid.Float64Range(-6, 6).Draw(t, "dx"), DY: rapid.Float64Range(-4, 4).Draw(t, "dy"),
			ScaleX: rapid.Float64Range(0.985, 1.015).Draw(t, "scale"),
		}
		want.ScaleY = want.ScaleX
		const n, speed = 6, 3.3
		noise := rapid.Float64Range(0, 0.02).Draw(t, "noise")
		a := scene(picture, n+3, speed, 0, 0, 1, noise, 1)
		b := scene(picture, n+3, speed, want.DX, want.DY, want.ScaleX, noise, 2)
		if want.Frames >= 0 {
			a = a[want.Frames:] // b's picture i+Frames shows a's moment i
		} else {
			b = b[-want.Frames:]
		}
		got, err := quality.FindAlignment(a[:n], b[:n], 3)
		if err != nil {
			t.Fatal(err)
		}
		edge := float64(picture.Width) / 2
		// Less than a sample in all may pass for noise, where there is some.
		slight := math.Abs(want.DX)+math.Abs(want.DY)+math.Abs(want.ScaleX-1)*edge < 0.8
		if slight && noise > 0.005 && got == (quality.Alignment{Frames: want.Frames, ScaleX: 1, ScaleY: 1}) {
			return
		}
		if got.Frames != want.Frames || math.Abs(got.DX-want.DX) > 0.1 || math.Abs(got.DY-want.DY) > 0.1 ||
			math.Abs(got.ScaleX-want.ScaleX)*edge > 0.15 || math.Abs(got.ScaleY-want.ScaleY)*edge > 0.15 {
			t.Errorf("found %v, it was %v", got, want)
		}
	})
}

func luma(t *testing.T, f frame.Format, a, b []*frame.Frame) float64 {
	t.Helper()
	m, err := quality.NewPSNR(f)
	for i := range a {
		if err == nil {
			err = m.Add(a[i], b[i])
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return slices.Min(m.Planes())
}

// TestApplyUndoesTheMove, of all planes and from another size too.
func TestApplyUndoesTheMove(t *testing.T) {
	for _, c := range []frame.Chroma{frame.Mono, frame.YUV420, frame.YUV422, frame.YUV444} {
		f := picture
		f.Chroma = c
		a, b := scene(f, 1, 0, 0, 0, 1, 0, 1), scene(f, 1, 0, 1.4, -0.7, 1.01, 0, 1)
		moved, err := quality.Alignment{DX: 1.4, DY: -0.7, ScaleX: 1.01, ScaleY: 1.01}.Apply(b[0], f)
		if err != nil {
			t.Fatal(err)
		}
		inner := func(g *frame.Frame) []*frame.Frame { // without the edges, beyond which there is nothing
			small := f
			small.Width, small.Height = f.Width-32, f.Height-32
			out, err := quality.Aligned().Apply(g, f)
			if err != nil {
				t.Fatal(err)
			}
			return []*frame.Frame{crop(out, small, 16)}
		}
		x, y := inner(a[0]), inner(moved)
		if before, after := luma(t, x[0].Format, x, inner(b[0])), luma(t, x[0].Format, x, y); after < 46 || after < before+8 {
			t.Errorf("%v: %.1f dB before, %.1f after", c, before, after)
		}
	}
	if _, err := quality.Aligned().Apply(frame.New(picture), frame.Format{Width: 128, Height: 96, Chroma: frame.RGB, Depth: 10}); err == nil {
		t.Error("another layout of colours was taken")
	}
}

// crop is the middle of g.
func crop(g *frame.Frame, to frame.Format, by int) *frame.Frame {
	out := frame.New(to)
	sx, sy := g.Chroma.Shift()
	for p := range g.Chroma.Planes() {
		ox, oy := by, by
		if p > 0 {
			ox, oy = by>>sx, by>>sy
		}
		w, h := to.PlaneSize(p)
		gw, _ := g.PlaneSize(p)
		n := g.SampleBytes()
		for y := range h {
			copy(out.Plane(p)[y*w*n:(y+1)*w*n], g.Plane(p)[((y+oy)*gw+ox)*n:])
		}
	}
	return out
}

// TestSizesAreBroughtTogether: a picture of twice the size lies on the smaller one.
func TestSizesAreBroughtTogether(t *testing.T) {
	big := picture
	big.Width, big.Height, big.Depth = 2*picture.Width, 2*picture.Height, 8
	a := scene(picture, 3, 2, 0, 0, 1, 0, 1)
	var b []*frame.Frame
	for _, f := range a {
		g, err := quality.Aligned().Apply(f, big)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, g)
	}
	got, err := quality.FindAlignment(a, b, 1)
	if err != nil || got != quality.Aligned() {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range b {
		if b[i], err = got.Apply(b[i], picture); err != nil {
			t.Fatal(err)
		}
	}
	if v := luma(t, picture, a, b); v < 42 {
		t.Errorf("there and back loses all but %.1f dB", v)
	}
}

// TestPicturesThatShowNothingStayWhereTheyAre, whatever noise there is.
func TestPicturesThatShowNothingStayWhereTheyAre(t *testing.T) {
	flat := func(seed uint64) []*frame.Frame {
		r := rand.New(rand.NewPCG(seed, 3))
		out := make([]*frame.Frame, 4)
		for i := range out {
			out[i] = frame.New(picture)
			for p := range 3 {
				w, h := picture.PlaneSize(p)
				for y := range h {
					for x := range w {
						set(out[i], p, x, y, uint16(512+float64(seed)*8*r.NormFloat64()))
					}
				}
			}
		}
		return out
	}
	for _, seed := range []uint64{0, 2} {
		got, err := quality.FindAlignment(flat(seed), flat(seed+seed/2), 3)
		if err != nil || got.Frames != 0 || math.Abs(got.DX)+math.Abs(got.DY) > 0.5 {
			t.Errorf("%v, %v", got, err)
		}
	}
	if got, err := quality.FindAlignment(nil, flat(0), 3); err != nil || got != quality.Aligned() {
		t.Errorf("%v, %v", got, err)
	}
	broken := frame.New(picture)
	broken.Data = broken.Data[:10]
	if _, err := quality.FindAlignment([]*frame.Frame{broken}, flat(0), 1); err == nil {
		t.Error("a frame without its data was taken")
	}
}
