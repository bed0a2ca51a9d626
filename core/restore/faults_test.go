package restore_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/restore"
	"github.com/tapelight/tapelight/testdata/faults"
)

// generous bounds what must end by itself: no figure, only the end of a test that found a hang.
const generous = 2 * time.Minute

// impatient is how long a run waits for a tool that hangs; a busy machine's pauses are shorter.
const impatient = 4 * time.Second

// rig is a bench whose tools go wrong on demand, and what an undisturbed run of it gives.
type rig struct {
	bench
	faulty *faults.Tools
	whole  string // digest
	frame  int64  // bytes of a picture from the decoder
}

// newRig measures a sample with the real tools first.
func newRig(t *testing.T) rig {
	t.Helper()
	g := rig{bench: newBench(t, "webcam")}
	out := filepath.Join(t.TempDir(), "whole.mkv")
	p := g.plan(t, out, "ffv1", nil)
	if _, err := g.run(t, p, 0, nil); err != nil {
		t.Fatal(err)
	}
	g.whole, g.frame = digest(t, out), int64(p.Decode.Out.Bytes())
	dir := t.TempDir()
	var err error
	if g.faulty, err = faults.Build(t.Context(), dir); err != nil {
		t.Skip(err)
	}
	t.Cleanup(g.faulty.Close)
	if g.tools, err = ffmpeg.Find(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g rig) set(t *testing.T, list ...faults.Fault) {
	t.Helper()
	if err := g.faulty.Set(list...); err != nil {
		t.Fatal(err)
	}
}

// runner runs plans with the rig's tools so that they can be continued.
func (g rig) runner(keep bool) *restore.Runner {
	return &restore.Runner{Tools: g.tools, Resume: true, Keep: func(error) bool { return keep }}
}

func attempt(t *testing.T, r *restore.Runner, p *plan.Plan) (*restore.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), generous)
	defer cancel()
	report, err := r.Run(ctx, p)
	if ctx.Err() != nil {
		t.Fatalf("it did not end by itself: %v", err)
	}
	return report, err
}

// silent checks that nothing runs any more: no process, no goroutine.
func silent(t *testing.T, before goleak.Option) {
	t.Helper()
	if live := process.Live(); len(live) > 0 {
		t.Errorf("left running: %v", live)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// TestFaults runs them all with one set of tools.
func TestFaults(t *testing.T) {
	g := newRig(t)
	t.Run("that end a run", g.ending)
	t.Run("that pass", g.passing)
	t.Run("of the last step", g.assembly)
	t.Run("cancelled", g.hanging)
}

// ending: each fault that ends a run tells what it was, leaves nothing running and no file, or the parts where they are to stay; a later run
// goes on with them and gives what an undisturbed one does.
func (g rig) ending(t *testing.T) {
	for _, c := range endings {
		for _, keep := range []bool{false, true} {
			if !keep && c.kind != faults.Exit && !soak() {
				continue // what a failed run leaves does not depend on how it failed
			}
			t.Run(fmt.Sprintf("%s %s, keep %v", c.role, c.kind, keep), func(t *testing.T) {
				nothingOpen(t)
				before := goleak.IgnoreCurrent()
				dir := t.TempDir()
				p := g.plan(t, filepath.Join(dir, "out.mkv"), "ffv1", nil)
				g.set(t, faults.Fault{Role: c.role, Kind: c.kind, After: 20*g.frame + g.frame/2})
				r := g.runner(keep)
				if c.kind == faults.Hang || c.kind == faults.Close {
					r.Stall = impatient
				}
				_, err := attempt(t, r, p)
				step, ok := errors.AsType[*restore.StepError](err)
				if !ok || step.Step != c.step || step.Path == "" || !strings.Contains(err.Error(), c.says) || !c.about(err) {
					t.Errorf("%#v: %v", step, err)
				}
				if strings.ContainsAny(err.Error(), "\n\r") {
					t.Errorf("not fit to be shown: %q", err)
				}
				silent(t, before)
				if !keep && c.kind != faults.Full {
					if names := leftIn(t, dir); len(names) > 0 {
						t.Errorf("left in the folder: %q", names)
					}
					return
				}
				if names := leftIn(t, dir); !slices.Equal(names, []string{"out.partial.mkv"}) {
					t.Errorf("left in the folder: %q", names)
				}
				g.set(t)
				if !c.goOn && !soak() {
					return
				}
				note := ""
				r = g.runner(keep)
				r.Note = func(s string) { note = s }
				if _, err := attempt(t, r, p); err != nil {
					t.Fatal(err)
				}
				t.Logf("%v; then: %s", err, note)
				if !strings.HasPrefix(note, "Going on after picture ") {
					t.Errorf("it did not go on: %q", note)
				}
				g.same(t, p)
				silent(t, before)
			})
		}
	}
}

// same checks that the output is there, alone, and what an undisturbed run gives.
func (g rig) same(t *testing.T, p *plan.Plan) {
	t.Helper()
	if got := digest(t, p.Output); got != g.whole {
		t.Errorf("another result:\n%s", firstDifference(g.whole, got))
	}
	if names := leftIn(t, filepath.Dir(p.Output)); !slices.Equal(names, []string{filepath.Base(p.Output)}) {
		t.Errorf("left in the folder: %q", names)
	}
}

// passing: a flood of complaints and a slow tool change nothing.
func (g rig) passing(t *testing.T) {
	for _, list := range [][]faults.Fault{
		{{Role: faults.Decode, Kind: faults.Flood}},
		{{Role: faults.Encode, Kind: faults.Flood}},
		{{Role: faults.Decode, Kind: faults.Slow}, {Role: faults.Encode, Kind: faults.Slow}},
	} {
		t.Run(fmt.Sprint(list), func(t *testing.T) {
			nothingOpen(t)
			before := goleak.IgnoreCurrent()
			g.set(t, list...)
			defer g.set(t)
			dir := t.TempDir()
			p := g.plan(t, filepath.Join(dir, "out.mkv"), "ffv1", nil)
			report, err := attempt(t, g.runner(false), p)
			if err != nil {
				t.Fatal(err)
			}
			if said := strings.Contains(strings.Join(report.Warnings, " "), "covered as well as possible"); said != (list[0].Role == faults.Decode && list[0].Kind == faults.Flood) {
				t.Errorf("warnings are %q", report.Warnings)
			}
			g.same(t, p)
			silent(t, before)
		})
	}
}

// assembly: the last step has its own ffmpeg. Its faults cost no picture.
func (g rig) assembly(t *testing.T) {
	kinds := []faults.Kind{faults.Full, faults.Hang}
	if soak() {
		kinds = append(kinds, faults.Exit, faults.Kill)
	}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			nothingOpen(t)
			before := goleak.IgnoreCurrent()
			dir := t.TempDir()
			p := g.plan(t, filepath.Join(dir, "out.mkv"), "ffv1", nil)
			if _, err := g.run(t, p, 15, nil); !errors.Is(err, restore.ErrPaused) {
				t.Fatalf("not paused: %v", err)
			}
			g.set(t, faults.Fault{Role: faults.Assemble, Kind: kind})
			defer g.set(t)
			r := g.runner(true)
			if kind == faults.Hang {
				r.Stall = impatient
			}
			_, err := attempt(t, r, p)
			step, ok := errors.AsType[*restore.StepError](err)
			if !ok || step.Step != "put the parts together" || kind == faults.Full && !isFull(err) || kind == faults.Hang && !isStall("encoder")(err) {
				t.Errorf("%v", err)
			}
			silent(t, before)
			if names := leftIn(t, dir); !slices.Equal(names, []string{"out.partial.mkv", "out.partial2.mkv"}) {
				t.Errorf("left in the folder: %q", names)
			}
			g.set(t)
			if _, err := attempt(t, g.runner(true), p); err != nil {
				t.Fatal(err)
			}
			g.same(t, p)
		})
	}
}

// hanging: whatever hangs and does not heed a polite signal is gone when a cancelled run has returned, with its files.
func (g rig) hanging(t *testing.T) {
	if err := g.faulty.Forget(); err != nil {
		t.Fatal(err)
	}
	for _, role := range []faults.Role{faults.Decode, faults.Encode, faults.Probe} {
		t.Run(string(role), func(t *testing.T) {
			nothingOpen(t)
			before := goleak.IgnoreCurrent()
			g.set(t, faults.Fault{Role: role, Kind: faults.Hang, After: 20 * g.frame})
			defer g.set(t)
			dir := t.TempDir()
			p := g.plan(t, filepath.Join(dir, "out.mkv"), "ffv1", nil)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			gone := errors.New("changed my mind")
			r := g.runner(false)
			ended := make(chan error, 1)
			go func() {
				_, err := r.Run(ctx, p)
				ended <- err
			}()
			if err := g.faulty.Moment(t.Context()); err != nil {
				t.Fatal(err)
			}
			cancel(gone)
			if err := <-ended; !errors.Is(err, gone) {
				t.Error(err)
			}
			if names := leftIn(t, dir); len(names) > 0 {
				t.Errorf("left in the folder: %q", names)
			}
			silent(t, before)
		})
	}
}
