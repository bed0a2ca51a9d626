package tape_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tapelight/tapelight/testdata/tape"
)

func TestMakingTwiceGivesTheSame(t *testing.T) {
	for _, name := range []string{"ntsc-vhs", "film-hard", "webcam"} {
		t.Run(name, func(t *testing.T) {
			var sums [2][]byte
			for i := range sums {
				made, err := tape.MakeShort(t.Context(), t.TempDir(), 0.5, name)
				if err != nil {
					t.Fatal(err)
				}
				sums[i] = output(t, "ffmpeg", "-nostdin", "-v", "error", "-i", "file:"+made[name].Path, "-map", "0", "-f", "framemd5", "pipe:1")
			}
			if !bytes.Equal(sums[0], sums[1]) {
				t.Error("the decoded content differs")
			}
		})
	}
}

func TestManyMayMakeAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			made, err := tape.MakeShort(t.Context(), dir, 0.5, "odd-size")
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := os.Stat(made["odd-size"].Path); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	left, err := os.ReadDir(filepath.Join(dir, "0.5s"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if strings.Contains(f.Name(), ".part-") || strings.HasSuffix(f.Name(), ".lock") {
			t.Errorf("%s was left behind", f.Name())
		}
	}
}

func TestOldSamplesAreMadeAnewAndGoodOnesKept(t *testing.T) {
	dir := t.TempDir()
	make := func() os.FileInfo {
		made, err := tape.MakeShort(t.Context(), dir, 0.5, "odd-size")
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(made["odd-size"].Path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := make()
	if !os.SameFile(first, make()) {
		t.Error("a good sample was made again")
	}
	stamps, _ := filepath.Glob(filepath.Join(dir, "0.5s", ".*.stamp"))
	if len(stamps) != 1 {
		t.Fatalf("stamps: %v", stamps)
	}
	if err := os.WriteFile(stamps[0], []byte("version 0"), 0o644); err != nil {
		t.Fatal(err)
	}
	// A lock that a killed process left long ago must not hold anyone up.
	lock := filepath.Join(dir, "0.5s", ".odd-size.mkv.lock")
	if err := os.WriteFile(lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(lock, old, old); err != nil {
		t.Fatal(err)
	}
	if os.SameFile(first, make()) {
		t.Error("an old sample was kept")
	}
}

func TestMakeStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err := tape.Make(ctx, dir, "ntsc-vhs"); err == nil {
		t.Error("a cancelled call made a sample")
	}
	if _, err := tape.Make(t.Context(), dir, "betamax"); err == nil {
		t.Error("an unknown name made a sample")
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left)+len(hidden) > 0 {
		t.Errorf("left behind: %v %v", left, hidden)
	}
}

func TestHostileFiles(t *testing.T) {
	dir, err := tape.Dir()
	if err != nil {
		t.Fatal(err)
	}
	tape.For(t, 1, "webcam") // skips where there is no ffmpeg
	files, err := tape.Hostile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			if _, err := os.Stat(f.Path); err != nil {
				t.Fatal(err)
			}
			if !f.Plays {
				return
			}
			p := probe(t, f.Path, "-show_streams")
			if len(p.Streams) == 0 || p.Streams[0].Type != "video" {
				t.Errorf("no picture in %q", f.Path)
			}
		})
	}
}
