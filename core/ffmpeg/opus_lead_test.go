package ffmpeg

import (
	"context"
	"strings"
	"testing"
)

// What Opus would come early by in Matroska is made up for there alone, and only in tracks that are encoded.
func TestOpusIsHeldBackInMatroska(t *testing.T) {
	tools := filterTools(t)
	early, err := tools.opusEarly(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("this ffmpeg's Opus is %d samples early in Matroska", early)
	if early != 0 && early != opusSkip {
		t.Errorf("%d samples", early)
	}
	for _, c := range []struct {
		container, codec string
		want             int
	}{{"mkv", "libopus", early}, {"mkv", "aac", 0}, {"mp4", "libopus", 0}} {
		s := encodeSpec()
		s.Container, s.Audio = c.container, []AudioTrack{{Codec: c.codec, Rate: 48000}, {Codec: c.codec, Rate: 48000, Copy: true}}
		if err := tools.settle(t.Context(), &s); err != nil {
			t.Fatal(err)
		}
		if s.Audio[0].early != c.want || s.Audio[1].early != 0 {
			t.Errorf("%s in %s: %d, copied %d", c.codec, c.container, s.Audio[0].early, s.Audio[1].early)
		}
	}
	s := encodeSpec()
	if got := Chain(s.soundFilters(AudioTrack{Codec: "libopus", Rate: 48000, early: opusSkip})); !strings.Contains(got, "adelay=delays=312S:all=1,asetpts=") {
		t.Error(got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Tools{FFmpeg: tools.FFmpeg, FFprobe: tools.FFprobe}).opusEarly(ended); err == nil {
		t.Error("found out in no time")
	}
}
