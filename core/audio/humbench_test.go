package audio

import (
	"runtime"
	"testing"
)

// BenchmarkDehummer takes hum out of two channels at 48 kHz: the time is that of a second of sound, and what the dehummer keeps is told in MB.
func BenchmarkDehummer(b *testing.B) {
	const rate = 48000
	x := planes{music(rate, 20, 1), speech(rate, 20, 1)}
	spec := Dehum{Hz: 59.3, Depth: 1}
	for k, level := range tapeHum {
		spec.Harmonics = append(spec.Harmonics, k)
		spec.Levels = append(spec.Levels, Point{59.3 * float64(k), level})
	}
	for c := range x {
		hum(x[c], rate, 59.3, tapeHum)
	}
	live := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	before := live()
	d, out, at := newDehummer(rate, 2, spec), newPlanes(2), 0
	second := func() {
		for i := 0; i < rate; i += 4800 {
			out = d.add(planes{x[0][at : at+4800], x[1][at : at+4800]}, out.empty())
			at = (at + 4800) % len(x[0])
		}
	}
	for range 50 { // until it looks as far ahead as it does
		second()
	}
	kept := live() - before
	for b.Loop() {
		second()
	}
	b.ReportMetric(kept, "MB-kept")
	runtime.KeepAlive(d)
}
