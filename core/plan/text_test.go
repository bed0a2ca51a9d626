package plan_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// After a change of wording: go test ./core/plan -update, then read what changed in testdata.
var update = flag.Bool("update", false, "write the golden files anew")

func TestText(t *testing.T) {
	full := tape()
	full.Audio = append(full.Audio, source.Audio{Index: 2, Codec: "cook", Rate: 22050, Channels: 1})
	full.Subtitles = []source.Subtitle{{Index: 3, Codec: "subrip", Text: true}}
	full.Chapters = []source.Chapter{{Title: "One", End: 5}, {Title: "Two", Start: 5, End: 10}}
	full.Other = []string{"data stream 4"}
	full.Notes = []string{"The file says top field first; the content is bottom field first."}
	network := &neural.Network{Name: "tape-fast", Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Layers: []neural.Layer{{In: 30, Out: 16}, {In: 16, Out: 24}}, Meta: map[string]string{"companion": "4:3:6:4.5"}}
	film := tape()
	film.Audio = nil
	film.Video.Fields = source.Fields{Scan: source.HardTelecine, Order: source.TopFirst}
	film.Video.Color = source.Color{Assumed: true}
	for name, in := range map[string]plan.Input{
		"tape": {Source: full, Recipe: recipe.Default(), Output: "/out/wedding.mkv", Network: network, Engine: "cpu", Device: "AVX2",
			Sound: []plan.Treatment{{Filters: []ffmpeg.Filter{ffmpeg.F("highpass", "f", 40), ffmpeg.F("afftdn", "nr", 8.5)}, Rate: 48000, Steps: []plan.SoundStep{{Name: "hiss", Why: "noise floor at -52 dB"}}, Found: []string{"loudness -23.1 LUFS"}}, {}}},
		"film": {Source: film, Output: "/out/film.mov", Start: 2, Length: 3, Recipe: asked(func(r *recipe.Recipe) {
			r.Output.Encoder, r.Output.Container, r.Picture.Deblock, r.Picture.MaskBottom, r.Picture.Sharpen = "prores", recipe.ContainerMOV, true, 8, 30
		})},
	} {
		got := mustMake(t, in).Text()
		path := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}
