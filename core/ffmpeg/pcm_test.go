package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/process"
)

// pcmWAV writes 32-bit float samples under a name that would hurt a shell or a URL.
func pcmWAV(t *testing.T, rate, channels int, x []float32) string {
	t.Helper()
	var b bytes.Buffer
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	size := uint32(len(x) * 4)
	b.WriteString("RIFF")
	put(36 + size)
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{3, uint16(channels)})
	put([]uint32{uint32(rate), uint32(rate * channels * 4)})
	put([]uint16{uint16(channels * 4), 32})
	b.WriteString("data")
	put(size)
	put(x)
	path := filepath.Join(t.TempDir(), "-it's %d, tape;1.wav")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pcmAll(t *testing.T, r *PCMReader) []float32 {
	t.Helper()
	var out []float32
	buf := make([]float32, 1009)
	for {
		n, err := r.Read(buf)
		out = append(out, buf[:n]...)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPCM(t *testing.T) {
	defer goleak.VerifyNone(t)
	tools := filterTools(t)
	x := make([]float32, 2*48000*2)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)*0.01)) * 0.9
	}
	path := pcmWAV(t, 48000, 2, x)
	read := func(spec PCMSpec) []float32 {
		t.Helper()
		r, err := tools.PCM(t.Context(), path, 0, spec)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		return pcmAll(t, r)
	}
	same := func(what string, got, want []float32) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %d samples, want %d", what, len(got), len(want))
			return
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: sample %d is %v, want %v", what, i, got[i], want[i])
				return
			}
		}
	}
	same("all", read(PCMSpec{Rate: 48000}), x)
	same("a part", read(PCMSpec{Rate: 48000, Start: 500 * time.Millisecond, Duration: 250 * time.Millisecond}), x[48000:72000])
	if n := len(read(PCMSpec{Rate: 16000, Channels: 1})); n != 32000 {
		t.Errorf("one channel at 16 kHz: %d samples", n)
	}
	turned := read(PCMSpec{Rate: 48000, Filters: []Filter{Gain(-6.0206)}})
	if len(turned) != len(x) || math.Abs(float64(turned[301]/x[301]-0.5)) > 1e-4 {
		t.Errorf("filters: %d samples, %v from %v", len(turned), turned[301], x[301])
	}
}

// Sample i belongs to the moment i/Rate of the file, though its sound starts 0.25 s after the picture and breaks off for 0.5 s.
func TestPCMFollowsTheFilesClock(t *testing.T) {
	defer goleak.VerifyNone(t)
	tools := filterTools(t)
	path := filepath.Join(t.TempDir(), "gap.nut")
	// Samples before 1 s go to 0.25 s later, those after it to 0.75 s later.
	_, err := process.Output(t.Context(), process.Spec{Label: "ffmpeg", Path: tools.FFmpeg, Args: []string{"-hide_banner", "-loglevel", "error", "-nostdin", "-copyts",
		"-f", "lavfi", "-i", "color=c=gray:s=16x16:r=25:d=3", "-f", "lavfi", "-i", "aevalsrc='0.5':s=48000:d=2:n=480",
		"-af", `asetpts=PTS+if(gte(PTS\,48000)\,36000\,12000)`, "-c:v", "rawvideo", "-c:a", "pcm_s16le", path}}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tools.PCM(t.Context(), path, 1, PCMSpec{Rate: 48000})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got := pcmAll(t, r)
	if want := 48000 * 11 / 4; math.Abs(float64(len(got)-want)) > 48 {
		t.Errorf("%d samples, want %d", len(got), want)
	}
	for _, c := range []struct {
		at   float64
		want float32
	}{{0.1, 0}, {0.24, 0}, {0.26, 0.5}, {1.2, 0.5}, {1.3, 0}, {1.7, 0}, {1.8, 0.5}, {2.7, 0.5}} {
		if v := got[int(c.at*48000)]; math.Abs(float64(v-c.want)) > 0.01 {
			t.Errorf("at %.2f s: %v, want %v", c.at, v, c.want)
		}
	}
}

func TestPCMEndsWhenTold(t *testing.T) {
	defer goleak.VerifyNone(t)
	tools := filterTools(t)
	path := pcmWAV(t, 48000, 2, make([]float32, 48000*2*60))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := tools.PCM(ctx, path, 0, PCMSpec{Rate: 48000})
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]float32, 4096)
	if _, err := r.Read(buf); err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil {
		_, err = r.Read(buf)
	}
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.Close()
	r.Close()
	early, err := tools.PCM(t.Context(), path, 0, PCMSpec{Rate: 48000})
	if err != nil {
		t.Fatal(err)
	}
	early.Close() // with most of the sound unread
	if _, err := early.Read(buf); err == nil {
		t.Error("a closed reader reads")
	}
}

func TestPCMErrors(t *testing.T) {
	defer goleak.VerifyNone(t)
	tools := filterTools(t)
	for _, spec := range []PCMSpec{{}, {Rate: -1}, {Rate: 48000, Channels: -1}, {Rate: 48000, Start: -time.Second}} {
		if _, err := tools.PCM(t.Context(), "x.wav", 0, spec); err == nil {
			t.Errorf("%+v is no request", spec)
		}
	}
	junk := filepath.Join(t.TempDir(), "junk.wav")
	if err := os.WriteFile(junk, []byte("this is no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := tools.PCM(t.Context(), junk, 0, PCMSpec{Rate: 48000})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = r.Read(make([]float32, 16))
	var exit *process.ExitError
	if !errors.As(err, &exit) {
		t.Errorf("no sound: %v", err)
	}
}
