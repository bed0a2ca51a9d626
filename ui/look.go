package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// look turns the preview and the estimate to what is selected, and to the recipe as it stands on the screen.
func (w *Window) look() {
	if w.preview == nil || w.queue == nil || w.recipe == nil {
		return // still being built
	}
	j, ok := w.lookedAt()
	if !ok {
		w.preview.Show(subject{})
	} else {
		r := j.Recipe
		if shown, same := w.recipe.Shown(); same && (open(j) && len(w.recipe.chosen) == 0 || w.queue.chosen.ids[j.ID]) {
			r = shown
		}
		fault := ""
		if j.State == core.Failed {
			fault = withoutPath(j.Error, j.Path)
		}
		w.preview.Show(subject{path: j.Path, name: j.Name, recipe: r, duration: j.Duration, read: j.Facts != "", fault: fault})
	}
	w.advise(j, ok)
	w.foresee()
}

// advise marks the preset that suits the video, once that is known.
func (w *Window) advise(j core.Job, ok bool) {
	if !ok || j.Facts == "" {
		w.adviceFor = ""
		w.recipe.Advise("", "")
		return
	}
	if w.adviceFor == j.Path {
		return
	}
	path := j.Path
	w.adviceFor = path
	w.recipe.Advise("", "")
	w.spawn(func(ctx context.Context) {
		a, err := w.backend.Recommend(ctx, path)
		if err != nil {
			return // the presets say themselves when to use them
		}
		w.enter(func() {
			if w.adviceFor == path {
				w.recipe.Advise(a.Preset, a.Why)
			}
		})
	})
}

// lookedAt is the job that the preview shows: the one selected, else the one that runs, else the first.
func (w *Window) lookedAt() (core.Job, bool) {
	if s := w.queue.Selection(); len(s) > 0 {
		if i, ok := w.queue.at[w.queue.chosen.cursor]; ok && w.queue.chosen.ids[w.queue.chosen.cursor] {
			return w.queue.jobs[i], true
		}
		return s[0], true
	}
	if i, ok := w.queue.at[w.watched]; ok { // stays with its job as long as that is there
		return w.queue.jobs[i], true
	}
	jobs := w.queue.jobs
	if len(jobs) == 0 {
		return core.Job{}, false
	}
	first := jobs[0]
	for i := range jobs {
		if !jobs[i].State.Finished() {
			first = jobs[i]
			break
		}
	}
	w.watched = first.ID
	return first, true
}

// estimateDelay is how long a change waits before its cost is reckoned, and estimateMost how many videos are reckoned together.
const (
	estimateDelay = 200 * time.Millisecond
	estimateMost  = 200
)

// reckoned is what an estimate was made of.
type reckoned struct {
	path   string
	recipe recipe.Recipe
	outDir string
}

// foresee says what the videos that the recipe is about will take, when that has changed.
func (w *Window) foresee() {
	shown, same := w.recipe.Shown()
	jobs := w.queue.Selection()
	chosen := len(jobs) > 0
	if !chosen {
		jobs = w.queue.jobs
	}
	var want []reckoned
	for i := range jobs {
		if len(want) == estimateMost {
			break
		}
		j := &jobs[i]
		if j.State.Finished() && !chosen || j.Facts == "" {
			continue
		}
		r := j.Recipe
		if same && open(*j) && chosen {
			r = shown
		}
		want = append(want, reckoned{j.Path, r, j.OutDir})
	}
	if sameReckoned(want, w.reckoned) {
		return
	}
	w.reckoned = want
	if w.stopReckon != nil {
		w.stopReckon()
	}
	if len(want) == 0 {
		w.recipe.Foresee("")
		return
	}
	w.stopReckon = w.kit.after(estimateDelay, func() { w.spawn(func(ctx context.Context) { w.reckon(ctx, want) }) })
}

func sameReckoned(a, b []reckoned) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].path != b[i].path || a[i].outDir != b[i].outDir || !alike(a[i].recipe, b[i].recipe) {
			return false
		}
	}
	return true
}

// reckon adds up what all will take. It runs on a goroutine.
func (w *Window) reckon(ctx context.Context, all []reckoned) {
	var time time.Duration
	var size int64
	n, rough := 0, false
	for _, r := range all {
		e, err := w.backend.Estimate(ctx, core.Request{Path: r.path, Recipe: r.recipe, OutDir: r.outDir})
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			continue // the job says what is wrong with it when it runs
		}
		n++
		time, size, rough = time+e.Time, size+e.Size, rough || e.Basis != core.BasisMeasured
	}
	words := ""
	if n > 0 {
		words = trf("About %s, %s", duration(time), bytes(size))
		if rough {
			words = trf("Roughly %s, %s", duration(time), bytes(size))
		}
		if n > 1 {
			words += " · " + count(n, "%d video", "%d videos")
		}
	}
	w.enter(func() {
		if sameReckoned(all, w.reckoned) {
			w.recipe.Foresee(words)
		}
	})
}

// savePicture keeps a picture of the preview where new videos go, and says where.
func (w *Window) savePicture(m image.Image, name string) {
	dir := w.recipe.OutDir()
	if dir == "" {
		dir = filepath.Dir(w.preview.subject.path)
	}
	w.aside(func() {
		path, err := saveNumbered(m, filepath.Join(dir, name))
		if err != nil {
			w.fail(tr("The picture can't be saved"), err)
			return
		}
		w.enter(func() {
			w.notices.Tell(trf("Saved as %s", shortPath(path, 60)), offer{tr("Show in folder"), func() { w.reveal(path) }})
		})
	})
}

// copyPicture puts a picture of the preview onto the clipboard.
func (w *Window) copyPicture(m image.Image) {
	w.aside(func() {
		dir, err := os.MkdirTemp("", "tapelight-*")
		if err == nil {
			defer os.RemoveAll(dir)
			path := filepath.Join(dir, "picture.png")
			if err = core.SavePNG(m, path, false); err == nil {
				err = w.desktop.CopyPicture(path)
			}
		}
		if err != nil {
			w.fail(tr("The picture can't be copied"), err)
			return
		}
		w.enter(func() { w.notices.Tell(tr("The picture is on the clipboard.")) })
	})
}

// saveNumbered saves under the first name that is free: "a.png", "a 2.png" and so on.
func saveNumbered(m image.Image, path string) (string, error) {
	base := strings.TrimSuffix(path, ".png")
	for n := 2; ; n++ {
		err := core.SavePNG(m, path, false)
		if taken := (*core.ExistsError)(nil); !errors.As(err, &taken) || n > 999 {
			return path, err
		}
		path = fmt.Sprintf("%s %d.png", base, n)
	}
}

// renderClip is the backend's, as something that can be played.
func (w *Window) renderClip(ctx context.Context, req core.PreviewRequest, progress func(core.Progress)) (reel, error) {
	c, err := w.backend.PreviewClip(ctx, req, progress)
	if err != nil {
		return nil, err
	}
	return clipReel{c}, nil
}
