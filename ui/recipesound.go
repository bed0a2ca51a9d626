package ui

import (
	"cmp"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/tapelight/tapelight/core/recipe"
)

func (c *recipeControls) sound(k *kit, changed func(edit)) []fyne.CanvasObject {
	mode := newOneOf(tr("Clean the sound"), tr("The sound is measured first, and repaired only where something is found: hum, hiss, clicks, rumble, dead channels."), k,
		[]said[recipe.Choice]{{recipe.SoundAuto, tr("What it needs")}, {recipe.SoundLight, tr("Gently")}, {recipe.SoundVoice, tr("For voices")}, {recipe.SoundMusic, tr("For music")},
			{recipe.SoundStrong, tr("Strongly")}, {recipe.SoundOff, tr("Not at all")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Sound.Mode = v }) })
	loud := newOneOf(tr("Loudness"), tr("Integrated loudness by EBU R 128. Levelled means that no tape is louder than the next."), k,
		[]said[float64]{{-14, tr("As on the web (−14 LUFS)")}, {-16, tr("Level (−16 LUFS)")}, {-23, tr("As on television (−23 LUFS)")}, {0, tr("As on the tape")}},
		func(v float64) string { return trf("%g LUFS", v) }, func(v float64) { changed(func(r *recipe.Recipe) { r.Sound.Loudness = v }) })
	codec := newOneOf(tr("Sound format"), tr("Audio codec. FLAC and PCM lose nothing; AAC plays everywhere."), k,
		[]said[recipe.Choice]{{recipe.CodecAuto, tr("What suits the file")}, {recipe.CodecAAC, tr("AAC, plays everywhere")}, {recipe.CodecOpus, tr("Opus, small")}, {recipe.CodecFLAC, tr("FLAC, lossless")},
			{recipe.CodecPCM, tr("PCM, for editing")}, {recipe.CodecAC3, tr("AC-3, for discs")}, {recipe.CodecEAC3, tr("E-AC-3, for televisions")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Sound.Codec = v }) })
	layout := newOneOf(tr("Channels"), tr("Sound layout. Many tapes were recorded in mono and captured as stereo: the same sound on both sides. One channel then takes half the room. 5.1 and 7.1 spread mono or stereo over more loudspeakers; that adds nothing that was not there, and plain players play stereo better."), k,
		[]said[recipe.Choice]{{recipe.LayoutFound, tr("As on the tape")}, {recipe.LayoutAuto, tr("One, where both sides are the same")}, {recipe.LayoutMono, tr("One (mono)")},
			{recipe.LayoutStereo, tr("Two (stereo)")}, {recipe.Layout51, tr("Spread over 5.1")}, {recipe.Layout71, tr("Spread over 7.1")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Sound.Layout = v }) })
	tracks := newOneOf(tr("Sound tracks"), tr("Which of several sound tracks all this is done to. The others are copied bit for bit where the kind of file can hold them."), k,
		[]said[recipe.Choice]{{recipe.TracksAll, tr("Work on all")}, {recipe.TracksFirst, tr("Work on the first, copy the others")}, {recipe.TracksCopy, tr("Copy all")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Sound.Tracks = v }) })
	return []fyne.CanvasObject{
		bind(c, mode, func(r recipe.Recipe) recipe.Choice { return r.Sound.Mode }),
		c.steps(k, changed),
		bind(c, loud, func(r recipe.Recipe) float64 { return r.Sound.Loudness }),
		bind(c, codec, func(r recipe.Recipe) recipe.Choice { return r.Sound.Codec }),
		bind(c, layout, func(r recipe.Recipe) recipe.Choice { return cmp.Or(r.Sound.Layout, recipe.LayoutFound) }),
		bind(c, tracks, func(r recipe.Recipe) recipe.Choice { return cmp.Or(r.Sound.Tracks, recipe.TracksAll) }),
	}
}

func (c *recipeControls) output(k *kit, changed func(edit)) []fyne.CanvasObject {
	file := newOneOf(tr("Kind of file"), tr("Container. MKV keeps everything: all sound tracks, subtitles, chapters. MP4 plays on every telephone and television."), k,
		[]said[recipe.Choice]{{recipe.ContainerMKV, tr("MKV, keeps everything")}, {recipe.ContainerMP4, tr("MP4, plays everywhere")}, {recipe.ContainerMOV, tr("MOV, for editing")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Output.Container = v }) })
	c.encoders = newOneOf(tr("Compressed by"), tr("Video encoder. H.265 is small and good; H.264 plays on old machines too; FFV1 and ProRes are large and for archives and editing."), k,
		nil, func(v string) string { return v }, func(v string) { changed(func(r *recipe.Recipe) { r.Output.Encoder = v }) })
	quality := newAmount(tr("Quality"), tr("Each encoder has its own scale beneath this one. At 60 few people see a difference to the uncompressed picture."), k, 0, 100, 5, qualityWords,
		func(v int) { changed(func(r *recipe.Recipe) { r.Output.Quality = v }) })
	speed := newOneOf(tr("Time for compressing"), tr("Encoder preset. More time makes a smaller file of the same quality."), k,
		[]said[recipe.Choice]{{recipe.SpeedFast, tr("Little, larger file")}, {recipe.SpeedMedium, tr("Usual")}, {recipe.SpeedSlow, tr("Much, smaller file")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Output.Speed = v }) })
	return []fyne.CanvasObject{
		bind(c, file, func(r recipe.Recipe) recipe.Choice { return r.Output.Container }),
		bind(c, c.encoders, func(r recipe.Recipe) string { return r.Output.Encoder }),
		bindAmount(c, quality, func(r recipe.Recipe) int { return r.Output.Quality }),
		bind(c, speed, func(r recipe.Recipe) recipe.Choice { return r.Output.Speed }),
	}
}

func qualityWords(v int) string {
	switch {
	case v < 35:
		return trf("small file, %d", v)
	case v < 55:
		return trf("good, %d", v)
	case v < 75:
		return trf("very good, %d", v)
	case v < 95:
		return trf("for archives, %d", v)
	}
	return trf("no visible loss, %d", v)
}

// The summaries beside the headings.

func pictureWords(r recipe.Recipe) string {
	if r.Picture.Denoise == 0 {
		return tr("noise stays")
	}
	return trf("noise: %s", strengthWords(r.Picture.Denoise))
}

func sizeWords(r recipe.Recipe) string {
	if r.Upscale.Height == 0 {
		return tr("as on the tape")
	}
	return trf("%d lines high", r.Upscale.Height)
}

func soundWords(r recipe.Recipe) string {
	if r.Sound.Tracks == recipe.TracksCopy {
		return tr("as it is")
	}
	words := modeWords(r)
	switch r.Sound.Layout {
	case recipe.LayoutMono:
		return trf("%s, mono", words)
	case recipe.LayoutStereo:
		return trf("%s, stereo", words)
	case recipe.Layout51, recipe.Layout71:
		return words + ", " + string(r.Sound.Layout)
	}
	return words
}

func modeWords(r recipe.Recipe) string {
	switch r.Sound.Mode {
	case recipe.SoundOff:
		return tr("as it is")
	case recipe.SoundAuto:
		return tr("cleaned where needed")
	}
	return tr("cleaned")
}

func fileWords(r recipe.Recipe) string {
	return fmt.Sprintf("%s, %s", strings.ToUpper(string(r.Output.Container)), r.Output.Encoder)
}
