package ui

import "fyne.io/fyne/v2"

// prefs is what the window remembers from one day to the next.
type prefs struct{ p fyne.Preferences }

const (
	prefMode   = "mode"
	prefPreset = "preset"
	prefOutDir = "output_folder"
	prefInDir  = "videos_folder"
	prefWidth  = "window_width"
	prefHeight = "window_height"
	prefSplit  = "split"
	prefLog    = "log_open"
	prefGuided = "guided"
)

func (s prefs) mode() Mode {
	switch m := Mode(s.p.StringWithFallback(prefMode, string(Dark))); m {
	case Light, System:
		return m
	}
	return Dark
}

// size is the window's; it is kept to what fits most screens and to what holds the panels.
func (s prefs) size() fyne.Size {
	return fyne.NewSize(
		min(max(float32(s.p.FloatWithFallback(prefWidth, 1180)), 900), 7680),
		min(max(float32(s.p.FloatWithFallback(prefHeight, 740)), 600), 4320))
}

func (s prefs) split() float64 { return min(max(s.p.FloatWithFallback(prefSplit, 0.72), 0.4), 0.85) }

func (s prefs) saveLayout(size fyne.Size, split float64, logOpen bool) {
	s.p.SetFloat(prefWidth, float64(size.Width))
	s.p.SetFloat(prefHeight, float64(size.Height))
	s.p.SetFloat(prefSplit, split)
	s.p.SetBool(prefLog, logOpen)
}
