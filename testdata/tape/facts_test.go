package tape_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

// known is a value that ffprobe gives, or "" where it says that it knows none.
func known(v string) string {
	if v == "N/A" || v == "0:1" {
		return ""
	}
	return v
}

func TestFilesClaimWhatTheSpecsSay(t *testing.T) {
	for _, s := range tape.SpecsOf(seconds) {
		t.Run(s.Name, func(t *testing.T) {
			path := sample(t, s.Name).Path
			p := probe(t, path, "-show_streams", "-show_chapters", "-show_format")
			frames := probe(t, path, "-select_streams", "v", "-show_frames").Frames
			checkFlags(t, s, frames)
			video := p.Streams[0]
			for _, c := range []struct {
				what      string
				got, want any
			}{
				{"codec", video.Codec, s.Codec},
				{"width", video.Width, s.Width},
				{"height", video.Height, s.Height},
				{"pixel format", video.Format, s.PixelFormat},
				{"field order", video.Order, s.ClaimedOrder},
				{"sample aspect", known(video.SAR), s.ClaimedSAR},
				{"display aspect", known(video.DAR), s.ClaimedDAR},
				{"frames", len(frames), s.FileFrames},
				{"matrix", video.Matrix, s.Matrix},
				{"chapters", len(p.Chapters), s.Chapters},
			} {
				if c.got != c.want {
					t.Errorf("%s is %v, want %v", c.what, c.got, c.want)
				}
			}
			if s.Content != tape.SoftTelecine && video.Rate != s.FileRate.String() {
				t.Errorf("rate is %s, want %s", video.Rate, s.FileRate)
			}
			if s.Matrix != "" && (video.Primaries != s.Matrix || video.Transfer != s.Matrix) {
				t.Errorf("primaries %s, transfer %s, want %s", video.Primaries, video.Transfer, s.Matrix)
			}
			for key, want := range s.Tags {
				got := p.Format.Tags[key]
				if got == "" {
					got = p.Format.Tags[upper(key)]
				}
				if got != want {
					t.Errorf("tag %s is %q, want %q", key, got, want)
				}
			}
			checkTracks(t, s, p)
		})
	}
}

func upper(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] -= 'a' - 'A'
	}
	return string(b)
}

func checkTracks(t *testing.T, s tape.Spec, p probed) {
	t.Helper()
	track, subtitles := 0, 0
	start, _ := strconv.ParseFloat(p.Streams[0].Start, 64)
	for _, a := range p.Streams[1:] {
		if a.Type == "subtitle" {
			subtitles++
		}
		if a.Type != "audio" {
			continue
		}
		if track == len(s.Audio) {
			t.Fatal("more sound tracks than the spec has")
		}
		want := s.Audio[track]
		track++
		if a.Codec != want.Codec || a.Channels != want.Channels || a.Hz != strconv.Itoa(tape.SampleRate) {
			t.Errorf("track %d is %s, %d channels, %s Hz; want %s, %d", track, a.Codec, a.Channels, a.Hz, want.Codec, want.Channels)
		}
		if a.Tags["language"] != want.Language || a.Tags["title"] != want.Title {
			t.Errorf("track %d is tagged %v, want %q, %q", track, a.Tags, want.Language, want.Title)
		}
		begin, _ := strconv.ParseFloat(a.Start, 64)
		if off := begin - start; math.Abs(off-s.SoundOffset.Seconds()) > 0.0011 {
			t.Errorf("track %d starts %.4f s after the picture, want %v", track, off, s.SoundOffset)
		}
	}
	if track != len(s.Audio) || subtitles != s.Subtitles {
		t.Errorf("%d sound tracks and %d subtitles, want %d and %d", track, subtitles, len(s.Audio), s.Subtitles)
	}
}

func checkFlags(t *testing.T, s tape.Spec, frames []probedFrame) {
	t.Helper()
	fields := 0
	for i, f := range frames {
		fields += 2 + f.Repeat
		if (f.Interlaced == 1) != (s.ClaimedFlags == "interlaced") {
			t.Errorf("frame %d: interlaced flag is %d, want %s", i, f.Interlaced, s.ClaimedFlags)
		}
		if s.ClaimedOrder == "bb" && f.TopFirst != 0 || s.ClaimedOrder == "tt" && f.TopFirst != 1 {
			t.Errorf("frame %d: top field first is %d, want %s", i, f.TopFirst, s.ClaimedOrder)
		}
		if s.ClaimedFlags == "repeat" {
			want := [4][2]int{{1, 1}, {0, 0}, {0, 1}, {1, 0}}[i%4]
			if f.TopFirst != want[0] || f.Repeat != want[1] {
				t.Errorf("frame %d: top first %d, repeat %d, want %v", i, f.TopFirst, f.Repeat, want)
			}
		}
	}
	want := 2 * s.FileFrames
	if s.Content == tape.SoftTelecine {
		want = s.FileFrames * 5 / 2
	}
	if fields != want {
		t.Errorf("%d fields are shown, want %d", fields, want)
	}
}

// Film carried by repeat flags, played by the flags, is the same 2:3 cadence as hard telecine.
func TestSoftTelecinePlaysAsHard(t *testing.T) {
	s := sample(t, "film-soft")
	frames := decode(t, s.Path, "repeatfields,fieldmatch=order=tff:mode=pc_n,decimate=dupthresh=100", "gray", s.Width*s.Height)
	checkStrips(t, s.Spec, frames, s.Width, s.Height)
}

func TestClicksAreInTime(t *testing.T) {
	for _, s := range tape.SpecsOf(seconds) {
		for i := range s.Audio {
			t.Run(s.Name+" "+s.Audio[i].Codec, func(t *testing.T) {
				truth := tape.SoundOf(s, i)
				found := tape.FindSync(mono(t, sample(t, s.Name).Path, "a:"+strconv.Itoa(i)))
				if len(found) != len(truth.Sync) || len(found) == 0 {
					t.Fatalf("%d sync clicks, want %d", len(found), len(truth.Sync))
				}
				for j, at := range found {
					if off := at + s.SoundOffset.Seconds() - truth.Sync[j]; math.Abs(off) > 0.0015 {
						t.Errorf("click %d is %.2f ms late", j, off*1000)
					}
				}
			})
		}
	}
}
