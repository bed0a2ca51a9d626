package ffmpeg

import (
	"math"
	"strconv"
	"strings"
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

// Notch takes away a line at hz; width is that of the notch at -3 dB, both in Hz. It runs in double precision: in single precision a pole pair
// this close to the unit circle is not where it should be.
func Notch(hz, width float64) Filter {
	return F("bandreject", "f", number(hz), "t", "h", "w", number(width), "r", "f64")
}

// Declick mends impulses: samples whose error against an autoregressive prediction is more than threshold (1..100) times the usual.
// Overlap-save leaves every other sample exactly as it was, and doesn't fade the start in; windows of 100 ms keep the click's own part in the
// usual error small.
func Declick(threshold float64) Filter {
	return F("adeclick", "w", 100, "a", 1, "m", "s", "t", number(threshold))
}

// DenoiseBandCentres are the frequencies, in Hz, at which Denoise's profile is given.
var DenoiseBandCentres = [15]float64{80, 120, 180, 270, 410, 620, 930, 1400, 2100, 3150, 4750, 7150, 10700, 16000, 24000}

// Denoise lowers steady broadband noise by up to reduction dB. floor is the noise's level in dBFS (-80..-20) if it were white over the whole band:
// mean power density times half the rate; profile how far each band lies above (+) or below it in dB (-24..24). Its output comes
// DenoiseDelay samples late.
func Denoise(reduction, floor float64, profile [15]float64) Filter {
	bands := make([]string, len(profile))
	white := true
	for i, v := range profile {
		bands[i] = number(min(24, max(-24, v)))
		white = white && v == 0
	}
	f := F("afftdn", "nr", number(min(97, max(0.01, reduction))), "nf", number(min(-20, max(-80, floor))))
	if !white {
		f.Args = append(f.Args, Arg{"nt", "custom"}, Arg{"bn", strings.Join(bands, "|")})
	}
	return f
}

// DenoiseDelay is how many samples Denoise's output comes late at a rate: two hops of an eightieth of a second.
func DenoiseDelay(rate int) int { return 2 * (rate / 80) }

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

// Compensate wraps filters whose output comes delay samples late so that it comes in time and keeps its length: silence behind the source
// pushes the last samples out, and the first delay samples are cut. Timestamps stay those of the source.
func Compensate(filters []Filter, delay int) []Filter {
	if delay <= 0 {
		return filters
	}
	d := strconv.Itoa(delay)
	out := append([]Filter{F("apad", "pad_len", d)}, filters...)
	return append(out, F("atrim", "start_sample", d), Filter{Name: "asetpts", Args: []Arg{{Value: "PTS-" + d + "/SR/TB"}}})
}

func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
}
