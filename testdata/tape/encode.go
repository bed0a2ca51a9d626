package tape

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// ErrNoFFmpeg says that there is no ffmpeg to encode the samples with.
var ErrNoFFmpeg = errors.New("samples need ffmpeg and ffprobe on the PATH")

// encode writes a sample's file at out, using work for what it needs on the way.
func encode(ctx context.Context, s Spec, work, out string) error {
	args := []string{"-hide_banner", "-nostdin", "-loglevel", "error", "-y"}
	args = append(args, "-f", "rawvideo", "-pix_fmt", s.PixelFormat, "-s", fmt.Sprintf("%dx%d", s.Width, s.Height),
		"-r", s.FileRate.String(), "-i", "pipe:0")
	maps := []string{"-map", "0:v"}
	sound := []string{}
	for i, track := range s.Audio {
		file := filepath.Join(work, fmt.Sprintf("sound%d.pcm", i))
		if err := writePCM(file, SoundOf(s, i).Render()); err != nil {
			return err
		}
		if s.Name == "early-sound" {
			args = append(args, "-itsoffset", strconv.FormatFloat(s.SoundOffset.Seconds(), 'f', 3, 64))
		}
		args = append(args, "-f", "s16le", "-ar", strconv.Itoa(SampleRate), "-ac", strconv.Itoa(track.Channels), "-i", file)
		maps = append(maps, "-map", fmt.Sprintf("%d:a", i+1))
		sound = append(sound, soundArgs(i, track)...)
	}
	if s.Subtitles > 0 {
		extras, err := archiveExtras(s, work)
		if err != nil {
			return err
		}
		args = append(args, "-i", extras[0], "-f", "ffmetadata", "-i", extras[1])
		n := len(s.Audio) + 1
		maps = append(maps, "-map", fmt.Sprintf("%d:s", n), "-c:s", "srt", "-metadata:s:s:0", "language=eng",
			"-map_metadata", strconv.Itoa(n+1), "-map_chapters", strconv.Itoa(n+1))
	} else {
		maps = append(maps, "-map_metadata", "-1")
	}
	args = append(args, maps...)
	args = append(args, pictureArgs(s)...)
	args = append(args, sound...)
	args = append(args, "-fflags", "+bitexact", "-flags:a", "+bitexact")
	target := out
	if s.Content == SoftTelecine {
		target = filepath.Join(work, "film.m2v")
		args = append(args, "-an", "-f", "mpeg2video")
	}
	args = append(args, "file:"+target)
	if err := runPiped(ctx, args, newWriter(s)); err != nil {
		return fmt.Errorf("encode sample %s: %w", s.Name, err)
	}
	switch {
	case s.Content == SoftTelecine:
		return softTelecine(ctx, s, target, filepath.Join(work, "sound0.pcm"), out)
	case s.Name == "archive-422":
		return patchFieldOrder(out)
	}
	return nil
}

// pictureArgs are the options of the picture's encoder.
func pictureArgs(s Spec) []string {
	mpeg2 := []string{"-c:v", "mpeg2video", "-threads", "1", "-q:v", "2", "-maxrate", "15000k", "-bufsize", "4000k",
		"-g", "15", "-aspect", "4:3"}
	interlaced := func(order string) []string {
		return append(mpeg2, "-bf", "2", "-vf", "setfield="+order, "-flags:v", "+bitexact+ilme+ildct", "-top", map[string]string{"tff": "1", "bff": "0"}[order])
	}
	switch s.Name {
	case "ntsc-bff", "ntsc-wrongorder":
		return interlaced("bff")
	case "ntsc-unflagged":
		return []string{"-c:v", "libx264", "-threads", "2", "-preset", "veryfast", "-crf", "12", "-bf", "2", "-flags:v", "+bitexact"}
	case "pal-dv":
		return []string{"-c:v", "dvvideo", "-threads", "1", "-aspect", "4:3", "-vf", "setfield=bff", "-flags:v", "+bitexact+ildct"}
	case "film-soft":
		return append(mpeg2, "-bf", "0", "-flags:v", "+bitexact")
	case "webcam":
		return []string{"-c:v", "libx264", "-threads", "2", "-preset", "veryfast", "-crf", "14", "-bf", "2", "-vf", "setsar=1", "-flags:v", "+bitexact"}
	case "archive-422":
		return []string{"-c:v", "ffv1", "-level", "3", "-slices", "4", "-threads", "2", "-vf", "setfield=tff,setsar=10/11",
			"-flags:v", "+bitexact+ilme+ildct", "-top", "1", "-field_order", "tt", "-colorspace", "smpte170m",
			"-color_primaries", "smpte170m", "-color_trc", "smpte170m", "-color_range", "tv"}
	case "odd-size":
		return []string{"-c:v", "ffv1", "-level", "3", "-threads", "2", "-vf", "setsar=1", "-flags:v", "+bitexact"}
	default:
		return interlaced("tff")
	}
}

// soundArgs are the options of one track's encoder.
func soundArgs(i int, t Track) []string {
	out := []string{fmt.Sprintf("-c:a:%d", i), t.Codec}
	if t.Codec == "mp2" || t.Codec == "aac" {
		out = append(out, fmt.Sprintf("-b:a:%d", i), "256k")
	}
	if t.Title != "" {
		out = append(out, fmt.Sprintf("-metadata:s:a:%d", i), "title="+t.Title)
	}
	if t.Language != "" && t.Language != "und" {
		out = append(out, fmt.Sprintf("-metadata:s:a:%d", i), "language="+t.Language)
	}
	return out
}

// writePCM writes channels as interleaved 16-bit little-endian samples.
func writePCM(file string, channels [][]float32) error {
	data := make([]byte, 0, 2*len(channels)*len(channels[0]))
	for i := range channels[0] {
		for _, ch := range channels {
			v := max(-32768, min(32767, int(ch[i]*32767+32768.5)-32768))
			data = binary.LittleEndian.AppendUint16(data, uint16(int16(v)))
		}
	}
	return os.WriteFile(file, data, 0o644)
}

// archiveExtras writes the subtitles and the chapters and tags of the archive's capture.
func archiveExtras(s Spec, work string) ([2]string, error) {
	end := int(s.Duration() * 1000)
	stamp := func(ms int) string { return fmt.Sprintf("00:%02d:%02d,%03d", ms/60000, ms/1000%60, ms%1000) }
	srt := fmt.Sprintf("1\n%s --> %s\nThe garden, early.\n\n2\n%s --> %s\nThe same garden, later.\n",
		stamp(100), stamp(end*4/10), stamp(end/2), stamp(end*9/10))
	meta := ";FFMETADATA1\n"
	for _, key := range []string{"title", "date", "comment"} {
		meta += key + "=" + s.Tags[key] + "\n"
	}
	for i, name := range []string{"Garden", "Garden, later"} {
		meta += fmt.Sprintf("[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n", i*end/2, (i+1)*end/2, name)
	}
	files := [2]string{filepath.Join(work, "words.srt"), filepath.Join(work, "chapters.txt")}
	if err := os.WriteFile(files[0], []byte(srt), 0o644); err != nil {
		return files, err
	}
	return files, os.WriteFile(files[1], []byte(meta), 0o644)
}

// runPiped runs ffmpeg with the frames of w on its standard input.
func runPiped(ctx context.Context, args []string, w *writer) error {
	in, feed := io.Pipe()
	fed := make(chan error, 1)
	go func() {
		err := w.writeTo(ctx, feed)
		feed.CloseWithError(err)
		fed <- err
	}()
	err := runFFmpeg(ctx, args, in)
	in.CloseWithError(io.ErrClosedPipe)
	if feedErr := <-fed; err == nil {
		err = feedErr
	}
	return err
}

// runFFmpeg runs ffmpeg and gives what it said when it fails.
func runFFmpeg(ctx context.Context, args []string, in io.Reader) error {
	exe, err := exec.LookPath("ffmpeg")
	if err != nil {
		return ErrNoFFmpeg
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Stdin, cmd.Stderr = in, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

// writeTo writes all frames in order, drawing a few at a time side by side.
func (w *writer) writeTo(ctx context.Context, out io.Writer) error {
	workers := min(4, runtime.NumCPU())
	next := make(chan chan []byte, workers)
	stop := make(chan struct{})
	var running sync.WaitGroup
	defer running.Wait()
	defer close(stop)
	running.Go(func() {
		defer close(next)
		for n := range w.spec.FileFrames {
			done := make(chan []byte, 1)
			select {
			case next <- done:
			case <-stop:
				return
			}
			running.Go(func() { done <- w.frame(n) })
		}
	})
	for done := range next {
		select {
		case frame := <-done:
			if _, err := out.Write(frame); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
