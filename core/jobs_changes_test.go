package core_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// TestChangesWhileReading cancels and retries, changes the recipe, and removes, while the capture is being measured.
func TestChangesWhileReading(t *testing.T) {
	s := newService(t)
	in := t.TempDir()
	put := func(name string) string {
		t.Helper()
		id := add(t, s, []string{copyFile(t, webcam(t), filepath.Join(in, name))}, fast(), "")[0]
		await(t, s, "reading", func(snap core.Snapshot) bool {
			j := byID(snap, id)
			return j.State == core.Reading && j.Stage != "" || j.State == core.Waiting
		})
		return id
	}
	id := put("retried.mp4")
	s.Cancel(id)
	s.Retry(id)
	awaitState(t, s, id, core.Waiting)

	id = put("changed.mp4")
	r := fast()
	r.Upscale.Height = 240
	s.SetRecipe(id, r)
	if j := awaitState(t, s, id, core.Waiting); j.Recipe != r || !strings.Contains(j.Summary, "x240 ") {
		t.Errorf("after SetRecipe: %s", j.Summary)
	}

	id = put("removed.mp4")
	s.Remove(id)
	s.Start()
	awaitState(t, s, put("last.mp4"), core.Done)
	if j := byID(s.Snapshot(), id); j.ID != "" || fileThere(filepath.Join(in, "removed.restored.mkv")) {
		t.Errorf("a removed job came back: %+v", j)
	}
}

// TestSetRecipeForRetry mends a job that failed by its recipe.
func TestSetRecipeForRetry(t *testing.T) {
	s := newService(t)
	r := fast()
	r.Upscale.Network = "no-such-network"
	id := add(t, s, []string{webcam(t)}, r, t.TempDir())[0]
	if j := awaitState(t, s, id, core.Failed); !strings.Contains(j.Error, "no-such-network") {
		t.Errorf("error is %q", j.Error)
	}
	s.SetRecipe(id, fast())
	s.Retry(id)
	awaitState(t, s, id, core.Waiting)
}

// TestWatch merges notes that nobody takes, and ends with its context.
func TestWatch(t *testing.T) {
	s := newService(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes := s.Watch(ctx)
	for range 10 {
		s.Start()
		s.Stop()
	}
	<-changes
	select {
	case <-changes:
		t.Error("20 changes gave more than one note")
	default:
	}
	s.Start()
	if _, ok := <-changes; !ok {
		t.Error("no note of a change after the first was taken")
	}
	cancel()
	for range changes { // it is closed, or this never ends
	}
	s.Stop()
	if _, ok := <-changes; ok {
		t.Error("a note after the end")
	}
}

// TestEverythingAtOnce calls all doors from several goroutines; the race detector watches. In the end each job is finished or gone.
func TestEverythingAtOnce(t *testing.T) {
	s := newService(t)
	dir := t.TempDir()
	paths := []string{webcam(t)}
	for i := range 5 {
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("missing %d.mpg", i)))
	}
	var work sync.WaitGroup
	for g := range 4 {
		work.Go(func() {
			for i := range 50 {
				ids := add(t, s, paths[(g+i)%len(paths):][:1], fast(), dir)
				s.Start()
				for _, j := range s.Snapshot().Jobs {
					switch (g + i) % 5 {
					case 0:
						s.Cancel(j.ID)
					case 1:
						s.Retry(j.ID)
					case 2:
						s.SetRecipe(j.ID, quick(recipe.NetworkNone))
					case 3:
						s.ClearFinished()
					}
				}
				if i%7 == 0 {
					for _, id := range ids {
						s.Remove(id)
					}
				}
				s.MonitorSample()
			}
		})
	}
	work.Wait()
	for _, j := range s.Snapshot().Jobs {
		s.Cancel(j.ID)
	}
	await(t, s, "all jobs finished", func(snap core.Snapshot) bool {
		return !slices.ContainsFunc(snap.Jobs, func(j core.Job) bool { return !j.State.Finished() })
	})
	id := add(t, s, []string{copyFile(t, webcam(t), filepath.Join(dir, "last.mp4"))}, fast(), dir)[0]
	awaitState(t, s, id, core.Done)
}
