package source

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// Read measures the capture at path: its streams, clock, aspect, colours, and what its fields really are. It reads the whole file once
// without decoding it, and decodes a few windows. Progress, if not nil, hears in words what is being done, from several goroutines. The
// error is an *InputError where the file can't be used, and ctx's own where it ended.
func Read(ctx context.Context, tools *ffmpeg.Tools, path string, progress func(string)) (*Source, error) {
	if progress == nil {
		progress = func(string) {}
	}
	progress("opening the file")
	info, head, err := openCheck(path)
	if err != nil {
		return nil, err
	}
	probe, err := tools.Probe(ctx, path)
	if err != nil {
		return nil, probeFailed(ctx, path, head, err)
	}
	stream, err := choose(path, probe)
	if err != nil {
		return nil, err
	}
	progress("counting frames")
	packets, err := tools.ScanPackets(ctx, path, func(at float64) {
		if probe.Duration > 0 {
			progress(fmt.Sprintf("counting frames, %.0f %%", min(max(at-probe.Start, 0)/probe.Duration, 1)*100))
		}
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, &InputError{path, "The recording is damaged beyond reading.", err}
	}
	pictures := packets[stream.Index]
	if pictures == nil || pictures.Packets == 0 {
		return nil, &InputError{path, "The recording holds no picture at all, only its header.", nil}
	}
	src := &Source{Path: path, Size: info.Size(), ModTime: info.ModTime(), Format: probe.Format, Tags: probe.Tags}
	video, err := readVideo(ctx, tools, path, src, stream, pictures, progress)
	if err != nil {
		return nil, err
	}
	src.Video = video
	src.addStreams(probe, stream, packets)
	src.settleDuration(probe, packets)
	return src, nil
}

// choose picks the film among the picture streams: the container's default, else the first.
func choose(path string, p *ffmpeg.Probe) (*ffmpeg.ProbeStream, error) {
	var best *ffmpeg.ProbeStream
	sound := false
	for i := range p.Streams {
		s := &p.Streams[i]
		sound = sound || s.Kind == "audio"
		if s.Kind == "video" && !s.Picture && (best == nil || s.Default && !best.Default) {
			best = s
		}
	}
	switch {
	case len(p.Streams) == 0:
		return nil, &InputError{path, "The recording is damaged beyond reading: nothing but its header is there.", nil}
	case best == nil && sound:
		return nil, &InputError{path, "The file holds sound but no picture.", nil}
	case best == nil:
		return nil, &InputError{path, "The file holds no picture.", nil}
	case best.Codec == "":
		return nil, &InputError{path, "The picture is stored in a way that this ffmpeg does not know.", nil}
	case best.Width == 0 || best.Height == 0:
		return nil, &InputError{path, "The recording is damaged: it does not say how large its picture is.", nil}
	case best.Width > 16384 || best.Height > 16384 || best.Width < 16 || best.Height < 16:
		return nil, &InputError{path, fmt.Sprintf("A picture of %dx%d can't be restored; 16 to 16384 samples either way can.", best.Width, best.Height), nil}
	}
	return best, nil
}

func readVideo(ctx context.Context, tools *ffmpeg.Tools, path string, src *Source, s *ffmpeg.ProbeStream, p *ffmpeg.PacketStats, progress func(string)) (*Video, error) {
	v := &Video{Index: s.Index, Codec: s.Codec, Width: s.Width, Height: s.Height, PixFmt: s.PixFmt, Depth: depthOf(s.PixFmt, s.Bits), Rotation: s.Rotation}
	progress("reading frame flags")
	length := max(p.End-p.Start, 0)
	if length == 0 && s.Duration > 0 {
		length = s.Duration
	}
	said, first, err := claimOf(ctx, tools, path, s, length)
	if err != nil {
		return nil, err
	}
	perFrame := int64(1)
	if fieldPackets(s, p, first) {
		perFrame = 2
	}
	clock := clockOf(s, p, perFrame, said.scan == SoftTelecine)
	v.Rate, v.Variable, v.Frames, v.Start, v.Duration = clock.rate, clock.variable, clock.frames, clock.first, clock.duration
	src.noteClock(clock, p)
	src.skipLead(v, first)

	src.Standard = standardOf(v.Width, v.Height, v.Rate.Float())
	var tall tally
	decoded := false
	var broken error
	for round := range 2 {
		starts, span := windows(max(length, v.Duration), round)
		samples, err := look(ctx, tools, path, v, starts, span, progress)
		if err != nil {
			return nil, err
		}
		tall.add(samples)
		for _, s := range samples {
			decoded = decoded || s.err == nil && s.idet.Frames() > 0
			if s.err != nil {
				broken = s.err
			}
		}
		if tall.clear() > 2*chunkPairs { // else look between the windows too
			break
		}
	}
	if !decoded {
		return nil, &InputError{path, "The recording is damaged beyond reading: no picture in it can be decoded.", broken}
	}
	if broken != nil {
		src.Notes = append(src.Notes, "Parts of the picture can't be decoded; they will show as they are.")
	}
	v.Fields = judge(&tall, setting{claim: said, television: television(v), isDV: s.Codec == "dvvideo"})
	switch v.Fields.Scan {
	case Interlaced:
		v.ContentRate = v.Rate.Times(2, 1)
	case HardTelecine:
		v.ContentRate = v.Rate.Times(4, 5)
	default:
		v.ContentRate = v.Rate
	}
	v.SAR, v.SARAssumed = aspectOf(v.Width, v.Height, src.Standard, Rational{s.SAR.Num, s.SAR.Den})
	v.DAR = v.SAR.Times(int64(v.Width), int64(v.Height))
	v.Color = colorOf(s, src.Standard)
	return v, nil
}

// television tells sizes and rates that are sent interlaced: SD and 1080 lines at 25 or 29.97 frames.
func television(v *Video) bool {
	tall := v.Height == 480 || v.Height == 486 || v.Height == 576 || v.Height == 1080
	r := v.Rate.Float()
	return tall && (math.Abs(r-25) < 0.02 || math.Abs(r-30000./1001) < 0.02)
}

// fieldPackets tells streams whose two fields come in a packet each: half as many frames come out as packets go in.
func fieldPackets(s *ffmpeg.ProbeStream, p *ffmpeg.PacketStats, flags []ffmpeg.FrameFlags) bool {
	if s.Codec != "h264" && s.Codec != "hevc" && s.Codec != "vc1" || len(flags) < 8 || p.Timed < 16 {
		return false
	}
	first, last := flags[0], flags[len(flags)-1]
	if !first.Interlaced || !first.Timed || !last.Timed || last.Time <= first.Time {
		return false
	}
	decoded := (last.Time - first.Time) / float64(len(flags)-1)
	stored := (p.Last - p.Start) / float64(p.Timed-1)
	return decoded > 1.8*stored && decoded < 2.2*stored
}

// skipLead moves the beginning to the first picture that can be decoded. A capture cut out of a longer one may begin with pictures that lean on
// those before the cut; taking their time for the beginning would put the sound out of step.
func (src *Source) skipLead(v *Video, decoded []ffmpeg.FrameFlags) {
	if len(decoded) == 0 || !decoded[0].Timed || v.Rate.Float() <= 0 {
		return
	}
	lead := int64(math.Round((decoded[0].Time - v.Start) * v.Rate.Float()))
	if lead < 1 || lead >= v.Frames {
		return
	}
	v.Lead = decoded[0].Time - v.Start
	v.Start, v.Frames, v.Duration = decoded[0].Time, v.Frames-lead, v.Duration-v.Lead
	src.Notes = append(src.Notes, fmt.Sprintf("The file begins in the middle: its first %d %s can't be decoded and are left out.", lead, plural(lead, "picture", "pictures")))
}

func (src *Source) noteClock(c timing, p *ffmpeg.PacketStats) {
	if c.gaps > 0 && c.gaps*50 < c.frames {
		src.Notes = append(src.Notes, fmt.Sprintf("The capture has %d %s where frames were dropped.", c.gaps, plural(c.gaps, "place", "places")))
	} else if c.variable {
		src.Notes = append(src.Notes, "The frame rate varies; times are taken from each frame.")
	}
	if p.Empty > 0 {
		src.Notes = append(src.Notes, fmt.Sprintf("The recorder left %d frames empty.", p.Empty))
	}
	if p.Damaged != nil {
		src.Notes = append(src.Notes, "The file breaks off or is damaged; what can be read is used.")
	}
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (src *Source) addStreams(p *ffmpeg.Probe, video *ffmpeg.ProbeStream, packets map[int]*ffmpeg.PacketStats) {
	for _, s := range p.Streams {
		switch {
		case s.Index == video.Index:
		case s.Kind == "audio" && s.Channels > 0 && s.SampleRate > 0:
			a := Audio{Index: s.Index, Codec: s.Codec, Rate: s.SampleRate, Channels: s.Channels, Layout: s.Layout, Language: s.Tags["language"], Title: s.Tags["title"],
				Start: s.Start, Duration: s.Duration, Default: s.Default}
			if st := packets[s.Index]; st != nil && st.Timed > 0 {
				if !s.HasStart {
					a.Start = st.Start
				}
				a.Duration = st.End - a.Start
			}
			src.Audio = append(src.Audio, a)
		case s.Kind == "subtitle":
			src.Subtitles = append(src.Subtitles, Subtitle{s.Index, s.Codec, s.Tags["language"], s.Tags["title"], !bitmapSubtitles[s.Codec]})
		case s.Kind == "video" && s.Picture:
			src.Other = append(src.Other, fmt.Sprintf("stream %d: a still picture (%s)", s.Index, s.Codec))
		case s.Kind == "video":
			src.Other = append(src.Other, fmt.Sprintf("stream %d: another picture stream (%s, %dx%d)", s.Index, s.Codec, s.Width, s.Height))
		default:
			src.Other = append(src.Other, strings.TrimSpace(fmt.Sprintf("stream %d: %s %s", s.Index, orElse(s.Kind, "of an unknown kind"), s.Codec)))
		}
	}
	for _, c := range p.Chapters {
		if c.End > c.Start {
			src.Chapters = append(src.Chapters, Chapter{c.Title, c.Start, c.End})
		}
	}
}

var bitmapSubtitles = map[string]bool{"dvd_subtitle": true, "dvb_subtitle": true, "hdmv_pgs_subtitle": true, "xsub": true, "dvb_teletext": true}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// settleDuration takes the packets' word over the header's, and says so where they differ: a capture that was cut off keeps its old header.
func (src *Source) settleDuration(p *ffmpeg.Probe, packets map[int]*ffmpeg.PacketStats) {
	start, end := src.Video.Start, src.Video.Start+src.Video.Duration
	for _, a := range src.Audio {
		start, end = min(start, a.Start), max(end, a.Start+a.Duration)
	}
	src.Duration = end - start
	if p.Duration > 0 && math.Abs(p.Duration-src.Duration) > max(0.5, 0.01*src.Duration) {
		src.Notes = append(src.Notes, fmt.Sprintf("The file's header says %.1f s, but it holds %.1f s; what it holds is used.", p.Duration, src.Duration))
	}
	if src.Duration-src.Video.Duration > max(1, 0.02*src.Duration) {
		src.Notes = append(src.Notes, fmt.Sprintf("The sound runs for %.1f s in all, the picture for %.1f s.", src.Duration, src.Video.Duration))
	}
}
