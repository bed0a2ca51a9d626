package core_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// Sound whose own clock runs away from the picture's is in step to the millisecond at the end too, restored in a pass of its own (hum) or not, and a drift
// that only a container without times of its own tells of is not believed.
func TestSoundThatDrifts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	s := newService(t)
	const seconds, drift = 24, 0.0012
	for _, c := range []struct {
		name, hum string
		program   bool
	}{{"untouched", "0", false}, {"restored", "0.03*sin(2*PI*59.5*t)+0.02*sin(2*PI*119*t)", true}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "tape.mkv")
			// A tone each three seconds of the sound's clock.
			tone := "st(0,mod(t,3)-1);between(ld(0),0,0.01)*0.4*(0.5-0.5*cos(2*PI*ld(0)/0.01))*sin(2*PI*1500*ld(0))"
			output(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("testsrc=size=96x64:rate=25:duration=%d", seconds),
				"-f", "lavfi", "-i", fmt.Sprintf("aevalsrc=exprs='%s+0.03*sin(2*PI*330*t)*(0.6+0.4*sin(4*t))+%s':s=48000:d=%d", tone, c.hum, seconds),
				"-af", fmt.Sprintf("asetpts=PTS*%g", 1+drift), "-c:v", "ffv1", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", path)
			r := quick("none")
			r.Sound.Mode, r.Sound.Loudness = recipe.SoundAuto, 0
			req := core.Request{Path: path, Recipe: r, Output: filepath.Join(dir, "out.mkv")}
			p, err := s.Plan(t.Context(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			if text := p.Text(); !strings.Contains(text, "resync: It is played +0.12") || !strings.Contains(text, "ppm slow against the picture's") || (p.Sound[0].Program != nil) != c.program {
				t.Errorf("the plan is\n%s", text)
			}
			if _, err := s.Restore(t.Context(), req, nil); err != nil {
				t.Fatal(err)
			}
			var want []float64
			for at := 1.0; at < seconds-1; at += 3 {
				want = append(want, at*(1+drift))
			}
			beepsAt(t, sound(t, req.Output, 0), want)
		})
	}
	dir := t.TempDir()
	avi := filepath.Join(dir, "tape.avi")
	output(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=20", "-f", "lavfi", "-i", "sine=frequency=500:sample_rate=48000:duration=20.1", "-c:v", "ffv1", "-c:a", "pcm_s16le", avi)
	p, err := s.Plan(t.Context(), core.Request{Path: avi, Recipe: quick("none"), Output: filepath.Join(dir, "out.mkv")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(p.Text(), "resync") {
		t.Errorf("the plan is\n%s", p.Text())
	}
}
