package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/resources/icons"
)

// guidePanel teaches what to do when there is nothing yet. The first time it also says what this computer brings along, and where things
// are; it never stands in the way.
type guidePanel struct {
	Root    *fyne.Container
	machine *fyne.Container
	lines   []*guideLine
}

// guideLine is one thing that was looked at.
type guideLine struct {
	icon  *widget.Icon
	words *text
}

func newGuidePanel(k *kit, first bool, addVideos func()) *guidePanel {
	g := &guidePanel{machine: container.NewVBox()}
	icon := canvas.NewImageFromResource(appIcon())
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(88))

	title := newText(tr("Drop your tapes here"), theme.ColorNameForeground, theme.SizeNameHeadingText)
	title.style.Bold = true
	say := plainText(tr("Files or whole folders: captures of VHS, Video8, Hi8 or Betamax, and DVDs."))
	say.color = colorMuted
	safe := mutedText(tr("Your originals are never changed. Everything happens on this computer."))
	for _, t := range []*text{title, say, safe} {
		t.align = fyne.TextAlignCenter
		t.min = 520
	}
	steps := container.New(columns{1, 1, 1},
		guideStep("1", tr("Drop tapes"), tr("It looks at each and finds out by itself what it needs.")),
		guideStep("2", tr("Say what they are"), tr("On the right, one click. Details are there for those who want them.")),
		guideStep("3", tr("Press Start"), tr("Leave it alone for the night. Nothing is lost if the power is.")))
	add := newButton(tr("Add videos")+ellipsis, theme.ContentAddIcon(), k, addVideos)
	add.Importance = widget.HighImportance
	all := container.NewVBox(icon, title, say, space(gap/2),
		container.NewHBox(layout.NewSpacer(), add, layout.NewSpacer()), space(gap/2), safe)
	if first {
		for range 3 {
			l := &guideLine{icon: widget.NewIcon(theme.NewDisabledResource(theme.MoreHorizontalIcon())), words: mutedText("")}
			l.words.min = 480
			g.lines = append(g.lines, l)
			g.machine.Add(container.NewBorder(nil, nil, l.icon, nil, l.words))
		}
		g.lines[0].words.SetText(tr("Looking at what this computer brings along") + ellipsis)
		g.lines[2].words.SetText(tr("New videos are saved beside the originals, unless you choose a folder on the right."))
		g.lines[2].icon.SetResource(theme.NewSuccessThemedResource(theme.ConfirmIcon()))
		all.Add(space(gap))
		all.Add(steps)
		all.Add(space(gap / 2))
		all.Add(container.NewHBox(layout.NewSpacer(), g.machine, layout.NewSpacer()))
	}
	g.Root = container.NewStack(container.NewCenter(all))
	return g
}

func guideStep(number, title, about string) fyne.CanvasObject {
	n := newText(number, theme.ColorNamePrimary, theme.SizeNameSubHeadingText)
	n.style.Bold = true
	n.min = 14
	a := mutedText(about)
	a.lines, a.min = 3, 150
	return newSurface(colorSurface, 8, fyne.NewSquareSize(1.5*gap), container.NewVBox(container.NewHBox(n, container.NewGridWrap(fyne.NewSize(160, 22), boldText(title))), a))
}

// Report says what this computer brings along.
func (g *guidePanel) Report(r core.DoctorReport) {
	if len(g.lines) == 0 {
		return
	}
	set := func(i int, ok bool, words string) {
		l := g.lines[i]
		l.words.SetText(words)
		if ok {
			l.icon.SetResource(theme.NewSuccessThemedResource(theme.ConfirmIcon()))
		} else {
			l.icon.SetResource(theme.NewWarningThemedResource(theme.WarningIcon()))
		}
	}
	version, encoders, cards := "", 0, []string(nil)
	for _, c := range r.Checks {
		switch {
		case !c.OK:
		case c.Name == "ffmpeg":
			version, _, _ = strings.Cut(c.Detail, " ")
		case strings.HasPrefix(c.Name, "encoder "):
			encoders++
		case c.Name == "GPU":
			cards = append(cards, c.Detail)
		}
	}
	if version == "" {
		set(0, false, tr("ffmpeg is missing: see above."))
	} else {
		set(0, true, trf("ffmpeg %s is there, with %s.", version, count(encoders, "%d encoder", "%d encoders")))
	}
	if len(cards) > 0 {
		set(1, true, trf("Graphics card: %s", strings.Join(cards, ", ")))
	} else {
		set(1, true, tr("No graphics card that helps was found: the processor does the work."))
	}
}

func appIcon() fyne.Resource { return fyne.NewStaticResource("tapelight.png", icons.PNG()) }

// space is an empty square of the grid.
func space(size float32) fyne.CanvasObject {
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSquareSize(size))
	return r
}
