package ui

import (
	"context"
	"fmt"
	"image"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core"
)

func TestPumpCoalesces(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	f := newFake()
	f.watch = make(chan struct{})
	f.sampled = true
	f.entries = []core.LogEntry{{Text: "one"}}
	ticks, seconds := make(chan time.Time), make(chan time.Time)
	shown, lines, samples := 0, 0, 0
	p := &pump{backend: f, enter: func(g func()) { g() }, ticks: ticks, seconds: seconds,
		show: func(core.Snapshot) { shown++ }, showLog: func(es []core.LogEntry) { lines += len(es) },
		fillSample: func([]core.Sample) {}, showSample: func(core.Sample) { samples++ }}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	change := func(n int) {
		for range n {
			f.watch <- struct{}{}
		}
	}
	tick := func() { ticks <- time.Time{} }
	check := func(want int, when string) {
		t.Helper()
		seconds <- time.Time{} // taken only when what came before has been dealt with
		if shown != want {
			t.Errorf("%s: shown %d times, want %d", when, shown, want)
		}
	}
	check(1, "at the start")
	change(50)
	check(1, "50 changes before the first tick")
	tick()
	check(2, "at the tick")
	tick()
	check(2, "at a tick without a change")
	change(1)
	check(3, "a change after a quiet time")
	change(20)
	check(3, "more changes at once")
	tick()
	check(4, "at the tick after them")
	f.mu.Lock()
	f.snap.Countdown = &core.Countdown{Action: core.AfterSleep, Left: time.Minute}
	f.mu.Unlock()
	change(1)
	tick()
	change(1) // taken only when the tick has been dealt with
	before := shown
	seconds <- time.Time{}
	change(1)
	if shown != before+1 {
		t.Errorf("a second later, while a time runs down: shown %d times, want %d", shown, before+1)
	}
	cancel()
	<-ended
	if lines != 1 || samples == 0 {
		t.Errorf("%d log lines, want 1; %d samples", lines, samples)
	}
}

func TestPumpDoesLittleForAWindowThatCannotBeSeen(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	f := newFake()
	f.watch = make(chan struct{})
	f.sampled = true
	ticks, seconds := make(chan time.Time), make(chan time.Time)
	shown, filled, samples, lines, seen := 0, 0, 0, 0, true
	p := &pump{backend: f, enter: func(g func()) { g() }, ticks: ticks, seconds: seconds, seen: func() bool { return seen },
		show: func(core.Snapshot) { shown++ }, showLog: func(es []core.LogEntry) { lines += len(es) },
		fillSample: func([]core.Sample) { filled++ }, showSample: func(core.Sample) { samples++ }}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	defer func() { cancel(); <-ended }()
	settle := func() { ticks <- time.Time{} } // taken only when what came before has been dealt with
	second := func() {
		for range 4 {
			f.watch <- struct{}{} // something changes all the time
			ticks <- time.Time{}
		}
		seconds <- time.Time{}
		settle()
	}
	second()
	if shown < 4 || samples != 1 || filled != 1 {
		t.Errorf("a window that is seen: shown %d times, %d samples, filled %d times", shown, samples, filled)
	}
	seen = false
	second()
	shown, samples, filled = 0, 0, 0
	for i := range 20 {
		f.mu.Lock()
		f.entries = append(f.entries, core.LogEntry{Text: fmt.Sprint(i)})
		f.mu.Unlock()
		second()
	}
	if shown != 4 || samples != 0 {
		t.Errorf("20 s minimised: shown %d times, want 4; %d samples were asked for", shown, samples)
	}
	seen = true
	second()
	if shown < 5 || samples != 1 || filled != 1 || lines != 20 {
		t.Errorf("seen again: shown %d times, %d samples, filled %d times, %d lines of 20", shown, samples, filled, lines)
	}
}

func TestPumpLeavesABusyWindowAlone(t *testing.T) {
	f := newFake()
	p := &pump{backend: f, enter: func(func()) {}}
	for range 100 {
		p.update()
	}
	if n := len(f.said()); n != pumpLag {
		t.Errorf("%d updates wait, want %d", n, pumpLag)
	}
}

func TestWorkerKeepsTheOrderAndFinishes(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	w := newWorker()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.Run(ctx); close(ended) }()
	var got []int
	for i := range 1000 {
		w.Do(func() { got = append(got, i) })
	}
	cancel()
	<-ended
	if len(got) != 1000 || !slices.IsSorted(got) {
		t.Errorf("%d of 1000 done, in order: %v", len(got), slices.IsSorted(got))
	}
}

func TestThumbsFetchTheLatestFirstAndFewOfThem(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var asked []string
	th := newThumbs(func(_ context.Context, p string) (image.Image, error) {
		asked = append(asked, p)
		return nil, fmt.Errorf("none")
	}, func(string, image.Image) {})
	for i := range 1000 {
		th.Get(fmt.Sprint(i))
		th.Get(fmt.Sprint(i))
	}
	for th.one(t.Context()) {
	}
	if len(asked) != thumbsWanted || asked[0] != "999" {
		t.Errorf("%d were fetched, the first %s", len(asked), asked[0])
	}
	th.Get("999")
	if th.one(t.Context()) {
		t.Error("what can't be had is asked for again")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	th.Run(ctx)
}
