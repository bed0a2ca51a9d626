package audio

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestBenchSoundNetwork prints what the denoiser makes of the scenes of TestBenchSound without its network, and with it: signal to
// noise, SI-SDR, level in pauses, real-time factor. BENCH_ONLY=word picks scenes.
func TestBenchSoundNetwork(t *testing.T) {
	only := os.Getenv("BENCH_ONLY")
	for _, s := range denoiseScenes {
		if s.damage.hiss == 0 || only != "" && !strings.Contains(s.name, only) {
			continue
		}
		clean, x := s.dirty(t)
		r := measured(t, benchRate, x...)
		repair := Chain(r, Settings{Mode: Auto, KeepLoudness: true}, nil)
		p := repair.Program
		if p == nil || p.Denoise == nil {
			fmt.Println(s.name, "not denoised")
			continue
		}
		line := fmt.Sprintf("| %-32s", s.name)
		for _, on := range []bool{false, true} {
			p.Denoise.Network, p.Denoise.Long = on, r.longBeside(p.Denoise.Window)
			start := time.Now()
			y := repaired(t, benchRate, repair, x...)
			wall := time.Since(start).Seconds() / (float64(len(x[0])) / benchRate)
			f := compareWith(clean[0], y[0])
			line += fmt.Sprintf(" | %6.2f | %6.2f | %6.1f | %.3f", f.snr, f.sisdr, f.pauses, wall)
		}
		fmt.Println(line, "|")
	}
}
