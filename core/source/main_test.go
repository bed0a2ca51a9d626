package source

import (
	"errors"
	"os/exec"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func installed(t *testing.T) *ffmpeg.Tools {
	t.Helper()
	tools, err := ffmpeg.Find(t.Context(), "")
	var missing *ffmpeg.MissingError
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// encode runs ffmpeg's command line, for the captures that tests make.
func encode(t *testing.T, tools *ffmpeg.Tools, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), tools.FFmpeg, append([]string{"-v", "error", "-y"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
