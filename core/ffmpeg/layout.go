package ffmpeg

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/tapelight/tapelight/core/process"
)

// Layout is what the channels of a track are brought to.
type Layout string

const (
	AsFound    Layout = ""
	Mono       Layout = "mono"
	Stereo     Layout = "stereo"
	Surround51 Layout = "5.1"
	Surround71 Layout = "7.1"
)

// Channels is how many channels a layout has; 0 for AsFound.
func (l Layout) Channels() int {
	return map[Layout]int{Mono: 1, Stereo: 2, Surround51: 6, Surround71: 8}[l]
}

// Changes tells whether Relayout has anything to do for a track of so many channels. What has more than two channels is never spread over more, and of more
// than eight nobody knows what they are.
func (l Layout) Changes(channels int) bool {
	n := l.Channels()
	return n != 0 && channels > 0 && channels <= 8 && n != channels && (n < channels || channels <= 2)
}

// upmixWindow is the length of the spectra that surround works on, in samples.
const upmixWindow = 4096

// upmixDelay is how late surround's sound comes in the releases we know, in samples at any rate: the part of its window that overlaps the next.
const upmixDelay = upmixWindow / 2

// Relayout brings a track of so many channels to l; it is nothing where l does not change it. Fewer channels are mixed by ITU-R BS.775-3 (centre and
// surrounds 3 dB down, no LFE, nothing scaled, so that peaks may pass full scale); one channel is the mean of the two sides, which leaves equal sides as
// they are. Spreading over more is ffmpeg's surround, whose sound comes Tools.UpmixDelay late.
func Relayout(l Layout, channels int) []Filter {
	if !l.Changes(channels) {
		return nil
	}
	// In floating point throughout: ffmpeg lowers a mix of whole numbers so that it can't pass full scale.
	to := func(layout string) Filter { return F("aformat", "sample_fmts", "fltp", "channel_layouts", layout) }
	chain := []Filter{F("aformat", "sample_fmts", "fltp")}
	switch {
	case l == Mono && channels == 2:
		return append(chain, mix("mono|c0=0.5*c0+0.5*c1"))
	case l == Mono:
		return append(chain, to("stereo"), mix("mono|c0=0.5*c0+0.5*c1"))
	case channels == 1:
		chain = append(chain, mix("stereo|c0=c0|c1=c0"))
	case channels > 2:
		return append(chain, to(string(l)))
	}
	if l == Stereo {
		return chain
	}
	return append(chain, to("stereo"), F("surround", "chl_out", string(l), "win_size", upmixWindow))
}

func mix(how string) Filter { return Filter{Name: "pan", Args: []Arg{{Value: how}}} }

// upmixes tells whether a chain spreads sound over more channels.
func upmixes(chain []Filter) bool { return len(chain) > 0 && chain[len(chain)-1].Name == "surround" }

// layoutFilters brings a track to its layout without any delay.
func (a AudioTrack) layoutFilters() []Filter {
	chain := Relayout(a.Layout, a.From)
	if !upmixes(chain) {
		return chain
	}
	late := upmixDelay
	if a.late > 0 {
		late = a.late
	}
	chain = append([]Filter{F("apad", "pad_len", late)}, chain...)
	return append(chain, F("atrim", "start_sample", late), F("asetpts", "expr", "PTS-STARTPTS"))
}

// measured is a delay that was found out once.
type measured struct {
	once    sync.Mutex
	known   bool
	samples int
}

// UpmixDelay is how many samples late this ffmpeg's surround gives its sound, found out by sending a click through it. Releases differ.
func (t *Tools) UpmixDelay(ctx context.Context) (int, error) {
	t.upmix.once.Lock()
	defer t.upmix.once.Unlock()
	if t.upmix.known {
		return t.upmix.samples, nil
	}
	if t.filters != nil && !t.filters["surround"] {
		return 0, &MissingError{t.FFmpeg + " can't spread sound over more channels: it lacks the filter surround", "Choose another layout of the sound, or a full build. " + installHint()}
	}
	const rate, click = 48000, 2 * upmixWindow
	args := []string{"-hide_banner", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", fmt.Sprintf("aevalsrc=exprs=eq(n\\,%d)|eq(n\\,%d):c=stereo:s=%d:d=%g", click, click, rate, 6.0*upmixWindow/rate),
		"-af", Chain(append(Relayout(Surround51, 2), mix("mono|c0=c0"))), "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"}
	out, err := process.Output(ctx, process.Spec{Label: "ffmpeg", Path: t.FFmpeg, Args: args}, 1<<20)
	if err != nil {
		return 0, fmt.Errorf("find out how late ffmpeg's surround is: %w", err)
	}
	at, most := -1, 0.0
	for i := range len(out) / 4 {
		if v := math.Abs(float64(math.Float32frombits(binary.LittleEndian.Uint32(out[4*i:])))); v > most {
			at, most = i, v
		}
	}
	if at < click || most < 0.1 || at > click+upmixWindow {
		return 0, fmt.Errorf("find out how late ffmpeg's surround is: a click at sample %d came out at %d", click, at)
	}
	t.upmix.known, t.upmix.samples = true, max(1, at-click)
	return t.upmix.samples, nil
}

// settle fills in what only this ffmpeg can tell.
func (t *Tools) settle(ctx context.Context, s *EncodeSpec) (err error) {
	if s.Pictures {
		return nil
	}
	tracks := slices.Clone(s.Audio)
	for i := range tracks {
		a := &tracks[i]
		if a.Copy {
			continue
		}
		if upmixes(Relayout(a.Layout, a.From)) {
			if a.late, err = t.UpmixDelay(ctx); err != nil {
				return err
			}
		}
		if a.Codec == "libopus" && s.Container == "mkv" {
			if a.early, err = t.opusEarly(ctx); err != nil {
				return err
			}
		}
	}
	s.Audio = tracks
	return nil
}
