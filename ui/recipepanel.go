package ui

import (
	"path/filepath"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// recipePanel says what is done with the videos and where they go. With videos selected it speaks of those; otherwise of all that
// wait and all that are added from now on.
type recipePanel struct {
	Root     fyne.CanvasObject
	heading  *text
	subject  *text
	all      *link
	trouble  *text
	picker   *presetPicker
	controls *recipeControls
	reset    *button
	keep     *button
	estimate *text
	folder   *choice
	scroll   *container.Scroll

	kit     *kit
	presets []recipe.Recipe
	own     recipe.Recipe // for new videos
	draft   recipe.Recipe // what is shown
	outDir  string        // "": beside the original
	chosen  []core.Job
	mixed   bool // the chosen ones have different recipes
	frozen  bool // nothing of it can be changed any more
	setting bool // the folder choice is being set by us

	edits    []edit // made and not handed on yet
	stopEdit func()
	awaited  bool // the draft was handed on, and the jobs don't have it yet
	on       recipeActions
}

// recipeActions is what the panel asks for.
type recipeActions struct {
	apply    func(e edit, ids []string) // ids nil: all that wait
	own      func(recipe.Recipe)        // new videos get this one
	folder   func(dir string)
	choose   func() // a folder is to be chosen
	unselect func()
	keep     func(recipe.Recipe) // as a preset
	shown    func()              // what is shown has changed
}

// editDelay is how long a change waits for the next one before it is handed on: a slider makes many.
const editDelay = 350 * time.Millisecond

func newRecipePanel(k *kit, on recipeActions) *recipePanel {
	p := &recipePanel{on: on, kit: k, own: recipe.Default(), draft: recipe.Default(),
		heading:  newText(tr("What kind of tape is it?"), theme.ColorNameForeground, theme.SizeNameText),
		subject:  mutedText(""),
		trouble:  newText("", theme.ColorNameWarning, theme.SizeNameCaptionText),
		estimate: newText("", theme.ColorNameForeground, theme.SizeNameCaptionText),
	}
	p.heading.style.Bold = true
	p.trouble.lines = 2
	p.trouble.Hide()
	p.all = newLink(tr("All videos"), nil, k, func() { p.on.unselect() })
	p.all.Hide()
	p.picker = newPresetPicker(k, p.picked)
	p.controls = newRecipeControls(k, p.edited, func() {
		if p.scroll != nil {
			p.scroll.Refresh()
		}
	})
	p.reset = hinted(newButton(tr("Reset"), nil, k, p.resetDraft), tr("Back to the preset as it is."))
	p.keep = hinted(newButton(tr("Save as a preset")+ellipsis, nil, k, func() { p.on.keep(p.draft) }), tr("Keeps these settings under a name of your own."))
	p.folder = newChoice([]string{besideOriginal(), chooseFolder()}, k, p.folderPicked)

	top := container.NewBorder(nil, nil, nil, container.NewCenter(p.all), container.NewVBox(p.heading, p.subject))
	bottom := container.NewVBox(p.estimate, boldText(tr("Save new videos")), p.folder)
	p.scroll = container.NewVScroll(container.NewVBox(p.picker, space(gap/2), p.controls.Root,
		container.NewHBox(layout.NewSpacer(), p.reset, p.keep)))
	p.scroll.OnScrolled = func(fyne.Position) { k.tips.Leave() } // what it is about has gone from beneath it
	p.Root = newSurface(colorSurface, 0, fyne.NewSize(1.5*gap, 1.5*gap),
		container.NewBorder(container.NewVBox(top, p.trouble, space(gap/2)), container.NewVBox(space(gap/2), bottom), nil, nil, p.scroll))
	p.SetFolder("")
	p.ShowSelection(nil)
	return p
}

func besideOriginal() string { return tr("Beside the original") }
func chooseFolder() string   { return tr("Choose a folder") + ellipsis }

// SetPresets fills the cards; own is the recipe used last. err names presets that could not be read.
func (p *recipePanel) SetPresets(all []recipe.Recipe, err error, own recipe.Recipe) {
	p.presets, p.own = all, own
	if !slices.ContainsFunc(all, func(r recipe.Recipe) bool { return r.Name == own.Name }) && len(all) > 0 {
		p.own = all[0]
	}
	p.picker.SetPresets(all)
	if err != nil {
		p.trouble.SetText(trf("A preset of your own can't be read: %s", err))
		p.trouble.Show()
	} else {
		p.trouble.Hide()
	}
	p.Flush()
	p.awaited = false
	p.ShowSelection(p.chosen)
}

// Recipe is the one for new videos.
func (p *recipePanel) Recipe() recipe.Recipe { return p.own }

// Shown is the recipe on the screen; ok is false where videos with different ones are selected.
func (p *recipePanel) Shown() (r recipe.Recipe, ok bool) { return p.draft, !p.mixed }

// alike tells whether two recipes do the same.
func alike(a, b recipe.Recipe) bool {
	return a.Name == b.Name && a.Picture == b.Picture && a.Upscale == b.Upscale && a.Sound == b.Sound && a.Output == b.Output
}

// preset is the one that a recipe is called after.
func (p *recipePanel) preset(name string) (recipe.Recipe, bool) {
	for _, r := range p.presets {
		if r.Name == name {
			return r, true
		}
	}
	return recipe.Recipe{}, false
}

// ShowSelection turns the panel to the selected jobs.
func (p *recipePanel) ShowSelection(jobs []core.Job) {
	if !sameIDs(jobs, p.chosen) {
		p.Flush() // of the ones before
		p.awaited = false
	}
	p.chosen = jobs
	p.mixed, p.frozen = false, false
	draft := p.own
	if len(jobs) > 0 {
		draft = jobs[0].Recipe
		p.frozen = len(changeable(jobs)) == 0
		for _, j := range jobs {
			p.mixed = p.mixed || !alike(j.Recipe, draft)
		}
	}
	p.subject.SetText(subjectWords(jobs, p.frozen))
	p.offerAll(len(jobs) > 0)
	if p.awaited && alike(draft, p.draft) {
		p.awaited = false
	}
	if p.awaited || len(p.edits) > 0 {
		return // what the person has just set stays
	}
	p.draft = draft
	p.paint()
}

func sameIDs(a, b []core.Job) bool {
	return slices.EqualFunc(a, b, func(x, y core.Job) bool { return x.ID == y.ID })
}

// changeable are the IDs of those whose recipe can still be changed.
func changeable(jobs []core.Job) []string {
	var ids []string
	for _, j := range jobs {
		if open(j) {
			ids = append(ids, j.ID)
		}
	}
	return ids
}

func subjectWords(jobs []core.Job, frozen bool) string {
	switch {
	case len(jobs) == 0:
		return tr("For all waiting and new videos")
	case frozen && len(jobs) == 1:
		return trf("Used for “%s”", jobs[0].Name)
	case frozen:
		return count(len(jobs), "Used for the %d selected video", "Used for the %d selected videos")
	case len(jobs) == 1:
		return trf("For “%s”", jobs[0].Name)
	}
	return count(len(jobs), "For the %d selected video", "For the %d selected videos")
}

// paint shows the draft.
func (p *recipePanel) paint() {
	base, known := p.preset(p.draft.Name)
	edited := known && !alike(base, p.draft)
	p.picker.SetOff(p.frozen)
	name := p.draft.Name
	if p.mixed {
		name, edited = "", false
	}
	p.picker.Choose(name)
	p.picker.Mark(p.picker.advised, edited)
	p.controls.Show(p.draft)
	enable(p.reset, edited && !p.frozen)
	enable(p.keep, !p.mixed)
	p.on.shown()
}

func (p *recipePanel) offerAll(on bool) {
	if p.all.Visible() != on {
		p.all.Hidden = !on
		p.Root.Refresh()
	}
}

// Advise marks the preset that suits the tape, and says why under the pointer; "" marks none.
func (p *recipePanel) Advise(name, why string) {
	p.picker.why = why
	p.picker.Mark(name, p.picker.edited)
}

// Foresee says what the recipe will take.
func (p *recipePanel) Foresee(words string) { p.estimate.SetText(words) }

// OutDir is where new videos are saved; "" is beside the original.
func (p *recipePanel) OutDir() string { return p.outDir }

// SetFolder shows where new videos are saved.
func (p *recipePanel) SetFolder(dir string) {
	p.outDir = dir
	options, now := []string{besideOriginal(), chooseFolder()}, besideOriginal()
	if dir != "" {
		now = trf("In %s", shortPath(filepath.Clean(dir), 34))
		options = []string{besideOriginal(), now, chooseFolder()}
	}
	p.setting = true
	p.folder.SetOptions(options)
	p.folder.SetSelected(now)
	p.setting = false
}

func (p *recipePanel) folderPicked(s string) {
	if p.setting {
		return
	}
	switch s {
	case besideOriginal():
		p.SetFolder("")
		p.on.folder("")
	case chooseFolder():
		p.SetFolder(p.outDir) // until one is chosen
		p.on.choose()
	}
}
