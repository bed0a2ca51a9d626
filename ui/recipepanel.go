package ui

import (
	"fmt"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

const (
	besideOriginal = "Beside the original"
	chooseFolder   = "Choose a folder" + ellipsis
)

// recipePanel says what is done with the videos and where they go. With videos selected it speaks of those; otherwise of all that
// wait and all that are added from now on.
type recipePanel struct {
	Root    fyne.CanvasObject
	heading *text
	subject *text
	all     *link
	trouble *text
	picker  *presetPicker
	folder  *choice

	own      string // the preset for new videos
	outDir   string // "": beside the original
	chosen   []core.Job
	setting  bool // the folder choice is being set by us
	on       recipeActions
	unselect func()
}

// recipeActions is what the panel asks for.
type recipeActions struct {
	apply    func(r recipe.Recipe, ids []string) // ids nil: new videos, and all that wait
	folder   func(dir string)
	choose   func() // a folder is to be chosen
	unselect func()
}

func newRecipePanel(k *kit, on recipeActions) *recipePanel {
	p := &recipePanel{on: on,
		heading: newText("What kind of tape is it?", theme.ColorNameForeground, theme.SizeNameText),
		subject: mutedText(""),
		trouble: newText("", theme.ColorNameWarning, theme.SizeNameCaptionText),
	}
	p.heading.style.Bold = true
	p.trouble.lines = 2
	p.trouble.Hide()
	p.all = newLink("All videos", nil, k, func() { p.on.unselect() })
	p.all.Hide()
	p.picker = newPresetPicker(k, p.picked)
	p.folder = newChoice([]string{besideOriginal, chooseFolder}, k, p.folderPicked)

	saveTo := boldText("Save new videos")
	top := container.NewBorder(nil, nil, nil, p.all, container.NewVBox(p.heading, p.subject))
	bottom := container.NewVBox(saveTo, p.folder)
	p.Root = newSurface(colorSurface, 0, fyne.NewSize(1.5*gap, 1.5*gap),
		container.NewBorder(container.NewVBox(top, p.trouble, space(gap/2)), container.NewVBox(space(gap/2), bottom), nil, nil,
			container.NewVScroll(p.picker)))
	p.SetFolder("")
	p.ShowSelection(nil)
	return p
}

// SetPresets fills the cards; own is the name of the one used last. err names presets that could not be read.
func (p *recipePanel) SetPresets(all []recipe.Recipe, err error, own string) {
	p.own = own
	if !slices.ContainsFunc(all, func(r recipe.Recipe) bool { return r.Name == own }) && len(all) > 0 {
		p.own = all[0].Name
	}
	p.picker.SetPresets(all)
	if err != nil {
		p.trouble.SetText("A preset of your own can't be read: " + err.Error())
		p.trouble.Show()
	} else {
		p.trouble.Hide()
	}
	p.ShowSelection(p.chosen)
}

// Recipe is the one for new videos.
func (p *recipePanel) Recipe() recipe.Recipe {
	for _, c := range p.picker.cards {
		if c.recipe.Name == p.own {
			return c.recipe
		}
	}
	return recipe.Default()
}

// ShowSelection turns the panel to the selected jobs.
func (p *recipePanel) ShowSelection(jobs []core.Job) {
	p.chosen = jobs
	if len(jobs) == 0 {
		p.subject.SetText("For all waiting and new videos")
		p.offerAll(false)
		p.picker.SetOff(false)
		p.picker.Choose(p.own)
		return
	}
	p.offerAll(true)
	changeable, same := 0, true
	for _, j := range jobs {
		if j.State == core.Waiting || j.State == core.Reading {
			changeable++
		}
		same = same && j.Recipe.Name == jobs[0].Recipe.Name
	}
	what := "For “" + jobs[0].Name + "”"
	if len(jobs) > 1 {
		what = fmt.Sprintf("For the %d selected videos", len(jobs))
	}
	if changeable == 0 {
		what = "Used for “" + jobs[0].Name + "”"
		if len(jobs) > 1 {
			what = fmt.Sprintf("Used for the %d selected videos", len(jobs))
		}
	}
	p.subject.SetText(what)
	p.picker.SetOff(changeable == 0)
	if same {
		p.picker.Choose(jobs[0].Recipe.Name)
	} else {
		p.picker.Choose("")
	}
}

func (p *recipePanel) offerAll(on bool) {
	if p.all.Visible() == on {
		return
	}
	p.all.Hidden = !on
	p.Root.Refresh()
}

func (p *recipePanel) picked(r recipe.Recipe) {
	if len(p.chosen) == 0 {
		p.own = r.Name
		p.on.apply(r, nil)
		return
	}
	var ids []string
	for _, j := range p.chosen {
		if j.State == core.Waiting || j.State == core.Reading {
			ids = append(ids, j.ID)
		}
	}
	p.on.apply(r, ids)
}

// OutDir is where new videos are saved; "" is beside the original.
func (p *recipePanel) OutDir() string { return p.outDir }

// SetFolder shows where new videos are saved.
func (p *recipePanel) SetFolder(dir string) {
	p.outDir = dir
	options, now := []string{besideOriginal, chooseFolder}, besideOriginal
	if dir != "" {
		now = "In " + shortPath(filepath.Clean(dir), 34)
		options = []string{besideOriginal, now, chooseFolder}
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
	case besideOriginal:
		p.SetFolder("")
		p.on.folder("")
	case chooseFolder:
		p.SetFolder(p.outDir) // until one is chosen
		p.on.choose()
	}
}
