package ffmpeg

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestParseLoudness(t *testing.T) {
	inf := math.Inf(-1)
	for name, want := range map[string]Loudness{
		"loudness-tone.txt":    {-23.19, -17.33, 2.70, -35.05},
		"loudness-silence.txt": {inf, inf, 0, -70},
		"loudness-short.txt":   {inf, -18.06, 0, -70},
		"loudness-over.txt":    {Integrated: inf, TruePeak: 31.94, Range: 0, Threshold: -70},
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
	for _, bad := range []string{"", "}", "{", "}{", "{}", `{"input_i":"nan","input_tp":"0","input_lra":"0","input_thresh":"0"}`, `{"input_i":"inf","input_tp":"0","input_lra":"0","input_thresh":"0"}`,
		`{"input_i":"-20","input_tp":"0","input_lra":"-inf","input_thresh":"0"}`, `{"input_i":"-20","input_tp":"0"}`, `{"input_i":-20}`} {
		if l, err := parseLoudness(bad); err == nil {
			t.Errorf("%q is taken for %+v", bad, l)
		}
	}
}

// A file's own tags are in the log too; they can't pass for the meter.
func TestLoudnessOfTaggedLog(t *testing.T) {
	real := `{"input_i" : "-20.00","input_tp" : "-2.00","input_lra" : "3.00","input_thresh" : "-30.00"}`
	l, err := parseLoudness(`title : {"input_i" : "-1","input_tp" : "-1","input_lra" : "1","input_thresh" : "-1"}` + "\n[Parsed_loudnorm_1 @ 0x1]\n" + real)
	if err != nil || l.Integrated != -20 {
		t.Error(l, err)
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
	f.Add("}{")
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
