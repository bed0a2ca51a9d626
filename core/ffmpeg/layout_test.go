package ffmpeg

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestWhichLayoutsChangeWhat(t *testing.T) {
	for channels, want := range map[int]string{0: "", 1: "stereo 5.1 7.1", 2: "mono 5.1 7.1", 3: "mono stereo", 6: "mono stereo", 7: "mono stereo 5.1", 8: "mono stereo 5.1", 16: ""} {
		var got []string
		for _, l := range []Layout{AsFound, Mono, Stereo, Surround51, Surround71} {
			if (Relayout(l, channels) != nil) != l.Changes(channels) {
				t.Errorf("%d channels to %q: %v", channels, l, Relayout(l, channels))
			}
			if l.Changes(channels) {
				got = append(got, string(l))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d channels can become %v, want %s", channels, got, want)
		}
	}
}

// through sends interleaved samples through filters.
func through(t *testing.T, tools *Tools, rate, channels int, x []float32, filters []Filter, out int) []float32 {
	t.Helper()
	r, err := tools.PCM(t.Context(), pcmWAV(t, rate, channels, x), 0, PCMSpec{Rate: rate, Channels: out, Filters: filters})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var y []float32
	buf := make([]float32, 4096)
	for {
		n, err := r.Read(buf)
		y = append(y, buf[:n]...)
		if err != nil {
			return y
		}
	}
}

// Mixes are those of BS.775, in floating point, and never scaled.
func TestMixes(t *testing.T) {
	tools := filterTools(t)
	const half = math.Sqrt2 / 2
	for _, c := range []struct {
		layout Layout
		in     []float32 // one value a channel
		want   []float64
	}{
		{Mono, []float32{0.5, 0.25}, []float64{0.375}},
		{Mono, []float32{0.5, -0.5}, []float64{0}},
		{Stereo, []float32{0.5}, []float64{0.5, 0.5}},
		{Stereo, []float32{0.9, 0.8, 0.7, 0.3, 0.5, 0.4}, []float64{0.9 + 0.7*half + 0.5*half, 0.8 + 0.7*half + 0.4*half}},
		{Mono, []float32{0.9, 0.8, 0.7, 0.3, 0.5, 0.4}, []float64{(1.7 + 1.4*half + 0.9*half) / 2}},
	} {
		var x []float32
		for range 480 {
			x = append(x, c.in...)
		}
		y := through(t, tools, 48000, len(c.in), x, Relayout(c.layout, len(c.in)), len(c.want))
		if len(y) != 480*len(c.want) {
			t.Fatalf("%d to %s: %d samples", len(c.in), c.layout, len(y))
		}
		for i, w := range c.want {
			if got := float64(y[200*len(c.want)+i]); math.Abs(got-w) > 1e-3 {
				t.Errorf("%d channels to %s: channel %d is %.4f, want %.4f", len(c.in), c.layout, i, got, w)
			}
		}
	}
}

// Sound that is spread over more channels comes at its time and whole, also at the end, as the encoder's chain makes it.
func TestSpreadSoundIsInTime(t *testing.T) {
	tools := filterTools(t)
	late, err := tools.UpmixDelay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("this ffmpeg's surround is %d samples late", late)
	const rate, n = 48000, 30011
	for _, c := range []struct {
		layout Layout
		in     int
	}{{Surround51, 1}, {Surround51, 2}, {Surround71, 1}, {Surround71, 2}} {
		x := make([]float32, n*c.in)
		clicks := []int{0, 9001, n - 1}
		for _, at := range clicks {
			for ch := range c.in {
				x[at*c.in+ch] = 0.5
			}
		}
		track := AudioTrack{Layout: c.layout, From: c.in, late: late}
		out := c.layout.Channels()
		y := through(t, tools, rate, c.in, x, track.layoutFilters(), out)
		if len(y) != n*out {
			t.Errorf("%d to %s: %d samples of %d", c.in, c.layout, len(y)/out, n)
		}
		for _, at := range clicks {
			best := -1
			for i := max(0, at-3000); i < min(len(y)/out, at+3000); i++ {
				if best < 0 || math.Abs(float64(y[i*out])) > math.Abs(float64(y[best*out])) {
					best = i
				}
			}
			if best != at || math.Abs(float64(y[best*out])) < 0.4 {
				t.Errorf("%d to %s: the click at %d is at %d, %.2f high", c.in, c.layout, at, best, y[best*out])
			}
		}
	}
}

func TestSpreadingNeedsItsFilter(t *testing.T) {
	tools := &Tools{FFmpeg: "/none", filters: map[string]bool{"pan": true}}
	spec := encodeSpec()
	spec.Audio = []AudioTrack{{Stream: 1, Codec: "aac", Rate: 48000, Layout: Surround51, From: 2, Channels: 6}}
	_, err := tools.Encode(t.Context(), spec)
	if _, missing := err.(*MissingError); !missing {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := (&Tools{FFmpeg: "/none"}).UpmixDelay(ctx); err == nil {
		t.Error("there is no ffmpeg, but a delay")
	}
}

// The encoder's chain: the layout behind the rate, before the length is settled.
func TestLayoutInTheChain(t *testing.T) {
	s := encodeSpec()
	for layout, want := range map[Layout]string{
		AsFound:    "aresample=osr=48000,asetpts",
		Mono:       "aresample=osr=48000,aformat=sample_fmts=fltp,pan=mono|c0=0.5*c0+0.5*c1,asetpts",
		Surround51: fmt.Sprintf("aresample=osr=48000,apad=pad_len=%d,aformat=sample_fmts=fltp,aformat=sample_fmts=fltp:channel_layouts=stereo,surround=chl_out=5.1:win_size=4096,atrim=start_sample=%d,asetpts=expr=PTS-STARTPTS,asetpts", 2048, 2048),
	} {
		got := Chain(s.soundFilters(AudioTrack{Codec: "aac", Rate: 48000, Layout: layout, From: 2}))
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s", layout, got)
		}
	}
}
