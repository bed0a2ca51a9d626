package core_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/scratch"
	"github.com/tapelight/tapelight/testdata/tape"
)

// listed is a gate with a name and devices, which keeps the options it was opened with.
type listed struct {
	*gate
	name string
	ids  []string
	why  error

	mu      sync.Mutex
	options []neural.Options
}

func (l *listed) Name() string { return l.name }

func (l *listed) Devices(context.Context) (list []neural.Device, err error) {
	for _, id := range l.ids {
		list = append(list, neural.Device{ID: id, Name: "card " + id})
	}
	return list, l.why
}

func (l *listed) Open(ctx context.Context, n *neural.Network, in frame.Format, o neural.Options) (neural.Session, error) {
	l.mu.Lock()
	l.options = append(l.options, o)
	l.mu.Unlock()
	return l.gate.Open(ctx, n, in, o)
}

func (l *listed) last() neural.Options {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.options[len(l.options)-1]
}

// cards are a graphics engine with two cards and the processor.
func cards() (gpu, cpu *listed) {
	return &listed{gate: newGate(), name: "gpu", ids: []string{"gpu:0", "gpu:1"}}, &listed{gate: newGate(), name: "cpu", ids: []string{"cpu"}}
}

func TestTheChosenDeviceIsUsed(t *testing.T) {
	s, path := newService(t), tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path
	gpu, cpu := cards()
	s.SetEngines(gpu, cpu)
	for _, c := range []struct {
		tuning         core.Tuning
		request        core.Request
		engine, device string
		batch          int
	}{
		{core.Tuning{}, core.Request{}, "gpu", "", 0},
		{core.Tuning{Engine: "cpu", Batch: 4}, core.Request{}, "cpu", "", 4},
		{core.Tuning{Engine: "gpu:1"}, core.Request{}, "gpu", "gpu:1", 0},
		{core.Tuning{Engine: "gpu:0,1"}, core.Request{}, "gpu", "gpu:0,1", 0},
		{core.Tuning{Engine: "gpu:2"}, core.Request{}, "gpu", "", 0},   // not there: Tapelight chooses
		{core.Tuning{Engine: "gpu:0,2"}, core.Request{}, "gpu", "", 0}, // likewise
		{core.Tuning{Engine: "tpu"}, core.Request{}, "gpu", "", 0},
		{core.Tuning{Engine: "cpu", Batch: 4}, core.Request{Engine: "auto", Batch: 2}, "gpu", "", 2}, // what is asked for comes first
		{core.Tuning{Engine: "cpu"}, core.Request{Engine: "gpu", Device: "gpu:0"}, "gpu", "gpu:0", 0},
	} {
		must(t, s.Tune(c.tuning))
		req := c.request
		req.Path, req.Recipe, req.Quick = path, networked(), true
		p, err := s.Plan(t.Context(), req, nil)
		must(t, err)
		if n := p.Network; n.Engine != c.engine || n.Device != c.device || n.Batch != c.batch {
			t.Errorf("%+v with %q of %d asked for: %s on %q, batches of %d", c.tuning, req.Engine, req.Batch, n.Engine, n.Device, n.Batch)
		}
	}
	for _, bad := range []core.Tuning{{Batch: -1}, {Batch: 65}, {Memory: -1}, {Memory: 1000}, {Temp: -1}} {
		if s.Tune(bad) == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestWhatCantComputeIsNamed(t *testing.T) {
	s := newService(t)
	gpu, cpu := cards()
	s.SetEngines(gpu, cpu)
	var got []string
	for _, p := range s.Processors(t.Context()) {
		if p.ID != "" {
			got = append(got, p.ID+" is "+p.Name)
		}
	}
	want := "gpu:0 is card gpu:0, gpu:1 is card gpu:1, gpu:0,1 is card gpu:0 + card gpu:1, cpu is card cpu"
	if strings.Join(got, ", ") != want {
		t.Errorf("usable are %q, want %s", got, want)
	}
	gpu.ids, gpu.why = nil, errors.New("the driver is on holiday")
	list := s.Processors(t.Context())
	if list[0].ID != "cpu" || list[0].GPU {
		t.Errorf("the first is %+v", list[0])
	}
	found := false
	for _, p := range list {
		found = found || p.ID == "" && p.GPU && p.Why == "the driver is on holiday"
	}
	if !found {
		t.Errorf("nobody says why there is no card: %+v", list)
	}
}

// TestTuningHoldsFromTheNextJobOn changes the device while a job runs.
func TestTuningHoldsFromTheNextJobOn(t *testing.T) {
	s, out := newService(t), t.TempDir()
	gpu, cpu := cards()
	s.SetEngines(gpu, cpu)
	path := tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path
	ids := add(t, s, []string{path, copyFile(t, path, filepath.Join(t.TempDir(), "second.mpg"))}, networked(), out)
	running(t, s, gpu.gate)
	must(t, s.Tune(core.Tuning{Engine: "cpu", Batch: 3}))
	if j := awaitState(t, s, ids[0], core.Running); j.Error != "" {
		t.Errorf("the job that runs is %+v", j)
	}
	must(t, s.Cancel(ids[0]))
	<-cpu.opened
	if o := cpu.last(); o.Batch != 3 {
		t.Errorf("the next is opened with %+v", o)
	}
}

func TestTemporaryFilesKeepToTheirBudget(t *testing.T) {
	path := tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path
	s := newService(t)
	clip := core.PreviewRequest{Path: path, Recipe: fast(), Length: 0.5}
	must(t, s.Tune(core.Tuning{Temp: 1000}))
	var over *scratch.BudgetError
	if _, err := s.PreviewClip(t.Context(), clip, nil); !errors.As(err, &over) || !over.Never() {
		t.Errorf("a clip in 1000 bytes: %v", err)
	}
	dir := t.TempDir()
	must(t, s.Tune(core.Tuning{TempDir: dir}))
	c, err := s.PreviewClip(t.Context(), clip, nil)
	must(t, err)
	if n := len(names(t, filepath.Join(dir, "tapelight-temp"))); n != 1 {
		t.Errorf("%d things are in the folder that was chosen", n)
	}
	must(t, c.Close())
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if err := s.Tune(core.Tuning{TempDir: file, Batch: 2}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file as the folder: %v", err)
	}
}

// TestRepairedSoundKeepsToTheBudget holds a job whose sound would take more than is left, and refuses one that would take more than there is.
func TestRepairedSoundKeepsToTheBudget(t *testing.T) {
	s, dir := newService(t), t.TempDir()
	path := filepath.Join(dir, "tape.mkv")
	tapeSound{rate: 48000, channels: 1, seconds: soundSeconds}.capture(t, path)
	r := quick("none")
	must(t, s.Tune(core.Tuning{Temp: 100e3}))
	var over *scratch.BudgetError
	if _, err := s.Restore(t.Context(), core.Request{Path: path, Recipe: r, Output: filepath.Join(dir, "out.mkv")}, nil); !errors.As(err, &over) || !over.Never() {
		t.Fatalf("sound in 100 kB: %v", err)
	}
	onlyFiles(t, dir, "tape.mkv")
	must(t, s.Tune(core.Tuning{Temp: over.Want + 1000}))
	release := s.TakeTemp(t, 2000)
	id := add(t, s, []string{path}, r, dir)[0]
	must(t, s.Start())
	snap := await(t, s, "a job that waits for room", func(snap core.Snapshot) bool { return snap.Mode == core.Held })
	if j := byID(snap, id); j.State != core.Waiting || j.Error != "" || !strings.Contains(j.Stage, "repaired sound needs about") || snap.Reason != j.Stage {
		t.Errorf("it waits as %+v, the queue for %q", j, snap.Reason)
	}
	release()
	if j := awaitState(t, s, id, core.Done); j.Tries != 0 {
		t.Errorf("done is %+v", j)
	}
	onlyFiles(t, dir, "tape.mkv", "tape.restored.mkv")
}
