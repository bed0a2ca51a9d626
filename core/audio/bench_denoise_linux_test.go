package audio

import (
	"runtime"
	"syscall"
	"testing"

	"github.com/tapelight/tapelight/core/audio/masknet"
)

// processorSeconds is what this process has used so far, on all its cores.
func processorSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)*1e-6
}

// BenchmarkDenoise tells what denoising costs of a core in real time, and how many bytes it holds half way.
func BenchmarkDenoise(b *testing.B) {
	const rate, seconds = 48000, 20
	for name, d := range map[string]Denoise{
		"one window":  {Window: masknet.Window},
		"two windows": {Window: masknet.Window, Long: masknet.Long},
		"network":     {Window: masknet.Window, Long: masknet.Long, Network: true},
	} {
		for channels := 1; channels <= 2; channels++ {
			b.Run(map[int]string{1: "mono/", 2: "stereo/"}[channels]+name, func(b *testing.B) {
				var x planes
				for c := range channels {
					ch := music(rate, seconds, uint64(c+1))
					hiss(ch, 0.1*rms(ch), uint64(c+1))
					x = append(x, ch)
				}
				d.Reduction, d.Print = 18, []Point{{1000, dbRMS(x[0]) - 20}}
				p := &Program{Rate: rate, Channels: channels, Denoise: &d}
				used, held := 0.0, 0.0
				for b.Loop() {
					runtime.GC()
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					stages, err := p.stages()
					if err != nil {
						b.Fatal(err)
					}
					out, in := newPlanes(channels), newPlanes(channels)
					start := processorSeconds()
					for at := 0; at < len(x[0]); at += blockFrames {
						for c := range x {
							in[c] = x[c][at:min(at+blockFrames, len(x[c]))]
						}
						out = stages[0].add(in, out).empty()
					}
					used += processorSeconds() - start
					runtime.GC()
					runtime.ReadMemStats(&after)
					held = float64(after.HeapAlloc) - float64(before.HeapAlloc)
					runtime.KeepAlive(stages)
				}
				b.ReportMetric(used/float64(b.N)/seconds, "core")
				b.ReportMetric(held/1e6, "MB")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
