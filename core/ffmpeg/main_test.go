package ffmpeg

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// playMode makes the test program, started again as a child, play ffmpeg's part instead of running tests.
const playMode = "TAPELIGHT_TEST_FFMPEG"

func TestMain(m *testing.M) {
	if mode := os.Getenv(playMode); mode != "" {
		os.Exit(play(mode))
	}
	goleak.VerifyTestMain(m)
}

// fakeTools are tools whose ffmpeg is this program in the given mode.
func fakeTools(t *testing.T, mode string) *Tools {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(playMode, mode)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would hold each fake back for a second at its end
	return &Tools{FFmpeg: self, FFprobe: self}
}
