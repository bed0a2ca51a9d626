package ffmpeg

import (
	"math"
	"strconv"

	ff "github.com/u2takey/ffmpeg-go"
)

// AudioTrack is one sound track of the output.
type AudioTrack struct {
	Stream   int      `json:"stream"`           // in the capture
	File     string   `json:"-"`                // takes the stream's place: sound restored beforehand (FLAC) that begins with the first picture
	Copy     bool     `json:"copy"`             // as it is
	Stretch  Stretch  `json:"stretch,omitzero"` // takes a drift of its clock back
	Filters  []Filter `json:"filters,omitempty"`
	Codec    string   `json:"codec"`             // ffmpeg's encoder
	Bitrate  int      `json:"bitrate,omitempty"` // kbit/s
	Rate     int      `json:"rate"`
	Channels int      `json:"channels"` // that come out
	Layout   Layout   `json:"layout,omitempty"`
	From     int      `json:"from,omitempty"` // channels before Layout
	Language string   `json:"language,omitempty"`
	Title    string   `json:"title,omitempty"`
	Default  bool     `json:"default"`
	late     int      // samples that this ffmpeg's surround is late by; 0: as usual
	early    int      // samples that the sound would be early by in this ffmpeg's file
}

// soundFilters puts a track's restoration between the filters that hold it to the picture: it starts with the first picture (earlier sound is
// cut, later sound led in by silence, gaps filled) and ends with the last. Channels are mixed at the rate that comes out, so that the spectra which spread
// them are equally long at any rate of the capture.
func (s EncodeSpec) soundFilters(a AudioTrack) []Filter {
	chain := []Filter{FillGaps()}
	if a.File == "" {
		chain = append(a.Stretch.filters(), chain...)
	}
	chain = append(chain, a.Filters...)
	chain = append(chain, Resample(a.Rate))
	chain = append(chain, a.layoutFilters()...)
	if a.Codec == "libopus" { // it refuses others, where the other encoders have ffmpeg bring them to the nearest they know
		chain = append(chain, F("aformat", "channel_layouts", "mono|stereo|3.0|quad|5.0|5.1|6.1|7.1"))
	}
	if a.early > 0 {
		chain = append(chain, F("adelay", "delays", strconv.Itoa(a.early)+"S", "all", 1))
	}
	samples := int64(math.Round(s.Duration() * float64(a.Rate)))
	return append(chain, F("asetpts", "expr", "N/SR/TB"), F("apad", "whole_len", samples), F("atrim", "end_sample", samples))
}

func (s EncodeSpec) soundOptions(out ff.KwArgs) {
	for i, a := range s.Audio {
		n := strconv.Itoa(i)
		if a.Copy {
			out["c:a:"+n] = "copy"
		} else {
			out["c:a:"+n] = a.Codec
			if a.Bitrate > 0 {
				out["b:a:"+n] = strconv.Itoa(a.Bitrate) + "k"
			}
			// A filtered stream has lost its tags.
			var tags []string
			if a.Language != "" {
				tags = append(tags, "language="+a.Language)
			}
			if a.Title != "" {
				tags = append(tags, "title="+a.Title)
			}
			if tags != nil {
				out["metadata:s:a:"+n] = tags
			}
		}
		flag := "0"
		if a.Default {
			flag = "default"
		}
		out["disposition:a:"+n] = flag
	}
}

// terminologic turns the bibliographic language codes of ISO 639-2, which Matroska has and QuickTime does not know, into the others.
func terminologic(code string) string {
	if t, ok := map[string]string{"alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces", "dut": "nld", "fre": "fra", "geo": "kat", "ger": "deu",
		"gre": "ell", "ice": "isl", "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas", "rum": "ron", "slo": "slk", "tib": "bod", "wel": "cym"}[code]; ok {
		return t
	}
	return code
}
