package core_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/testdata/tape"
)

// tapeSound is a capture's sound with hum and hiss, and a short tone at each of beeps; times are seconds from the track's first sample.
type tapeSound struct {
	rate, channels int
	seconds        float64
	offset         float64 // of the track against the picture
	silent         bool
	tracks         int
	equal          bool // all channels carry the very same
	dead           bool // the second channel carries nothing
}

// beeps are where the picture's clock has short tones: rare enough that the hum between them can be measured.
var beeps = []float64{1.2, 2.9}

const (
	soundHum     = 59.5
	soundSeconds = 4.0
)

// capture makes a small video with that sound.
func (s tapeSound) capture(t *testing.T, path string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	n := int(s.seconds * float64(s.rate))
	var raw []byte
	for i := range n {
		at := float64(i) / float64(s.rate)
		beep := 0.0
		for _, b := range beeps {
			if d := at - (b - s.offset); d >= 0 && d < 0.01 {
				beep = 0.4 * (0.5 - 0.5*math.Cos(2*math.Pi*d/0.01)) * math.Sin(2*math.Pi*1500*d)
			}
		}
		voice := 0.05 * math.Sin(2*math.Pi*(330+40*math.Sin(2*math.Pi*0.7*at))*at) * max(0, math.Sin(2*math.Pi*1.3*at))
		noise := rng.NormFloat64()
		for c := range s.channels {
			if !s.equal {
				noise = rng.NormFloat64()
			}
			v := beep + voice + 0.004*noise
			for k, a := range []float64{0.02, 0.012, 0.008} {
				v += a * math.Sin(2*math.Pi*soundHum*float64(k+1)*at)
			}
			if s.silent || s.dead && c == 1 {
				v = 0
			}
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
		}
	}
	pcm := filepath.Join(t.TempDir(), "sound.f32")
	if err := os.WriteFile(pcm, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-v", "error", "-y", "-f", "lavfi", "-i", fmt.Sprintf("testsrc=size=96x64:rate=25:duration=%g", soundSeconds)}
	for range max(1, s.tracks) {
		args = append(args, "-itsoffset", fmt.Sprint(s.offset), "-f", "f32le", "-ar", strconv.Itoa(s.rate), "-ac", strconv.Itoa(s.channels), "-i", pcm)
	}
	args = append(args, "-map", "0:v")
	for i := range max(1, s.tracks) {
		args = append(args, "-map", fmt.Sprintf("%d:a", i+1))
	}
	output(t, "ffmpeg", append(args, "-c:v", "ffv1", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", path)...)
}

// Whatever the sound's form, it comes out restored, as long as the picture, in time to the millisecond, and nothing is left beside the output.
func TestSoundOfAnyForm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	s := newService(t)
	for name, in := range map[string]tapeSound{
		"stereo":     {rate: 48000, channels: 2, seconds: soundSeconds},
		"mono":       {rate: 44100, channels: 1, seconds: soundSeconds},
		"5.1":        {rate: 48000, channels: 6, seconds: soundSeconds},
		"8 kHz":      {rate: 8000, channels: 1, seconds: soundSeconds},
		"96 kHz":     {rate: 96000, channels: 2, seconds: soundSeconds},
		"longer":     {rate: 48000, channels: 1, seconds: soundSeconds + 1.5},
		"shorter":    {rate: 48000, channels: 1, seconds: soundSeconds - 0.7},
		"late":       {rate: 48000, channels: 1, seconds: soundSeconds, offset: 0.24},
		"early":      {rate: 48000, channels: 1, seconds: soundSeconds, offset: -0.13},
		"silent":     {rate: 48000, channels: 2, seconds: soundSeconds, silent: true},
		"two tracks": {rate: 48000, channels: 1, seconds: soundSeconds, tracks: 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "tape.mkv")
			in.capture(t, path)
			r := quick("none")
			r.Sound.Loudness = 0
			req := core.Request{Path: path, Recipe: r, Output: filepath.Join(dir, "out.mkv"), Resume: name == "late"}
			p, err := s.Plan(t.Context(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			if treated := p.Sound[0].Program != nil; treated == in.silent {
				t.Errorf("sound is treated: %v: %+v", treated, p.Sound[0])
			}
			if _, err := s.Restore(t.Context(), req, nil); err != nil {
				t.Fatal(err)
			}
			onlyFiles(t, dir, "tape.mkv", "out.mkv")
			for track := range max(1, in.tracks) {
				before, after := sound(t, path, track), sound(t, req.Output, track)
				if d := float64(len(after))/tape.SampleRate - soundSeconds; math.Abs(d) > 0.04 {
					t.Errorf("track %d is %.3f s longer than the picture", track, d)
				}
				if in.silent {
					for _, v := range after {
						if v != 0 {
							t.Fatal("silence is silent no more")
						}
					}
					continue
				}
				heard := tape.FindSync(after)
				for _, b := range beeps {
					nearest := math.Inf(1)
					for _, h := range heard {
						nearest = min(nearest, math.Abs(h-b))
					}
					if nearest > 0.001 {
						t.Errorf("track %d: the tone at %.3f s is off by %.2f ms: %v", track, b, 1000*nearest, heard)
					}
				}
				from := int(1.7 * tape.SampleRate)
				down := lineLevel(before[from:from+tape.SampleRate/2], soundHum) - lineLevel(after[from:from+tape.SampleRate/2], soundHum)
				if t.Logf("track %d: hum is %.1f dB down", track, down); down < 25 {
					t.Errorf("track %d: hum is only %.1f dB down", track, down)
				}
			}
		})
	}
}

// lineLevel is the level of a tone in dB.
func lineLevel(x []float32, hz float64) float64 {
	var re, im float64
	for i, v := range x {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(x)))
		s, c := math.Sincos(2 * math.Pi * hz * float64(i) / tape.SampleRate)
		re, im = re+float64(v)*w*c, im+float64(v)*w*s
	}
	return 10 * math.Log10(re*re+im*im+1e-20)
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !strings.Contains(strings.Join(want, "\n"), e.Name()) {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

// A file of somebody else's that stands where the restored sound would be kept is neither replaced nor removed; one that a killed run left is.
func TestSoundBesideTheOutput(t *testing.T) {
	s := newService(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "tape.mkv")
	tapeSound{rate: 8000, channels: 1, seconds: soundSeconds}.capture(t, path)
	req := core.Request{Path: path, Recipe: quick("none"), Output: filepath.Join(dir, "out.mkv")}
	kept := filepath.Join(dir, "out.partial.sound1.flac")
	if err := os.WriteFile(kept, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Restore(t.Context(), req, nil); err == nil {
		t.Error("it was done all the same")
	}
	if text, err := os.ReadFile(kept); err != nil || string(text) != "theirs" {
		t.Error(string(text), err)
	}
	if err := os.WriteFile(kept, []byte("fLaC TAPELIGHT_PART=sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Restore(t.Context(), req, nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(kept); !errors.Is(err, os.ErrNotExist) {
		t.Error("it is still there:", err)
	}
}

// What probe --sound prints comes from here.
func TestSoundMeasured(t *testing.T) {
	s := newService(t)
	path := filepath.Join(t.TempDir(), "tape.mkv")
	tapeSound{rate: 8000, channels: 1, seconds: soundSeconds, tracks: 2}.capture(t, path)
	tracks, err := s.Sound(t.Context(), path, nil)
	if err != nil || len(tracks) != 2 {
		t.Fatal(tracks, err)
	}
	for i, one := range tracks {
		if one.Track != i+1 || math.Abs(one.Measured.HumHz-soundHum) > 0.1 || !strings.Contains(strings.Join(one.Found, " "), "Hum at 59") || one.Loudness == nil || len(one.Repairs) < 2 {
			t.Errorf("%+v", one)
		}
	}
}
