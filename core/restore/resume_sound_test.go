package restore_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/restore"
	"github.com/tapelight/tapelight/core/source"
)

// soundTape is a capture whose sound is longer than a report of its progress waits for: two tracks, the second late.
func soundTape(t *testing.T, tools *ffmpeg.Tools) *source.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape.mkv")
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=12", "-f", "lavfi", "-i", "anoisesrc=amplitude=0.1:sample_rate=48000:duration=12:seed=1",
		"-itsoffset", "0.2", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=11", "-map", "0", "-map", "1", "-map", "2", "-c:v", "ffv1", "-c:a", "pcm_s16le", "-ac", "2", path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	src, err := source.Read(t.Context(), tools, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// soundPlan restores both tracks, levels the first, and spreads it over 5.1 channels.
func soundPlan(t *testing.T, src *source.Source, output, encoder string) *plan.Plan {
	t.Helper()
	r := recipe.Default()
	r.Upscale.Height, r.Upscale.Network = 0, recipe.NetworkNone
	r.Output.Encoder, r.Output.Speed, r.Output.Container = encoder, recipe.SpeedFast, recipe.Choice(strings.TrimPrefix(filepath.Ext(output), "."))
	program := func() *audio.Program { return &audio.Program{Rate: 48000, Channels: 2, LowCut: 30} }
	p, err := plan.Make(plan.Input{Source: src, Recipe: r, Output: output, Sound: []plan.Treatment{
		{Program: program(), Level: &audio.Settings{Mode: audio.Auto, TargetLUFS: -23}, Layout: ffmpeg.Surround51},
		{Program: program(), Layout: ffmpeg.Mono},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestContinuedWithRestoredSound interrupts runs while their sound is restored, while their pictures are made and while the parts are put together, and leaves
// torn files of sound as a kill does. What comes out in the end has the same pictures, samples and times as a run that was left alone.
func TestContinuedWithRestoredSound(t *testing.T) {
	tools, err := ffmpeg.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	src := soundTape(t, tools)
	for _, c := range []struct{ encoder, ext string }{{"ffv1", ".mkv"}, {"x264", ".mp4"}} {
		t.Run(c.encoder+c.ext, func(t *testing.T) {
			whole := filepath.Join(t.TempDir(), "out"+c.ext)
			if _, err := (&restore.Runner{Tools: tools}).Run(t.Context(), soundPlan(t, src, whole, c.encoder)); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			out := filepath.Join(dir, "out"+c.ext)
			p := soundPlan(t, src, out, c.encoder)
			p.Encode.Group = 25
			var torn []byte
			for _, stop := range []func(restore.Progress) bool{
				func(g restore.Progress) bool { return strings.HasPrefix(g.Stage, "Restoring the sound") },
				func(g restore.Progress) bool { return g.Frames >= 60 },
				func(g restore.Progress) bool { return strings.HasPrefix(g.Stage, "Restoring the sound") },
				func(g restore.Progress) bool { return g.Frames >= 150 },
				func(g restore.Progress) bool { return strings.HasPrefix(g.Stage, "Putting") },
				func(g restore.Progress) bool { return false },
			} {
				for i := 1; i <= 2 && torn != nil; i++ {
					if err := os.WriteFile(filepath.Join(dir, "out.partial.sound"+string(rune('0'+i))+".flac"), torn, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				stopped := false
				r := &restore.Runner{Tools: tools, Resume: true, Note: func(s string) { t.Log(s) }, Progress: func(g restore.Progress) {
					if kept, err := os.ReadFile(filepath.Join(dir, "out.partial.sound1.flac")); err == nil && len(kept) > 20000 {
						torn = kept[:len(kept)/2]
					}
					if !stopped && stop(g) {
						stopped = true
						t.Logf("interrupted: %q, picture %d", g.Stage, g.Frames)
						cancel(restore.ErrPaused)
					}
				}}
				_, err := r.Run(ctx, p)
				cancel(nil)
				switch {
				case err == nil && stopped:
					t.Log("it was done all the same")
				case err != nil && !errors.Is(err, restore.ErrPaused):
					t.Fatal(err)
				}
				for _, name := range leftIn(t, dir) {
					if strings.Contains(name, "sound") {
						t.Errorf("%s was left", name)
					}
				}
				if err == nil {
					break
				}
			}
			if torn == nil {
				t.Error("no restored sound was seen")
			}
			streams := func(path, which string) string {
				cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0:"+which, "-f", "framemd5", "-")
				text, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			if c.encoder == "ffv1" {
				if got, want := digest(t, out), digest(t, whole); got != want {
					t.Errorf("the continued run differs:\n%s", firstDifference(want, got))
				}
			} else if got, want := streams(out, "a"), streams(whole, "a"); got != want {
				t.Errorf("the continued run's sound differs:\n%s", firstDifference(want, got))
			}
			if names := leftIn(t, dir); len(names) != 1 {
				t.Errorf("left in the folder: %q", names)
			}
		})
	}
}

// What a killed run left of its sound goes when its unfinished output is discarded; what is somebody else's stays.
func TestDiscardTakesSoundAlong(t *testing.T) {
	tools, err := ffmpeg.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"out.partial.sound1.flac": "fLaC....TAPELIGHT_PART=sound", "out.partial.sound2.flac": "fLaC theirs"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&restore.Runner{Tools: tools}).Discard(t.Context(), filepath.Join(dir, "out.mkv")); err != nil {
		t.Fatal(err)
	}
	if names := leftIn(t, dir); len(names) != 1 || names[0] != "out.partial.sound2.flac" {
		t.Errorf("left are %q", names)
	}
}
