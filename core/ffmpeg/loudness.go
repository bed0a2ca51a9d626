package ffmpeg

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

// Loudness is what ITU-R BS.1770 and EBU R128 say of a sound, as ffmpeg's loudnorm measures it.
type Loudness struct {
	Integrated float64 // LUFS; -Inf for silence and for sounds shorter than a 400 ms block
	TruePeak   float64 // dBTP; -Inf for silence
	Range      float64 // LU
	Threshold  float64 // LUFS, the relative gate
}

// Silent tells whether there was nothing to measure.
func (l Loudness) Silent() bool {
	return math.IsInf(l.Integrated, -1) || math.IsInf(l.TruePeak, -1) || l.Integrated <= -70
}

// Loudness measures a part of a sound stream after filters (duration 0: to the end). Nothing is written.
func (t *Tools) Loudness(ctx context.Context, path string, streamIndex int, start, duration time.Duration, filters []Filter) (Loudness, error) {
	chain := append([]Filter{FillGaps()}, filters...)
	chain = append(chain, F("loudnorm", "print_format", "json"))
	args := append([]string{"-loglevel", "info"}, soundArgs(path, streamIndex, start, duration)...)
	args = append(args, "-af", Chain(chain), "-f", "null", "-")
	child, err := process.Start(ctx, process.Spec{Label: "loudness meter", Path: t.FFmpeg, Args: args})
	if err != nil {
		return Loudness{}, fmt.Errorf("measure the loudness of %s: %w", path, err)
	}
	defer child.Stop()
	if err := child.Wait(); err != nil {
		return Loudness{}, fmt.Errorf("measure the loudness of %s: %w", path, err)
	}
	l, err := parseLoudness(child.Tail())
	if err != nil {
		return Loudness{}, fmt.Errorf("measure the loudness of %s: %w", path, err)
	}
	return l, nil
}

// parseLoudness finds loudnorm's JSON in ffmpeg's log: the last object there, because a file's own tags, printed before it, may hold anything.
func parseLoudness(log string) (Loudness, error) {
	var zero Loudness
	end := strings.LastIndexByte(log, '}')
	if end < 0 {
		return zero, fmt.Errorf("ffmpeg printed no loudness figures")
	}
	begin := strings.LastIndexByte(log[:end], '{')
	if begin < 0 {
		return zero, fmt.Errorf("ffmpeg printed no loudness figures")
	}
	var raw map[string]string
	if err := json.Unmarshal([]byte(log[begin:end+1]), &raw); err != nil {
		return zero, fmt.Errorf("loudness figures can't be read: %w", err)
	}
	var l Loudness
	for _, f := range []struct {
		key      string
		to       *float64
		min, max float64
	}{
		{"input_i", &l.Integrated, -200, 60},
		{"input_tp", &l.TruePeak, -400, 60},
		{"input_lra", &l.Range, 0, 200},
		{"input_thresh", &l.Threshold, -200, 60},
	} {
		v, err := strconv.ParseFloat(strings.TrimSpace(raw[f.key]), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 1) || !math.IsInf(v, -1) && (v < f.min || v > f.max) || math.IsInf(v, -1) && f.to == &l.Range {
			return zero, fmt.Errorf("loudness figure %s is %q, which can't be", f.key, raw[f.key])
		}
		*f.to = v
	}
	return l, nil
}
