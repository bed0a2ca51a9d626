package ffmpeg

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/tapelight/tapelight/core/process"
)

// SoundWriter is an ffmpeg that keeps sound without loss (FLAC) and measures its loudness meanwhile. It belongs to one goroutine.
type SoundWriter struct {
	path    string
	child   *process.Child
	raw     []byte
	measure bool
}

// soundHeadroom is by what samples are divided before they are kept, so that what goes over full scale meanwhile is not clipped; RestoreHeadroom undoes it.
const soundHeadroom = 2

// RestoreHeadroom brings sound kept by a SoundWriter back to its level.
func RestoreHeadroom() Filter { return F("volume", "volume", soundHeadroom, "precision", "float") }

// WriteSound begins path, which is replaced if it is there. mark says in the file what it is (MarkTag). With measure, Finish tells the loudness, behind
// filters that mix the channels (nil where they stay).
// Samples are kept to 20 bits, 124 dB below full scale, which takes a third less room than 24.
func (t *Tools) WriteSound(ctx context.Context, path string, rate, channels int, mark string, measure bool, mixed []Filter) (*SoundWriter, error) {
	args := []string{"-hide_banner", "-nostats", "-loglevel", "info", "-y", "-f", "s32le", "-ar", strconv.Itoa(rate), "-ac", strconv.Itoa(channels), "-i", "pipe:0"}
	if measure {
		args = append(args, "-filter_complex", "[0:a]asplit[keep][seen];[seen]"+Chain(append(slices.Clone(mixed), loudnessMeter(), F("anullsink"))), "-map", "[keep]")
	}
	args = append(args, "-c:a", "flac", "-compression_level", "3", "-sample_fmt", "s32", "-metadata", MarkTag+"="+mark, "-f", "flac", "file:"+path)
	child, err := process.Start(ctx, process.Spec{Label: "sound writer", Path: t.FFmpeg, Args: args, Stdin: true})
	if err != nil {
		return nil, fmt.Errorf("keep the restored sound in %s: %w", path, err)
	}
	return &SoundWriter{path: path, child: child, measure: measure}, nil
}

// Write takes interleaved samples, full scale ±1.
func (w *SoundWriter) Write(samples []float32) error {
	w.raw = w.raw[:0]
	for _, v := range samples {
		const steps = 1 << 19
		n := math.Round(float64(v) / soundHeadroom * steps)
		n = min(steps-1, max(-steps, n))
		w.raw = binary.LittleEndian.AppendUint32(w.raw, uint32(int32(n)<<12))
	}
	if _, err := w.child.Stdin.Write(w.raw); err != nil {
		if broken(err) {
			if failed := w.child.Wait(); failed != nil {
				err = (&Encoder{child: w.child}).explain(failed)
			}
		}
		return fmt.Errorf("keep the restored sound in %s: %w", w.path, err)
	}
	return nil
}

// Finish waits until the file is complete, and tells the loudness of what was written if that was asked for.
func (w *SoundWriter) Finish() (Loudness, error) {
	fail := func(err error) (Loudness, error) {
		return Loudness{}, fmt.Errorf("keep the restored sound in %s: %w", w.path, err)
	}
	if err := w.child.Stdin.Close(); err != nil {
		return fail(err)
	}
	if err := w.child.Wait(); err != nil {
		return fail((&Encoder{child: w.child}).explain(err))
	}
	if !w.measure {
		return Loudness{}, nil
	}
	l, err := parseLoudness(w.child.Tail())
	if err != nil {
		return fail(err)
	}
	more := 20 * math.Log10(soundHeadroom)
	l.Integrated, l.TruePeak, l.Threshold = l.Integrated+more, l.TruePeak+more, l.Threshold+more
	return l, nil
}

// Close ends the writer at once if it still runs.
func (w *SoundWriter) Close() { w.child.Stop() }
