package core

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tapelight/tapelight/core/source"
)

// Recommendation is the preset that fits what a capture is.
type Recommendation struct {
	Preset string  // its name, of a built-in one: "vhs"
	Why    string  // one sentence for people
	Noise  float64 // standard deviation of the picture's noise in codes of 255, over time where it stands still; -1 where it could not be measured
}

// Recommend looks at what a capture is and names the preset that fits. It measures the capture unless that was done (see Probe), and the noise of a few
// pictures, in half a second about; it is kept with the previews. A person who knows what tape it was knows better: Video8 and VHS look alike when they are
// equally worn.
func (s *Service) Recommend(ctx context.Context, path string) (advice Recommendation, err error) {
	defer s.guard(path, &err)
	id, err := identity(path)
	if err != nil {
		return Recommendation{}, err
	}
	v := s.previews()
	if known, ok := cached[Recommendation](v, "advice\x00"+id); ok {
		return known, nil
	}
	src, err := s.Probe(ctx, path, nil)
	if err != nil {
		return Recommendation{}, err
	}
	noise, err := s.noise(ctx, src)
	if err != nil {
		return Recommendation{}, err
	}
	advice = recommend(src, noise.moving) // where that is not known, the other signs must do
	v.add("advice\x00"+id, advice, 1024)
	return advice, nil
}

// A worn tape's noise lies above noisy, in codes of 255; what a good master has lies below quiet.
const (
	noisy = 3.0
	quiet = 1.2
)

// oldWeb are the codecs of the first webcams, phones and web videos.
var oldWeb = []string{"h263", "h263p", "mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "flv1", "vp6", "vp6f", "svq1", "svq3", "cinepak", "indeo3",
	"indeo4", "indeo5", "rv10", "rv20", "rv30", "rv40", "mjpeg", "theora", "mpeg1video"}

// recommend weighs what is known. noise is as in Recommendation.
func recommend(src *source.Source, noise float64) Recommendation {
	v := src.Video
	say := func(preset, format string, args ...any) Recommendation {
		return Recommendation{Preset: preset, Why: fmt.Sprintf(format, args...), Noise: noise}
	}
	what := words(src)
	disc := v.Codec == "mpeg2video" && src.Standard != source.Other && strings.HasPrefix(src.Format, "mpeg")
	switch v.Fields.Scan {
	case source.SoftTelecine:
		return say("dvd-film", "It is film with repeat flags, as on DVDs: it comes back to its own pictures, and the grain is kept.")
	case source.HardTelecine:
		if noise > noisy {
			return say("vhs", "It is film that was taped from television, and noisy: its pictures are put together again and cleaned.")
		}
		return say("dvd-film", "It is film spread over television fields: its own pictures are put together again.")
	case source.Interlaced:
		switch {
		case v.Height > 576:
			return say("dvd", "It is %s, as new camcorders and broadcasts make it: deinterlaced, and little is removed.", what)
		case noise > noisy || noise < 0:
			return say("vhs", "It is %s with the noise of a worn tape.", what)
		case v.Codec == "dvvideo":
			return say("video8", "It is %s from a DV camera or through one, with little noise: camcorder tape.", what)
		case disc:
			return say("dvd", "It is %s with little noise, compressed as on a DVD.", what)
		case noise > quiet:
			return say("video8", "It is %s with fine noise: a good or careful recording.", what)
		}
		return say("dvd", "It is %s with hardly any noise.", what)
	}
	switch {
	case disc && noise <= noisy:
		return say("dvd-film", "It is %s in whole frames, as films on DVD are.", what)
	case noise > noisy && src.Standard != source.Other:
		return say("vhs", "It is %s in whole frames with the noise of a tape.", what)
	case slices.Contains(oldWeb, v.Codec) || v.Width*v.Height <= 480*360 || v.Width*v.Height <= 640*480 && noise > quiet:
		return say("webcam", "It is a small file of %dx%d in whole frames, as webcams, phones and the early web made them.", v.Width, v.Height)
	}
	return say("clean", "It is %s in whole frames with hardly any noise: it only needs to be larger.", what)
}

// words is the standard and scan for a sentence.
func words(src *source.Source) string {
	scan := "video"
	if src.Video.Fields.Scan == source.Interlaced {
		scan = "interlaced video"
	}
	if src.Standard == source.Other || src.Standard == "" {
		return scan
	}
	return string(src.Standard) + " " + scan
}
