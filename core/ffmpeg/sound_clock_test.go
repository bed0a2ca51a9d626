package ffmpeg

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// heard plays blocks of n samples to a clock; at says when block k begins, in samples.
func heard(rate, n, blocks int, at func(k int) float64) *SoundClock {
	c := &SoundClock{}
	for k := range blocks {
		c.line(fmt.Sprintf("[Parsed_ashowinfo_0 @ 0x1] n:%d pts:%d pts_time:%g pos:-1 fmt:s16 channels:1 rate:%d nb_samples:%d checksum:1EE8F45A plane_checksums: [ 1EE8F45A ]", k, int64(math.Round(at(k))), at(k)/float64(rate), rate, n))
	}
	return c
}

func TestDrift(t *testing.T) {
	const rate, n = 48000, 1152
	even := func(k int) float64 { return float64(k * n) }
	for _, c := range []struct {
		name            string
		blocks          int
		at              func(k int) float64
		total           float64 // seconds; NaN: not known
		steady, wanders bool
	}{
		{"in step", 4000, even, 0, false, false},
		{"a late start", 4000, func(k int) float64 { return even(k) + 20000 }, 0, false, false},
		{"slow by 100 ppm", 4000, func(k int) float64 { return 1.0001 * even(k) }, 0.0096, true, false},
		{"fast by 400 ppm", 9000, func(k int) float64 { return 0.9996 * even(k) }, -0.0864, true, false},
		{"jitter of 3 ms", 4000, func(k int) float64 { return 1.0002*even(k) + float64(k*7919%289-144) }, 0.0192, true, false},
		{"a gap of a second", 4000, func(k int) float64 { return even(k) + map[bool]float64{true: 48000}[k > 1000] }, 0, false, false},
		{"a gap in a drift", 4000, func(k int) float64 { return 1.0002*even(k) + map[bool]float64{true: 48000}[k > 1000] }, 0.0192, true, false},
		{"a jump of 90 ms", 4000, func(k int) float64 { return even(k) + map[bool]float64{true: 4320}[k > 2000] }, 0.135, false, true},
		{"there and back", 4000, func(k int) float64 { return even(k) + 4000*math.Sin(float64(k)/600) }, 0.0, false, true},
		{"too much", 4000, func(k int) float64 { return 1.02 * even(k) }, 1.92, false, true},
		{"too short", 400, func(k int) float64 { return 1.001 * even(k) }, math.NaN(), false, false},
	} {
		d, known := heard(rate, n, c.blocks, c.at).Drift()
		if known == math.IsNaN(c.total) {
			t.Errorf("%s: known %v", c.name, known)
			continue
		}
		if d.Steady() != c.steady || d.Wanders() != c.wanders {
			t.Errorf("%s: %+v: steady %v, wanders %v", c.name, d, d.Steady(), d.Wanders())
		}
		if c.steady && math.Abs(d.Total-c.total) > 0.0005 {
			t.Errorf("%s: %.5f s, want %.5f", c.name, d.Total, c.total)
		}
	}
}

// The clock of a day's sound takes no more room than that of a minute's, and tells as much.
func TestLongDrift(t *testing.T) {
	c := &SoundClock{}
	for k := range int64(3_600_000) {
		c.add(k*1152+k*1152/20000, 1152, 48000)
	}
	d, known := c.Drift()
	if !known || len(c.points) > mostPoints || math.Abs(d.Rate-5e-5) > 1e-9 {
		t.Errorf("%+v from %d points", d, len(c.points))
	}
}

func TestStretchIsExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.IntRange(8000, 192000).Draw(rt, "rate")
		by := rapid.Float64Range(-driftMost, driftMost).Draw(rt, "drift")
		s := StretchOf(Drift{Rate: by}, rate)
		exact := 1.0
		for _, step := range s.steps() {
			exact *= float64(step[0]) / float64(step[1])
		}
		if off := math.Abs(exact - 1 - by); off*86400 > 0.02 {
			rt.Fatalf("%+v by %v is off by %g s a day", s, s.steps(), off*86400)
		}
	})
	if f := (Stretch{}).filters(); f != nil {
		t.Errorf("nothing asked for, but %v", f)
	}
}

// A capture whose sound is too short by its own times is made as long as those say, to the sample, and a gap in it stays where it is.
func TestDriftIsTakenBack(t *testing.T) {
	tools := filterTools(t)
	path := filepath.Join(t.TempDir(), "tape.mkv")
	// Ticks stand at every second of the sound's own clock, which runs 1500 ppm slow; from 12 s on all is half a second later.
	out, err := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "aevalsrc=exprs='0.5*eq(mod(n,48000),24000)':s=48000:d=24", "-af", "asetpts='PTS*1.0015+gt(T,12)*24000'", "-c:a", "pcm_s16le", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	clock := &SoundClock{}
	r, err := tools.PCM(t.Context(), path, 0, PCMSpec{Rate: 48000, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	plain := pcmAll(t, r)
	r.Close()
	d, known := clock.Drift()
	if !known || !d.Steady() || math.Abs(d.Rate-0.0015) > 2e-5 {
		t.Fatalf("%+v, %v", d, known)
	}
	s := StretchOf(d, clock.Rate())
	r, err = tools.PCM(t.Context(), path, 0, PCMSpec{Rate: 48000, Stretch: s})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	mended := pcmAll(t, r)
	t.Logf("%d samples before, %d after", len(plain), len(mended))
	ticks := 0
	for i, v := range mended {
		if v < 0.3 || mended[max(0, i-1)] > v || i+1 < len(mended) && mended[i+1] > v {
			continue
		}
		want := (float64(ticks) + 0.5) * 1.0015
		if ticks >= 12 {
			want += 0.5
		}
		if off := float64(i)/48000 - want; math.Abs(off) > 0.001 {
			t.Errorf("tick %d is off by %.2f ms", ticks, 1000*off)
		}
		ticks++
	}
	if ticks != 24 {
		t.Errorf("%d ticks of 24", ticks)
	}
}

func FuzzSoundClock(f *testing.F) {
	f.Add("[Parsed_ashowinfo_0 @ 0x1] n:0 pts:0 pts_time:0 pos:-1 fmt:s16 channels:1 chlayout:mono rate:44100 nb_samples:1024 checksum:1\n[x] n:1 pts:9223372036854775807 rate:1 nb_samples:1")
	f.Fuzz(func(t *testing.T, log string) {
		c := &SoundClock{}
		for range 40 {
			for line := range strings.Lines(log) {
				c.line(line)
			}
		}
		if d, known := c.Drift(); known && (math.IsNaN(d.Rate) || math.IsNaN(d.Off)) {
			t.Errorf("%+v", d)
		}
	})
}
