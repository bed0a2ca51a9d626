package ui

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core"
)

func TestPresetsApplyToTheSelectionOrToAllThatWait(t *testing.T) {
	b := opened(t)
	b.showJobs(true, job("r", core.Running), job("a", core.Waiting), job("b", core.Reading), job("d", core.Done))
	b.wantText("For all waiting and new videos")
	test.Tap(b.recipe.picker.cards[1])
	b.want("recipe a dvd", "recipe b dvd")
	if got := b.app.Preferences().String(prefPreset); got != "dvd" {
		t.Errorf("the preset remembered is %q", got)
	}
	test.Tap(b.row("a"))
	b.wantText("For “a.avi”")
	b.win.Canvas().Focus(b.recipe.picker)
	b.recipe.picker.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	b.want("recipe a clean")
	if got := b.recipe.Recipe().Name; got != "dvd" {
		t.Errorf("a change of one video changed the preset for new ones to %s", got)
	}
	test.Tap(b.row("r"))
	b.wantText("Used for “r.avi”")
	test.Tap(b.recipe.picker.cards[2])
	b.want()
	b.tap("All videos")
	b.wantText("For all waiting and new videos")
	if b.recipe.picker.chosen != "dvd" {
		t.Errorf("marked is %s", b.recipe.picker.chosen)
	}
}

func TestUnreadablePresetIsTold(t *testing.T) {
	b := opened(t, func(f *fake) { f.bad = fmt.Errorf("mine.toml:3: there is no setting %q", "x") })
	if tr := b.recipe.trouble; !tr.Visible() || !strings.Contains(tr.words, "mine.toml:3") {
		t.Errorf("the panel says %q", tr.words)
	}
	if len(b.recipe.picker.cards) != 3 {
		t.Error("the presets that can be read are not offered")
	}
}

func TestLogRingIsTheNewestThatPass(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var ring logRing
		var all []core.LogEntry
		n := 0
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			if rapid.Bool().Draw(rt, "filter") {
				ring.Filter(sieve{least: level(rapid.IntRange(0, 3).Draw(rt, "least")), text: rapid.SampledFrom([]string{"", "1", "77"}).Draw(rt, "text")})
			}
			var es []core.LogEntry
			for range rapid.SampledFrom([]int{0, 1, 7, 1999, 5000, 5001}).Draw(rt, "n") {
				n++
				e := core.LogEntry{Text: fmt.Sprint(n)}
				for range n % 4 {
					e.Level++
				}
				es = append(es, e)
			}
			all = append(all, es...)
			all = all[max(len(all)-logKept, 0):]
			ring.Add(es)
			var want []core.LogEntry
			for _, e := range all {
				if level(e.Level) >= ring.sieve.least && strings.Contains(e.Text, ring.sieve.text) {
					want = append(want, e)
				}
			}
			if !slices.Equal(ring.shown, want) {
				rt.Fatalf("%d lines are shown, want %d", len(ring.shown), len(want))
			}
		}
	})
}

func TestContrast(t *testing.T) {
	for _, mode := range []Mode{Dark, Light} {
		th := &tapeTheme{mode}
		c := func(n fyne.ThemeColorName) color.Color { return th.Color(n, theme.VariantDark) }
		selected := over(c(theme.ColorNameSelection), c(colorRaised))
		grounds := map[string]color.Color{"window": c(theme.ColorNameBackground), "header": c(theme.ColorNameHeaderBackground),
			"panel": c(colorSurface), "card": c(colorRaised), "selected": selected, "menu": c(theme.ColorNameMenuBackground),
			"dialog": c(theme.ColorNameOverlayBackground), "banner": c(colorNotice), "input": c(theme.ColorNameInputBackground)}
		for ground, g := range grounds {
			for _, text := range []fyne.ThemeColorName{theme.ColorNameForeground, colorMuted, theme.ColorNamePrimary, theme.ColorNameSuccess,
				theme.ColorNameWarning, theme.ColorNameError} {
				if r := contrast(c(text), g); r < 4.5 {
					t.Errorf("%s: %s on %s has contrast %.2f, less than 4.5", mode, text, ground, r)
				}
			}
		}
		for _, p := range [][2]fyne.ThemeColorName{{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary},
			{theme.ColorNameForeground, theme.ColorNameButton}, {theme.ColorNameForeground, colorTrack},
			{theme.ColorNameForegroundOnError, theme.ColorNameError}} {
			if r := contrast(c(p[0]), c(p[1])); r < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, less than 4.5", mode, p[0], p[1], r)
			}
		}
		for _, ground := range []fyne.ThemeColorName{colorTrack, colorRaised, colorSurface} {
			if r := contrast(c(theme.ColorNamePrimary), c(ground)); r < 3 {
				t.Errorf("%s: bars and lines on %s have contrast %.2f, less than 3", mode, ground, r)
			}
		}
	}
}

// contrast is WCAG 2.1's ratio of relative luminances, 1..21.
func contrast(a, b color.Color) float64 {
	l := func(c color.Color) float64 {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		lin := func(v uint8) float64 {
			f := float64(v) / 255
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(n.R) + 0.7152*lin(n.G) + 0.0722*lin(n.B)
	}
	x, y := l(a), l(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestThemeFollowsTheMode(t *testing.T) {
	b := opened(t)
	if got := theme.Color(theme.ColorNameBackground); got != darkColors[theme.ColorNameBackground] {
		t.Errorf("the ground is %v at first, want dark", got)
	}
	b.showJobs(false, job("a", core.Waiting))
	b.setMode(Light)
	for _, o := range b.objects() {
		if c, ok := o.(*canvas.Text); ok && c.Text == "a.avi" && c.Color != lightColors[theme.ColorNameForeground] {
			t.Errorf("a row's text stays %v in the light theme", c.Color)
		}
	}
	if b.prefs.mode() != Light || !b.menus.modes[Light].Checked || b.menus.modes[Dark].Checked {
		t.Error("the mode is not remembered or not marked in the menu")
	}
}

func TestWrap(t *testing.T) {
	measure := func(s string) float32 { return float32(len([]rune(s))) }
	for _, c := range []struct {
		s     string
		width float32
		lines int
		want  []string
	}{
		{"", 10, 1, []string{""}},
		{"short", 10, 1, []string{"short"}},
		{"quite long words", 10, 1, []string{"quite lon…"}},
		{"quite long words indeed", 10, 2, []string{"quite long", "words ind…"}},
		{"incomprehensibilities", 10, 2, []string{"incompreh…"}},
		{"日本語のとても長い名前", 5, 1, []string{"日本語の…"}},
		{"x", 0, 1, []string{""}},
	} {
		if got := wrap(c.s, c.width, c.lines, measure); !slices.Equal(got, c.want) {
			t.Errorf("%q in %v x %d is %q, want %q", c.s, c.width, c.lines, got, c.want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		width := float32(rapid.IntRange(0, 30).Draw(rt, "width"))
		n := rapid.IntRange(1, 4).Draw(rt, "lines")
		out := wrap(rapid.String().Draw(rt, "s"), width, n, measure)
		if len(out) > n {
			rt.Fatalf("%d lines", len(out))
		}
		for _, l := range out {
			if measure(l) > width {
				rt.Fatalf("%q is wider than %v", l, width)
			}
		}
	})
}

func TestGoldenMarkup(t *testing.T) {
	b := opened(t)
	golden(t, "header_empty", b.header.Root, fyne.NewSize(900, 60))
	b.showJobs(false, job("a", core.Waiting), job("b", core.Done))
	golden(t, "header_ready", b.header.Root, fyne.NewSize(900, 60))
	r := newRow(b.kit, b.queue)
	run := job("a", core.Running)
	run.Progress, run.FPS, run.ETA = 0.25, 12, time.Hour
	r.Set(0, rowState{job: run, mode: core.Started, selected: true})
	golden(t, "row_running", r, fyne.NewSize(700, rowHeight))
}
