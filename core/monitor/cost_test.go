package monitor

import "testing"

// BenchmarkMeasure is the cost of one sample without its wait.
func BenchmarkMeasure(b *testing.B) {
	m := New(Config{NVML: "/no/such/library.so", Volumes: func() []Volume { return []Volume{{"output", "."}, {"temp", "."}} }})
	defer m.Close()
	for b.Loop() {
		m.measure(b.Context())
	}
}
