package monitor_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/monitor"
)

// followed is a monitor that is followed; tick lets it be a time from now, and returns once that was dealt with.
func followed(t *testing.T, work func() monitor.Work) (m *monitor.Monitor, tick func(later time.Duration)) {
	m = newMonitor(t, monitor.Config{})
	ticks := make(chan time.Time)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { m.Follow(ctx, ticks, work); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		goleak.VerifyNone(t, goleak.IgnoreCurrent())
	})
	ticks <- time.Time{} // long ago: for nobody. It is taken once the first sample is there.
	return m, func(later time.Duration) {
		ticks <- time.Now().Add(later)
		ticks <- time.Time{}
	}
}

func taken(m *monitor.Monitor) int { return len(m.History().Samples()) }

func TestNothingIsMeasuredForNobody(t *testing.T) {
	m, tick := followed(t, func() monitor.Work { return monitor.Work{} })
	if n := taken(m); n != 1 {
		t.Fatalf("%d samples at the start", n)
	}
	for i := range 100 {
		tick(time.Minute + time.Duration(i)*time.Second)
	}
	if n := taken(m); n != 1 {
		t.Errorf("%d samples, though nobody looks and nothing is done", n)
	}
	m.Look()
	for taken(m) < 3 { // ticks that are less than 0.1 s apart give the same sample
		m.Look()
		tick(time.Second)
	}
	var text bytes.Buffer
	if err := m.WriteCSV(&text); err != nil || strings.Count(text.String(), "\n") != 4 {
		t.Errorf("%v, the last minutes are\n%s", err, text.String())
	}
}

func TestWorkThatNobodyLooksAtIsMeasuredNowAndThen(t *testing.T) {
	working := true
	m, tick := followed(t, func() monitor.Work {
		if working {
			return monitor.Work{Jobs: []string{"tape.mkv"}, FPS: 7}
		}
		return monitor.Work{}
	})
	for range 20 {
		tick(4 * time.Second)
	}
	if n := taken(m); n != 1 {
		t.Errorf("%d samples within 4 s", n)
	}
	for taken(m) < 3 {
		tick(6 * time.Second)
	}
	working = false
	var text bytes.Buffer
	if err := m.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), ",tape.mkv,7.0,"); n != 3 {
		t.Errorf("%d rows name what was made, of\n%s", n, text.String())
	}
	tick(time.Minute)
	if n := taken(m); n != 3 {
		t.Errorf("%d samples after the work's end", n)
	}
}
