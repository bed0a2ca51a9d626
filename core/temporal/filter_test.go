package temporal_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/temporal"
)

var noisy = temporal.Settings{Change: 2, Weight: 1}

func filterOf(t testing.TB, f frame.Format, s temporal.Settings) *temporal.Filter {
	t.Helper()
	filter, err := temporal.New(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return filter
}

// fill sets each sample of f, by plane and place.
func fill(f *frame.Frame, value func(p, x, y int) int) {
	for p := range 3 {
		w, h := f.PlaneSize(p)
		for i := range w * h {
			put(f, p, i, value(p, i%w, i/w))
		}
	}
}

func put(f *frame.Frame, p, i, v int) {
	if f.SampleBytes() == 1 {
		f.Plane(p)[i] = byte(v)
	} else {
		binary.LittleEndian.PutUint16(f.Plane(p)[2*i:], uint16(v))
	}
}

func get(f *frame.Frame, p, i int) int {
	if f.SampleBytes() == 1 {
		return int(f.Plane(p)[i])
	}
	return int(binary.LittleEndian.Uint16(f.Plane(p)[2*i:]))
}

// texture is what a still camera sees.
func texture(x, y int) int {
	return 400 + int(150*math.Sin(float64(x)/6)+100*math.Sin(float64(x+2*y)/11))
}

// TestNoiseOverAStillPicture: it swings by less than half as much, and the picture beneath is the same.
func TestNoiseOverAStillPicture(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	filter := filterOf(t, small, noisy)
	const sigma = 8 // of 1023: two codes of 255
	var before, after [3]float64
	for n := range 40 {
		f := frame.New(small)
		fill(f, func(_, x, y int) int { return texture(x, y) + int(math.Round(rng.NormFloat64()*sigma)) })
		in := append([]byte(nil), f.Data...)
		filter.Apply(f)
		if n < 20 {
			continue
		}
		for p := range 3 {
			w, h := small.PlaneSize(p)
			for i := range w * h {
				truth := texture(i%w, i/w)
				was := int(binary.LittleEndian.Uint16(in[small.PlaneOffset(p)+2*i:]))
				before[p] += float64((was - truth) * (was - truth))
				after[p] += float64((get(f, p, i) - truth) * (get(f, p, i) - truth))
			}
		}
	}
	for p := range 3 {
		if r := math.Sqrt(after[p] / before[p]); r > 0.45 || r < 0.1 {
			t.Errorf("plane %d: noise falls to %.2f of itself", p, r)
		}
	}
}

// TestWhatMovesIsLeftAlone: a pan, and a cut, come out bit by bit.
func TestWhatMovesIsLeftAlone(t *testing.T) {
	filter := filterOf(t, small, noisy)
	for n := range 12 {
		f := frame.New(small)
		fill(f, func(_, x, y int) int {
			if n > 8 {
				return 1000 - texture(y, x)
			}
			return texture(x+4*n, y)
		})
		in := append([]byte(nil), f.Data...)
		filter.Apply(f)
		if n != 10 && n != 11 && string(in) != string(f.Data) { // what follows the cut stands still
			t.Fatalf("picture %d of a pan was changed", n)
		}
	}
}

// TestASlowFadeIsFollowed: brightness that creeps is never far behind.
func TestASlowFadeIsFollowed(t *testing.T) {
	filter := filterOf(t, small, noisy)
	for n := range 60 {
		f := frame.New(small)
		fill(f, func(_, x, y int) int { return texture(x, y) + n })
		filter.Apply(f)
		for i := range 1000 {
			if lag := texture(i%small.Width, i/small.Width) + n - get(f, 0, i); lag < 0 || lag > 5 {
				t.Fatalf("picture %d lags by %d of 1023", n, lag)
			}
		}
	}
}

// TestTheMemoryEnds: after LeadIn pictures a filter that began elsewhere gives the same samples. Nearly still pictures are the hardest.
func TestTheMemoryEnds(t *testing.T) {
	tiny := frame.Format{Width: 96, Height: 64, Chroma: frame.YUV420, Depth: 10}
	for _, sigma := range []float64{0, 0.3, 4} {
		long, short := filterOf(t, tiny, noisy), filterOf(t, tiny, noisy)
		rng := rand.New(rand.NewPCG(3, 4))
		for n := range 20 + temporal.LeadIn + 5 {
			f := frame.New(tiny)
			fill(f, func(_, x, y int) int { return texture(x, y) + int(math.Round(rng.NormFloat64()*sigma)) })
			g := &frame.Frame{Format: tiny, Data: append([]byte(nil), f.Data...)}
			if n < 20 { // what the other did not see differs
				fill(f, func(p, x, y int) int { return texture(x, y) + 6 })
			}
			long.Apply(f)
			if n >= 20 {
				short.Apply(g)
			}
			if n >= 20+temporal.LeadIn && string(f.Data) != string(g.Data) {
				t.Fatalf("noise of %g: %d pictures after it began, picture %d shows what was before", sigma, temporal.LeadIn, n)
			}
		}
	}
}

// TestAnyPicture: whatever the pictures are, each sample lies between what it was and what was there before, within the format's range.
func TestAnyPicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frame.Format{Width: 2 * rapid.IntRange(1, 40).Draw(t, "w"), Height: 2 * rapid.IntRange(1, 30).Draw(t, "h"), Chroma: frame.YUV420, Depth: rapid.IntRange(8, 12).Draw(t, "depth")}
		filter, err := temporal.New(f, temporal.Settings{Change: rapid.Float64Range(0.01, 255).Draw(t, "change"), Weight: rapid.Float64Range(0.01, 1).Draw(t, "weight")})
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		swing := rapid.SampledFrom([]int{1, 3, 1 << f.Depth}).Draw(t, "swing")
		low, high := make([]int, f.Bytes()), make([]int, f.Bytes())
		for n := range 4 {
			pic := frame.New(f)
			fill(pic, func(_, _, _ int) int { return rng.IntN(swing) + (1<<f.Depth - swing) })
			in := append([]byte(nil), pic.Data...)
			filter.Apply(pic)
			was := &frame.Frame{Format: f, Data: in}
			at := 0
			for p := range 3 {
				w, h := f.PlaneSize(p)
				for i := range w * h {
					v, x := get(pic, p, i), get(was, p, i)
					if n == 0 {
						low[at], high[at] = x, x
					}
					low[at], high[at] = min(low[at], x), max(high[at], x)
					if v < low[at] || v > high[at] {
						t.Fatalf("a sample of plane %d became %d; it was %d, and never outside %d..%d", p, v, x, low[at], high[at])
					}
					at++
				}
			}
		}
	})
}

func TestWhatCannotBeFiltered(t *testing.T) {
	for name, f := range map[string]frame.Format{
		"rgb": {Width: 16, Height: 16, Chroma: frame.RGB, Depth: 10}, "odd": {Width: 15, Height: 16, Chroma: frame.YUV420, Depth: 10},
		"deep": {Width: 16, Height: 16, Chroma: frame.YUV420, Depth: 16}, "none": {},
	} {
		if _, err := temporal.New(f, noisy); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	for _, s := range []temporal.Settings{{}, {Change: -1, Weight: 1}, {Change: 1, Weight: 2}, {Change: math.NaN(), Weight: 1}, {Change: 1e9, Weight: 1}} {
		if _, err := temporal.New(small, s); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	f := frame.New(frame.Format{Width: 1440, Height: 960, Chroma: frame.YUV420, Depth: 10})
	filter := filterOf(b, f.Format, noisy)
	b.ReportAllocs()
	for b.Loop() {
		filter.Apply(f)
	}
}
