package source

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

var scans = map[tape.Content]Scan{tape.Progressive: Progressive, tape.Interlaced: Interlaced, tape.HardTelecine: HardTelecine, tape.SoftTelecine: SoftTelecine}
var orders = map[tape.Parity]FieldOrder{tape.NoOrder: NoOrder, tape.TopFirst: TopFirst, tape.BottomFirst: BottomFirst}

// Every sample tape is read as what it is, whatever its file claims, from one second of it.
func TestSampleTapesAreReadRight(t *testing.T) {
	tools := installed(t)
	for name, s := range tape.For(t, 1) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, err := Read(t.Context(), tools, s.Path, nil)
			if err != nil {
				t.Fatal(err)
			}
			v, f := src.Video, src.Video.Fields
			if f.Scan != scans[s.Content] || f.Order != orders[s.Order] || f.Ambiguous || f.Mixed || f.Confidence < 0.7 {
				t.Errorf("read as %+v; it is %v, %v", f, s.Content, s.Order)
			}
			if v.Rate != rationalOf(s.FileRate) || v.ContentRate != rationalOf(s.MomentRate) || v.Variable {
				t.Errorf("rates %v, %v, variable %v; want %v, %v", v.Rate, v.ContentRate, v.Variable, s.FileRate, s.MomentRate)
			}
			if v.Frames != int64(s.FileFrames) || math.Abs(v.Duration-s.Duration()) > 2e-3 {
				t.Errorf("%d frames in %.4f s; want %d in %.4f s", v.Frames, v.Duration, s.FileFrames, s.Duration())
			}
			if v.Width != s.Width || v.Height != s.Height || v.Codec != s.Codec || v.PixFmt != s.PixelFormat {
				t.Errorf("picture %dx%d %s %s", v.Width, v.Height, v.Codec, v.PixFmt)
			}
			if want := s.Standard; want != "" && string(src.Standard) != want || want == "" && src.Standard != Other {
				t.Errorf("standard %s, want %q", src.Standard, want)
			}
			wantDAR := s.DAR.Float()
			if s.ClaimedSAR == "10:11" { // kept as the file says it
				wantDAR = 15. / 11
			}
			if math.Abs(v.DAR.Float()-wantDAR) > 1e-9 || v.SARAssumed != (s.ClaimedSAR == "") {
				t.Errorf("aspect %v (assumed %v), want %v", v.DAR, v.SARAssumed, wantDAR)
			}
			disagree := f.ContainerScan != Unknown && (f.ContainerScan != f.Scan || f.ContainerOrder != f.Order)
			if disagree != (f.Note != "") {
				t.Errorf("note %q; the file says %s %s", f.Note, f.ContainerScan, f.ContainerOrder)
			}
			if len(src.Audio) != len(s.Audio) || len(src.Subtitles) != s.Subtitles || len(src.Chapters) != s.Chapters {
				t.Fatalf("%d sounds, %d subtitles, %d chapters", len(src.Audio), len(src.Subtitles), len(src.Chapters))
			}
			for i, a := range src.Audio {
				if a.Codec != s.Audio[i].Codec || a.Channels != s.Audio[i].Channels || a.Rate != 48000 || a.Language != s.Audio[i].Language || a.Title != s.Audio[i].Title {
					t.Errorf("sound %d: %+v", i, a)
				}
				if got := a.Start - v.Start; math.Abs(got-s.SoundOffset.Seconds()) > 1e-3 {
					t.Errorf("sound %d starts %.4f s after the picture, want %v", i, got, s.SoundOffset)
				}
			}
			if len(src.Notes) > 0 {
				t.Errorf("notes on a sound file: %q", src.Notes)
			}
		})
	}
}

func rationalOf(r tape.Rational) Rational { return Rational{int64(r.Num), int64(r.Den)} }
