package plan

import (
	"fmt"
	"slices"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// soundCodec is a codec by our name and ffmpeg's, and the most channels it holds.
type soundCodec struct {
	name, codec string
	most        int
}

// soundCodecs by container, the first being the choice where nothing is said.
var soundCodecs = map[string][]soundCodec{
	"mkv": {aac, opus, flac, pcm, ac3, eac3},
	"mp4": {aac, opus, ac3, eac3},
	"mov": {aac, pcm, ac3, eac3},
}

var (
	aac  = soundCodec{"aac", "aac", 8}
	opus = soundCodec{"opus", "libopus", 8}
	flac = soundCodec{"flac", "flac", 8}
	pcm  = soundCodec{"pcm", "pcm_s24le", 64}
	ac3  = soundCodec{"ac3", "ac3", 6}
	eac3 = soundCodec{"eac3", "eac3", 6}
)

// copyable sound codecs by container.
var copyable = map[string][]string{
	"mkv": {"aac", "mp3", "mp2", "ac3", "eac3", "dts", "flac", "opus", "vorbis", "pcm_s16le", "pcm_s24le", "pcm_s16be", "pcm_u8"},
	"mp4": {"aac", "mp3", "ac3", "eac3"},
	"mov": {"aac", "mp3", "ac3", "pcm_s16le", "pcm_s24le", "pcm_s16be"},
}

// codecFor is the codec that suits the file and holds so many channels. asked tells whether it is the one that was asked for, or none was.
func codecFor(r recipe.Recipe, channels int) (c soundCodec, asked bool) {
	codecs := soundCodecs[string(r.Output.Container)]
	if len(codecs) == 0 {
		return aac, false
	}
	c, asked = codecs[0], true
	switch wish := r.Sound.Codec; {
	case wish != recipe.CodecAuto:
		i := slices.IndexFunc(codecs, func(c soundCodec) bool { return c.name == string(wish) })
		if asked = i >= 0; asked {
			c = codecs[i]
		}
	case r.Output.Encoder == "ffv1" && slices.Contains(codecs, flac):
		c = flac // a lossless picture deserves lossless sound
	case r.Output.Encoder == "prores" && r.Output.Container == recipe.ContainerMOV:
		c = pcm
	}
	if channels > 8 && channels > c.most && slices.Contains(codecs, pcm) {
		return pcm, r.Sound.Codec == recipe.CodecAuto
	}
	return c, asked
}

var layouts = map[recipe.Choice]ffmpeg.Layout{recipe.LayoutMono: ffmpeg.Mono, recipe.LayoutStereo: ffmpeg.Stereo, recipe.Layout51: ffmpeg.Surround51, recipe.Layout71: ffmpeg.Surround71}

// SoundLayout is what the channels of a treated track become: as the recipe asks, as far as the codec holds them. one tells that the track's two sides carry
// one sound, which counts where the recipe leaves the layout to the measurement.
func SoundLayout(r recipe.Recipe, a source.Audio, one bool) ffmpeg.Layout {
	l := layouts[r.Sound.Layout]
	if r.Sound.Layout == recipe.LayoutAuto && one {
		l = ffmpeg.Mono
	}
	if !l.Changes(a.Channels) {
		l = ffmpeg.AsFound
	}
	n := a.Channels
	if l != ffmpeg.AsFound {
		n = l.Channels()
	}
	if c, _ := codecFor(r, n); n > c.most && c.most == 6 && n <= 8 {
		return ffmpeg.Surround51
	}
	return l
}

// uncopied says why a track can't be copied into the output; nothing where it can.
func (p *Plan) uncopied(a source.Audio) string {
	e := &p.Encode
	switch {
	case !slices.Contains(copyable[e.Container], a.Codec):
		return fmt.Sprintf("a .%s file can't hold its kind of sound (%s) as it is", e.Container, a.Codec)
	case e.Seek != 0 || p.Decode.Duration != 0:
		return "only a part of the capture is made"
	case a.Start < p.Source.Video.Start:
		return "it begins before the picture"
	}
	return ""
}

// track decides what becomes of sound track number i.
func (p *Plan) track(i int, a source.Audio, t Treatment, in Input) (ffmpeg.AudioTrack, error) {
	r, s := in.Recipe, in.Recipe.Sound
	track := ffmpeg.AudioTrack{Stream: a.Index, Filters: t.Filters, Stretch: t.Stretch, Rate: t.Rate, Channels: a.Channels, Language: a.Language, Title: a.Title, Default: a.Default}
	kept, why := s.Keeps(i), p.uncopied(a)
	if why == "" && (kept || s.Mode == recipe.SoundOff && s.Codec == recipe.CodecAuto && s.KeepsLayout()) {
		track.Copy, track.Filters, track.Stretch = true, nil, ffmpeg.Stretch{}
		return track, nil
	}
	layout := t.Layout
	if kept {
		track.Filters, track.Stretch, layout = nil, ffmpeg.Stretch{}, SoundLayout(plainLayout(r), a, false)
		p.warn("Sound track %d can't be copied: %s. It is encoded anew, and not treated.", i+1, why)
	}
	if layout.Changes(a.Channels) {
		track.Layout, track.From, track.Channels = layout, a.Channels, layout.Channels()
	}
	chosen, asked := codecFor(r, track.Channels)
	if !asked {
		p.warn("A .%s file can't hold %s sound%s: %s is used.", p.Encode.Container, s.Codec, manyChannels(track.Channels), chosen.name)
	}
	if track.Channels > chosen.most {
		return track, fmt.Errorf("its sound track %d has %d channels, and a .%s file holds %d of %s at most; choose another kind of file", i+1, track.Channels, p.Encode.Container, chosen.most, chosen.name)
	}
	p.layoutWarnings(i, a, track, chosen, s, kept)
	track.Codec = chosen.codec
	if chosen == opus || chosen == ac3 || chosen == eac3 {
		track.Rate = 48000
	}
	if chosen != flac && chosen != pcm {
		kbits := s.Bitrate
		if kbits == 0 {
			kbits = 192
		}
		track.Bitrate = min(max(64, kbits*max(track.Channels, 1)/2), mostBitrate(chosen.codec, track.Channels))
	}
	return track, nil
}

// plainLayout is r with all channels as found.
func plainLayout(r recipe.Recipe) recipe.Recipe {
	r.Sound.Layout = recipe.LayoutFound
	return r
}

func manyChannels(n int) string {
	if n > 8 {
		return fmt.Sprintf(" of %d channels", n)
	}
	return ""
}

// layoutWarnings say where the channels are not what was asked for.
func (p *Plan) layoutWarnings(i int, a source.Audio, track ffmpeg.AudioTrack, c soundCodec, s recipe.Sound, kept bool) {
	wish := layouts[s.Layout]
	if kept {
		wish = ffmpeg.AsFound
	}
	switch {
	case track.Layout == ffmpeg.Surround51 && wish != ffmpeg.Surround51:
		p.warn("%s holds 5.1 channels at most: sound track %d becomes 5.1.", map[soundCodec]string{ac3: "AC-3", eac3: "E-AC-3"}[c], i+1)
	case a.Channels > 8 && wish != ffmpeg.AsFound:
		p.warn("Sound track %d has %d channels: so many can't be mixed, and stay as they are.", i+1, a.Channels)
	case wish.Channels() > a.Channels && a.Channels > 2:
		p.warn("Sound track %d has %d channels already: they stay as they are, because only mono and stereo are spread over more.", i+1, a.Channels)
	}
}

// mostBitrate is what an encoder takes, in kbit/s: AC-3 640 in all, the others 256 a channel (libopus refuses more, more does nothing for AAC).
func mostBitrate(codec string, channels int) int {
	if codec == "ac3" {
		return 640
	}
	return 256 * min(max(channels, 1), 8)
}

// outputRate keeps the rates that every codec takes and brings the others to 48 kHz.
func outputRate(rate int) int {
	if rate == 44100 {
		return rate
	}
	return 48000
}

// layoutWords tell what becomes of a track's channels.
func layoutWords(t ffmpeg.AudioTrack) string {
	switch {
	case t.Layout == ffmpeg.AsFound:
		return ""
	case t.Layout == ffmpeg.Mono:
		return ", in one channel"
	case t.Channels > t.From && t.From == 1 && t.Layout == ffmpeg.Stereo:
		return ", on both sides"
	case t.Channels > t.From:
		return ", spread over " + string(t.Layout) + " channels"
	}
	return ", mixed to " + string(t.Layout)
}
