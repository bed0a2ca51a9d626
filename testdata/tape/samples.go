package tape

import (
	"math"
	"time"
)

// DefaultSeconds is the length of the samples that Make makes.
const DefaultSeconds = 4

var fourThree = Rational{4, 3}

// Specs is the truth about every sample at its default length.
func Specs() []Spec { return SpecsOf(DefaultSeconds) }

// SpecsOf is the truth about every sample when made with about the given length in seconds. The true lengths are
// whole frames, and whole pulldown cycles for film. Lengths are kept between 0.5 and 60 s.
func SpecsOf(seconds float64) []Spec {
	seconds = math.Max(0.5, math.Min(60, seconds))
	out := []Spec{
		ntsc("ntsc-vhs", "ntsc-vhs.mpg", "NTSC VHS, top field first, as most capture boxes write it"),
		ntsc("ntsc-bff", "ntsc-bff.mpg", "the same, bottom field first, and flagged so"),
		unflagged(),
		wrongOrder(),
		palDV(),
		film("film-hard", HardTelecine, "film at 23.976 hard-telecined into interlaced video"),
		film("film-soft", SoftTelecine, "film at 23.976 with repeat flags, as on DVDs"),
		progressiveFlagged(),
		earlySound(),
		webcam(),
		archive(),
		odd(),
	}
	for i := range out {
		out[i].setLength(seconds)
	}
	return out
}

// SpecOf is the truth about one sample at the given length.
func SpecOf(name string, seconds float64) (Spec, bool) {
	for _, s := range SpecsOf(seconds) {
		if s.Name == name {
			return s, true
		}
	}
	return Spec{}, false
}

// setLength fills in the counts that follow from the length.
func (s *Spec) setLength(seconds float64) {
	s.Seconds = seconds
	frames := max(2, int(math.Round(seconds*s.FileRate.Float())))
	switch s.Content {
	case Interlaced:
		s.FileFrames, s.Moments, s.MomentRate = frames, 2*frames, Rational{2 * s.FileRate.Num, s.FileRate.Den}
	case HardTelecine:
		cycles := max(2, int(math.Round(float64(frames)/5)))
		s.FileFrames, s.Moments, s.MomentRate = 5*cycles, 4*cycles, rateFilm
	case SoftTelecine:
		frames = max(2, int(math.Round(float64(frames)/4))) * 4
		s.FileFrames, s.Moments, s.MomentRate = frames, frames, rateFilm
	default:
		s.FileFrames, s.Moments, s.MomentRate = frames, frames, s.FileRate
	}
	s.OutputRate, s.OutputFrames = s.MomentRate, s.Moments
}

func ntsc(name, file, what string) Spec {
	order, claimed := TopFirst, "tt"
	if name == "ntsc-bff" {
		order, claimed = BottomFirst, "bb"
	}
	return Spec{
		Name: name, File: file, What: what, Standard: "NTSC", Content: Interlaced, Order: order,
		Width: 720, Height: 480, DAR: fourThree, System: SMPTE170M, Tape: VHS, FileRate: rateNTSC,
		Codec: "mpeg2video", PixelFormat: "yuv420p", ClaimedOrder: claimed, ClaimedDAR: "4:3", ClaimedSAR: "8:9",
		ClaimedFlags: "interlaced",
		Audio:        []Track{{Codec: "mp2", Channels: 2, Sound: Mixed, Damaged: true}},
		SoundOffset:  mp2Early,
	}
}

// mp2Early is the delay of the MP2 encoder (481 samples), which the container shows as an early start of the
// sound; the clicks are still in time with the picture.
const mp2Early = -10 * time.Millisecond

func unflagged() Spec {
	s := ntsc("ntsc-unflagged", "ntsc-unflagged.mp4", "a USB stick's H.264: bottom field first, but flagged progressive and without an aspect")
	s.Order, s.ClaimedOrder, s.ClaimedFlags = BottomFirst, "progressive", "progressive"
	s.Codec, s.ClaimedDAR, s.ClaimedSAR = "h264", "", ""
	s.Audio, s.SoundOffset = []Track{{Codec: "aac", Channels: 2, Sound: Mixed, Damaged: true, Language: "und"}}, 0
	return s
}

func wrongOrder() Spec {
	s := ntsc("ntsc-wrongorder", "ntsc-wrongorder.mpg", "top field first, but the file claims bottom field first")
	s.ClaimedOrder = "bb"
	return s
}

func palDV() Spec {
	s := ntsc("pal-dv", "pal-dv.avi", "PAL DV, bottom field first")
	s.Standard, s.Order, s.Height, s.System, s.FileRate = "PAL", BottomFirst, 576, BT470BG, ratePAL
	s.Tape = Light
	s.Codec, s.ClaimedOrder, s.ClaimedSAR = "dvvideo", "", "16:15"
	s.Audio, s.SoundOffset = []Track{{Codec: "pcm_s16le", Channels: 2, Sound: Mixed, Damaged: true}}, 0
	return s
}

func film(name string, c Content, what string) Spec {
	s := ntsc(name, name+".mpg", what)
	s.Content, s.Tape = c, Clean
	s.Audio[0].Sound, s.Audio[0].Damaged = Music, false
	if c == HardTelecine {
		s.Tape = Light
	}
	if c == SoftTelecine {
		s.FileRate, s.Order, s.ClaimedOrder, s.ClaimedFlags = rateFilm, NoOrder, "progressive", "repeat"
	}
	return s
}

func progressiveFlagged() Spec {
	s := ntsc("progressive-flagged", "progressive-flagged.mpg", "progressive video carried in interlaced flags")
	s.Content, s.Order, s.Tape = Progressive, NoOrder, Sensor
	return s
}

func earlySound() Spec {
	s := ntsc("early-sound", "early-sound.mkv", "the sound starts 40 ms before the picture")
	s.Audio[0].Codec = "pcm_s16le"
	s.SoundOffset = -40 * time.Millisecond
	return s
}

func webcam() Spec {
	return Spec{
		Name: "webcam", File: "webcam.mp4", What: "a small progressive camera", Content: Progressive,
		Width: 640, Height: 480, DAR: fourThree, System: Computer, Tape: Sensor, FileRate: rateWeb,
		Codec: "h264", PixelFormat: "yuv420p", ClaimedOrder: "progressive", ClaimedFlags: "progressive",
		ClaimedDAR: "4:3", ClaimedSAR: "1:1",
		Audio: []Track{{Codec: "aac", Channels: 1, Sound: Speech, Damaged: true, Language: "und"}},
	}
}

func archive() Spec {
	s := ntsc("archive-422", "archive-422.mkv", "an archive's 10-bit 4:2:2 capture, fully tagged, with two sound tracks, subtitles and chapters")
	s.Codec, s.PixelFormat, s.Matrix = "ffv1", "yuv422p10le", "smpte170m"
	s.ClaimedSAR, s.ClaimedDAR = "10:11", "15:11" // 4:3 is the shape of 704 of the 720 columns
	s.Audio = []Track{
		{Codec: "pcm_s16le", Channels: 2, Language: "eng", Title: "Track one", Sound: Speech, Damaged: true},
		{Codec: "flac", Channels: 2, Language: "fre", Title: "Commentary", Sound: Music},
	}
	s.SoundOffset, s.Subtitles, s.Chapters = 0, 1, 2
	s.Tags = map[string]string{"title": "Summer 1989", "date": "1989-07-14", "comment": "From a worn cassette"}
	return s
}

func odd() Spec {
	return Spec{
		Name: "odd-size", File: "odd-size.mkv", What: "odd width and height, 4:4:4, no sound", Content: Progressive,
		Width: 333, Height: 251, DAR: Rational{333, 251}, System: Computer, Tape: Clean, FileRate: ratePAL,
		Codec: "ffv1", PixelFormat: "yuv444p", ClaimedOrder: "progressive", ClaimedFlags: "progressive",
		ClaimedDAR: "333:251", ClaimedSAR: "1:1",
	}
}
