package ffmpeg

import (
	"math"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The sound of a part is that of the whole, from its first sample on, in containers without an index too, for each of two tracks that are stored apart.
func TestSoundOfAPart(t *testing.T) {
	tools := filterTools(t)
	for _, c := range []struct{ name, format string }{{"tape.mpg", "vob"}, {"tape.ts", "mpegts"}, {"tape.avi", "avi"}} {
		codec := "mp2"
		if c.format == "avi" { // it counts compressed sound in whole packets, and a seek lands some milliseconds beside
			codec = "pcm_s16le"
		}
		path := filepath.Join(t.TempDir(), c.name)
		out, err := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=14", "-f", "lavfi", "-i", "anoisesrc=amplitude=0.2:sample_rate=48000:duration=14:seed=1",
			"-f", "lavfi", "-i", "anoisesrc=amplitude=0.2:sample_rate=48000:duration=14:seed=2", "-map", "0", "-map", "1", "-map", "2", "-c:v", "mpeg2video", "-b:v", "1M", "-g", "25", "-bf", "2", "-c:a", codec, "-b:a:0", "256k", "-b:a:1", "64k", "-f", c.format, path).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for track := 1; track <= 2; track++ {
			read := func(start, length time.Duration) []float32 {
				r, err := tools.PCM(t.Context(), path, track, PCMSpec{Rate: 48000, Channels: 1, Start: start, Duration: length})
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				return pcmAll(t, r)
			}
			whole := read(0, 0)
			for _, start := range []time.Duration{30 * time.Millisecond, 2900 * time.Millisecond, 9730 * time.Millisecond} {
				part := read(start, 1500*time.Millisecond)
				from := int(math.Round(start.Seconds() * 48000))
				if d := len(part) - 72000; d < -1 || d > 1 {
					t.Errorf("%s, track %d from %v: %d samples", c.name, track, start, len(part))
				}
				for i := range min(len(part), 72000) {
					if d := math.Abs(float64(part[i] - whole[from+i])); d > 1e-3 {
						t.Errorf("%s, track %d from %v: sample %d differs by %.4f", c.name, track, start, i, d)
						break
					}
				}
			}
		}
	}
}
