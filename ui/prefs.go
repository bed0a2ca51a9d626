package ui

import (
	"encoding/json"

	"fyne.io/fyne/v2"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

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
	prefInner  = "split_inner"
	prefLog    = "log_open"
	prefGuided = "guided"
	prefRecipe = "recipe"
	prefTell   = "notifications"
	prefFloor  = "disk_floor" // bytes
	prefSleepy = "may_sleep"  // while videos are restored
	prefTemp   = "temp_folder"
	prefRoom   = "temp_room" // bytes of temporary files
	prefEngine = "engine"
	prefBatch  = "batch"
	prefMemory = "memory" // bytes
	prefFFmpeg = "ffmpeg_folder"
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
		min(max(float32(s.p.FloatWithFallback(prefWidth, 1280)), 900), 7680),
		min(max(float32(s.p.FloatWithFallback(prefHeight, 800)), 600), 4320))
}

// split is between queue and preview at the left and the recipe at the right; inner between queue and preview.
func (s prefs) split() float64 { return min(max(s.p.FloatWithFallback(prefSplit, 0.73), 0.4), 0.92) }

func (s prefs) inner() float64 { return min(max(s.p.FloatWithFallback(prefInner, 0.43), 0.12), 0.8) }

func (s prefs) saveLayout(size fyne.Size, split, inner float64, logOpen bool) {
	s.p.SetFloat(prefInner, inner)
	s.p.SetFloat(prefWidth, float64(size.Width))
	s.p.SetFloat(prefHeight, float64(size.Height))
	s.p.SetFloat(prefSplit, split)
	s.p.SetBool(prefLog, logOpen)
}

// recipe is the one for new videos: the one used last, with its changes where they still make sense.
func (s prefs) recipe(presets []recipe.Recipe) recipe.Recipe {
	name := s.p.String(prefPreset)
	var kept recipe.Recipe
	if json.Unmarshal([]byte(s.p.String(prefRecipe)), &kept) == nil && kept.Name == name && kept.Validate() == nil {
		for _, r := range presets {
			if r.Name == name {
				kept.Title, kept.Description, kept.Order, kept.BuiltIn, kept.File = r.Title, r.Description, r.Order, r.BuiltIn, r.File
				return kept
			}
		}
	}
	for _, r := range presets {
		if r.Name == name {
			return r
		}
	}
	return recipe.Recipe{Name: name}
}

func (s prefs) saveRecipe(r recipe.Recipe) {
	if text, err := json.Marshal(r); err == nil { // a recipe of numbers and words always can be
		s.p.SetString(prefRecipe, string(text))
	}
}

func (s prefs) telling() telling {
	switch t := telling(s.p.String(prefTell)); t {
	case tellAll, tellNever:
		return t
	}
	return tellEach
}

// floor is how many bytes must stay free on disks.
func (s prefs) floor() int64 {
	return int64(min(max(s.p.FloatWithFallback(prefFloor, core.DiskFloor), 0), 1e15))
}

// tuning is how the machine is used; what makes no sense is left to Tapelight.
func (s prefs) tuning() core.Tuning {
	t := core.Tuning{Engine: s.p.String(prefEngine), Batch: s.p.Int(prefBatch), TempDir: s.p.String(prefTemp),
		Memory: int64(min(s.p.Float(prefMemory), 1e15)), Temp: int64(min(s.p.Float(prefRoom), 1e15))}
	for _, part := range []core.Tuning{{Batch: t.Batch}, {Memory: t.Memory}, {Temp: t.Temp}} {
		if part.Check() != nil {
			return core.Tuning{Engine: t.Engine, TempDir: t.TempDir}
		}
	}
	return t
}

func (s prefs) awake() bool { return !s.p.Bool(prefSleepy) }
