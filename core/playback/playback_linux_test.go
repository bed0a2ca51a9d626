package playback_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/playback"
	"github.com/tapelight/tapelight/core/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// player puts a player of the test's own in the place of the system's, and leaves no other.
func player(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pacat"), []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
}

var stereo = playback.Format{Rate: 48000, Channels: 2}

// TestPlays gives sound to a player that keeps it.
func TestPlays(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "kept")
	player(t, "echo \"$*\" > "+kept+".args; exec cat > "+kept)
	out, err := playback.Open(t.Context(), stereo)
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte{1, 2, 3, 4}, 50_000)
	if n, err := out.Write(want); n != len(want) || err != nil {
		t.Fatal(n, err)
	}
	if err := out.Drain(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	out.Close()
	if got, err := os.ReadFile(kept); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d were played: %v", len(got), len(want), err)
	}
	if args, _ := os.ReadFile(kept + ".args"); !bytes.Contains(args, []byte("--rate=48000 --channels=2")) {
		t.Errorf("the player was told %s", args)
	}
	if live := process.Live(); len(live) > 0 {
		t.Errorf("processes left: %v", live)
	}
}

// TestEndsAtOnce closes while a player takes nothing.
func TestEndsAtOnce(t *testing.T) {
	player(t, "exec sleep 1000")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, end := range []func(playback.Output){func(o playback.Output) { o.Close() }, func(playback.Output) { cancel() }} {
		out, err := playback.Open(ctx, stereo)
		if err != nil {
			t.Fatal(err)
		}
		wrote := make(chan error)
		go func() {
			_, err := out.Write(make([]byte, 1<<20))
			wrote <- err
		}()
		end(out)
		if err := <-wrote; err == nil {
			t.Error("a megabyte went into a closed output")
		}
		out.Close()
	}
	if live := process.Live(); len(live) > 0 {
		t.Errorf("processes left: %v", live)
	}
}

// TestNoSound asks where there is no player, and where one finds no sound server.
func TestNoSound(t *testing.T) {
	player(t, "echo 'Connection failure: Connection refused' >&2; exit 1")
	out, err := playback.Open(t.Context(), stereo)
	if err != nil {
		t.Fatal(err)
	}
	_, err = out.Write(make([]byte, 1<<20))
	if err == nil {
		err = out.Drain()
	}
	if !errors.Is(err, playback.ErrNoSound) {
		t.Errorf("without a sound server: %v", err)
	}
	out.Close()
	t.Setenv("PATH", t.TempDir())
	if _, err := playback.Open(t.Context(), stereo); !errors.Is(err, playback.ErrNoSound) {
		t.Errorf("without a player: %v", err)
	}
	if _, err := playback.Open(t.Context(), playback.Format{Rate: 1, Channels: 9}); err == nil {
		t.Error("nine channels at 1 Hz were opened")
	}
}
