package core

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"path/filepath"
	"sync"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/scratch"
)

// Clip is a short part of a capture, before and after, to be played again and again. Close it when it is not shown any more.
type Clip struct {
	Start, Length float64 // seconds from the capture's first picture, and how long
	Width, Height int     // of both, in square pixels
	Frames        int64   // of both, which are in step: picture n of the one is the moment of picture n of the other
	Rate          float64 // pictures a second
	// Gain is what the sound before is raised by in playing, in dB, so that both are equally loud: louder would seem better. 0 where one is silent.
	Gain  float64
	Sound bool // there is some

	tools   *ffmpeg.Tools
	files   [2]string
	streams [2]int // of the sound; -1 for none
	dir     *scratch.Dir
	close   func() error
}

// Side is which half of a Clip is played.
type Side int

const (
	SideBefore Side = iota
	SideAfter
)

// Clips are 5 seconds long where nothing is said, and half a minute at most.
const (
	clipLength  = 5
	clipLongest = 30
	// clipRate is how many samples a second a clip's sound has, in two channels.
	clipRate = 48000
	// clipGain bounds Clip.Gain: what differs more is not to be compared.
	clipGain = 24
)

// PreviewClip makes req.Length seconds of a capture by its real recipe, network, sound and all, and the same moments as they are (deinterlaced at the same
// rate and resampled). The sound is measured on that part alone, so that a whole tape's noise may be judged a little differently. Both lie in the
// folder for temporary files until Close, or the service's. It takes as long as such a part of a run; progress (may be nil) is called as by Restore.
func (s *Service) PreviewClip(ctx context.Context, req PreviewRequest, progress func(Progress)) (clip *Clip, err error) {
	defer s.guard(req.Path, &err)
	if req.Length == 0 {
		req.Length = clipLength
	}
	if !(req.Time >= 0) || math.IsInf(req.Time, 0) || !(req.Length > 0) || req.Length > clipLongest {
		return nil, fmt.Errorf("%s: %g seconds from %g can't be shown", req.Path, req.Length, req.Time)
	}
	v := s.previews()
	ctx, done := v.begin(ctx, s.ctx, req.View)
	defer done()
	src, err := s.Probe(ctx, req.Path, nil)
	if err != nil {
		return nil, ended(ctx, err)
	}
	release, err := v.work(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := s.scratch.Dir("a preview")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			dir.Close()
			s.again()
		}
	}()
	length := min(req.Length, src.Duration)
	start := max(0, min(req.Time, src.Duration-length))
	clip = &Clip{Start: start, Length: length, tools: t, dir: dir, streams: [2]int{-1, -1}, close: sync.OnceValue(func() error {
		defer s.again() // there is room for others' temporary files
		return dir.Close()
	})}
	for side, r := range []recipe.Recipe{asItIs(req.Recipe), forAScreen(req.Recipe)} {
		one := req.request()
		one.Recipe, one.Quick, one.counted, one.Start, one.Length = r, false, true, start, length
		one.Output = filepath.Join(dir.Path(), []string{"before.mkv", "after.mkv"}[side])
		p, err := s.Plan(ctx, one, nil)
		if err != nil {
			return nil, ended(ctx, err)
		}
		if err := dir.Reserve(p.Estimate.Size + tempOf(p)); err != nil {
			return nil, err
		}
		report, err := s.Run(ctx, p, one, progress)
		if err != nil {
			return nil, ended(ctx, err)
		}
		clip.files[side], clip.Frames, clip.Rate = one.Output, report.Frames, float64(p.Encode.RateNum)/float64(p.Encode.RateDen)
		if err := clip.look(ctx, Side(side)); err != nil {
			return nil, ended(ctx, err)
		}
	}
	clip.Gain = clip.match(ctx)
	return clip, ended(ctx, nil)
}

// forAScreen is a recipe whose output is looked at once: quickly encoded and hardly compressed. What the encoder loses is not what is to be seen.
func forAScreen(r recipe.Recipe) recipe.Recipe {
	r.Output = recipe.Output{Container: recipe.ContainerMKV, Encoder: "x264", Quality: 90, Speed: recipe.SpeedFast}
	if r.Sound.Codec = recipe.CodecFLAC; r.Sound.Mode == recipe.SoundOff {
		r.Sound.Codec = recipe.CodecAuto
	}
	return r
}

// asItIs is a recipe of the same moments and size that mends nothing.
func asItIs(r recipe.Recipe) recipe.Recipe {
	p := r.Picture
	r.Picture = recipe.Picture{Scan: p.Scan, FieldOrder: p.FieldOrder, Rate: p.Rate}
	r.Upscale.Network = recipe.NetworkNone
	r.Sound = recipe.Sound{Mode: recipe.SoundOff, Codec: recipe.CodecAuto}
	return forAScreen(r)
}

// look reads what a side's file is.
func (c *Clip) look(ctx context.Context, side Side) error {
	p, err := c.tools.Probe(ctx, c.files[side])
	if err != nil {
		return err
	}
	for _, st := range p.Streams {
		switch {
		case st.Kind == "video" && c.Width == 0:
			c.Width, c.Height = st.Width, st.Height
		case st.Kind == "audio" && c.streams[side] < 0:
			c.streams[side] = st.Index
		}
	}
	c.Sound = c.Sound || c.streams[side] >= 0
	return nil
}

// match is how much louder the sound after is.
func (c *Clip) match(ctx context.Context) float64 {
	var loud [2]ffmpeg.Loudness
	for side := range loud {
		if c.streams[side] < 0 {
			return 0
		}
		l, err := c.tools.Loudness(ctx, c.files[side], c.streams[side], 0, 0, nil)
		if err != nil || l.Silent() {
			return 0
		}
		loud[side] = l
	}
	return max(-clipGain, min(clipGain, loud[SideAfter].Integrated-loud[SideBefore].Integrated))
}

// Close ends what is being played and removes the files.
func (c *Clip) Close() error { return c.close() }

// ClipPlayer decodes one side of a clip once. Pictures and sound may be read by two goroutines; Close by any.
type ClipPlayer struct {
	Rate float64 // pictures a second: the clip's, or half of it where that was asked for

	film  *ffmpeg.Film
	pcm   *ffmpeg.PCMReader // nil without sound
	gain  float32
	block []float32
}

// Play begins to decode a side at width x height pixels, at half the clip's rate where it has more than mostRate pictures a second (0: as it is).
func (c *Clip) Play(ctx context.Context, side Side, width, height int, mostRate float64) (*ClipPlayer, error) {
	if side != SideBefore && side != SideAfter {
		return nil, errors.New("a clip has two sides")
	}
	every := 1
	if mostRate > 0 && c.Rate > mostRate {
		every = 2
	}
	p := &ClipPlayer{Rate: c.Rate / float64(every), gain: 1}
	if side == SideBefore {
		p.gain = float32(math.Pow(10, c.Gain/20))
	}
	var err error
	if p.film, err = c.tools.Film(ctx, c.files[side], every, width, height); err != nil {
		return nil, err
	}
	if c.streams[side] >= 0 {
		p.pcm, err = c.tools.PCM(ctx, c.files[side], c.streams[side], ffmpeg.PCMSpec{Rate: clipRate, Channels: 2, Duration: seconds(c.Length)})
		if err != nil {
			p.film.Close()
			return nil, err
		}
	}
	return p, nil
}

// Next reads the next picture into m, which has the size that Play was given. The end is io.EOF.
func (p *ClipPlayer) Next(m *image.RGBA) error { return p.film.Next(m) }

// Samples fills b with sound: 48,000 times a second two 16-bit samples, little-endian, left and right. The end, and a clip without sound, is io.EOF.
func (p *ClipPlayer) Samples(b []byte) (int, error) {
	if p.pcm == nil {
		return 0, io.EOF
	}
	if n := len(b) / 2; cap(p.block) < n {
		p.block = make([]float32, n)
	}
	n, err := p.pcm.Read(p.block[:len(b)/2])
	for i, v := range p.block[:n] {
		v = max(-1, min(1, v*p.gain))
		binary.LittleEndian.PutUint16(b[2*i:], uint16(int16(math.Round(float64(v)*32767))))
	}
	return 2 * n, err
}

// Close ends the decoders. It may be called more than once.
func (p *ClipPlayer) Close() {
	p.film.Close()
	if p.pcm != nil {
		p.pcm.Close()
	}
}
