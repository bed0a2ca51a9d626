package restore_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/restore"
)

// TestCancelToSilence cancels runs at random moments and prints how long it takes until Run has returned, with no process left and the partial files
// gone. TAPELIGHT_SOAK=1 makes it 100 times.
func TestCancelToSilence(t *testing.T) {
	times := 10
	if soak() {
		times = 100
	}
	b := newBench(t, "webcam")
	dir := t.TempDir()
	p := b.plan(t, filepath.Join(dir, "out.mkv"), "x264", nil)
	report, err := b.run(t, p, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(p.Output)
	length := time.Duration(report.Wall * float64(time.Second))
	gone := errors.New("changed my mind")
	dice := rand.New(rand.NewPCG(3, 4))
	nothingOpen(t)
	before := goleak.IgnoreCurrent()
	var took []time.Duration
	ended := 0 // before they were cancelled
	for i := 0; len(took) < times; i++ {
		if ended > times {
			t.Fatal("nearly all runs end before they are cancelled: the machine is too unsteady for this test")
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Duration(dice.Int64N(int64(length)+1)), gone)
		var at atomic.Int64
		context.AfterFunc(ctx, func() { at.Store(time.Now().UnixNano()) })
		limit := time.AfterFunc(generous, func() { panic("a cancelled run does not end") })
		_, err := (&restore.Runner{Tools: b.tools, Resume: i%2 == 0}).Run(ctx, p)
		end := time.Now().UnixNano()
		limit.Stop()
		late := errors.Is(ctx.Err(), context.DeadlineExceeded)
		cancel()
		silent(t, before)
		want := []string(nil)
		if err == nil {
			ended++
			want = []string{"out.mkv"}
		} else if !late || !errors.Is(err, gone) {
			t.Fatalf("run %d: %v", i, err)
		} else {
			took = append(took, time.Duration(max(0, end-at.Load())))
		}
		if names := leftIn(t, dir); !slices.Equal(names, want) {
			t.Fatalf("run %d left %q", i, names)
		}
		os.Remove(p.Output)
	}
	slices.Sort(took)
	at := func(share float64) time.Duration { return took[int(share*float64(len(took)-1)+0.5)] }
	t.Logf("%d runs of %v cancelled: silent after p50 %v, p99 %v, at most %v; %d had ended before", len(took), length.Round(time.Millisecond),
		at(0.5).Round(time.Microsecond), at(0.99).Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond), ended)
}
