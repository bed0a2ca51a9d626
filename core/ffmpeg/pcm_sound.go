package ffmpeg

import (
	"math"
	"strconv"
)

// The sound filters that plans are made of. Each says how late its output comes, in samples; where nothing is said the delay is none. The delays
// are held by tests against the ffmpeg in use.

// FillGaps lays a stream on the file's clock: silence where it starts late or has a gap of more than 100 ms, nothing stretched.
func FillGaps() Filter {
	// async=1 allows filling and trimming only; min_hard_comp is in seconds.
	return F("aresample", "async", 1, "min_hard_comp", "0.1", "first_pts", 0)
}

// Resample changes the rate to rate samples a second. The delay of its filter is taken out by ffmpeg itself.
func Resample(rate int) Filter { return F("aresample", "osr", rate) }

// HighPass takes away what lies below hz (two-pole Butterworth, -3 dB there).
func HighPass(hz float64) Filter {
	return F("highpass", "f", number(hz), "t", "q", "w", "0.707", "r", "f64")
}

// Declip rebuilds the tops of waves that were cut off at the highest level there is, from what an autoregressive model makes of the sound around them. They
// may come out higher than full scale. Every other sample stays as it was (overlap-save).
func Declip() Filter { return F("adeclip", "m", "s", "t", 2) }

// CopyChannel makes a stereo signal with the one channel (0 or 1) on both sides.
func CopyChannel(from int) Filter {
	c := "c" + strconv.Itoa(from)
	return Filter{Name: "pan", Args: []Arg{{Value: "stereo|c0=" + c + "|c1=" + c}}}
}

// InvertRight turns the polarity of the right channel of a stereo signal.
func InvertRight() Filter {
	return Filter{Name: "pan", Args: []Arg{{Value: "stereo|c0=c0|c1=-1*c1"}}}
}

// Gain multiplies by db decibels, in floating point, without any limit.
func Gain(db float64) Filter {
	return F("volume", "volume", number(db)+"dB", "precision", "float")
}

func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
}
