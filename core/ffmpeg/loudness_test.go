package ffmpeg

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestParseLoudness(t *testing.T) {
	inf := math.Inf(-1)
	for name, want := range map[string]Loudness{
		"loudness-tone.txt":    {-27.3, -19.9, 0.8, -37.3},
		"loudness-silence.txt": {inf, inf, 0, 0},
		"loudness-short.txt":   {inf, -18.1, 0, 0},
		"loudness-over.txt":    {Integrated: 10, TruePeak: 32, Range: 0, Threshold: 19},
	} {
		log, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseLoudness(string(log))
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		if silent := math.IsInf(want.Integrated, -1); got.Silent() != silent {
			t.Errorf("%s: silent %v", name, got.Silent())
		}
	}
	good := "x\n[Parsed_ebur128_0 @ 0x1] Summary:\n\n  Integrated loudness:\n    I:  -20.0 LUFS\n    Threshold: -30.0 LUFS\n\n  Loudness range:\n    LRA: 3.0 LU\n\n  True peak:\n    Peak: -2.0 dBFS\n"
	if l, err := parseLoudness(good); err != nil || l != (Loudness{-20, -2, 3, -30}) {
		t.Error(l, err)
	}
	// A file's own tags are in the log too; they can't pass for the meter.
	if l, err := parseLoudness("title : [ebur128] Summary:\n" + strings.ReplaceAll(good, "20", "1") + good); err != nil || l.Integrated != -20 {
		t.Error(l, err)
	}
	for _, bad := range []string{"", "] Summary:", strings.Replace(good, "-20.0", "nan", 1), strings.Replace(good, "-20.0", "inf", 1), strings.Replace(good, "3.0", "-inf", 1), strings.Replace(good, "3.0", "1e999", 1),
		strings.Replace(good, "Peak:", "Pique:", 1), strings.Replace(good, "True peak", "Sample peak", 1), good[:len(good)-20]} {
		if l, err := parseLoudness(bad); err == nil {
			t.Errorf("%q is taken for %+v", bad, l)
		}
	}
}

func FuzzParseLoudness(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "loudness-*.txt"))
	for _, name := range files {
		log, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(log))
	}
	f.Add("] Summary:\n True peak:\n Peak: -inf dBFS\n")
	f.Fuzz(func(t *testing.T, log string) {
		l, err := parseLoudness(log)
		if err != nil {
			return
		}
		for _, v := range []float64{l.Integrated, l.TruePeak, l.Range, l.Threshold} {
			if math.IsNaN(v) || math.IsInf(v, 1) {
				t.Errorf("%+v", l)
			}
		}
	})
}

func TestLoudnessOfAFile(t *testing.T) {
	defer goleak.VerifyNone(t)
	tools := filterTools(t)
	x := make([]float32, 48000*5)
	for i := range x {
		x[i] = float32(0.1 * math.Sin(2*math.Pi*997*float64(i)/48000))
	}
	path := pcmWAV(t, 48000, 1, x)
	l, err := tools.Loudness(t.Context(), path, 0, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	// BS.1770: a 997 Hz sine at -20 dBFS peak in one channel is -23.0 LUFS.
	if math.Abs(l.Integrated+23.0) > 0.1 || math.Abs(l.TruePeak+20) > 0.1 {
		t.Errorf("%+v", l)
	}
	up, err := tools.Loudness(t.Context(), path, 0, 0, 0, []Filter{Gain(6)})
	if err != nil || math.Abs(up.Integrated-l.Integrated-6) > 0.05 {
		t.Errorf("6 dB up: %+v %v", up, err)
	}
	if _, err := tools.Loudness(t.Context(), path, 3, 0, 0, nil); err == nil {
		t.Error("there is no stream 3")
	}
	if _, err := tools.Loudness(t.Context(), filepath.Join(t.TempDir(), "none.wav"), 0, 0, 0, nil); err == nil {
		t.Error("there is no such file")
	}
}
