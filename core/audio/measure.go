// Package audio finds what is wrong with a sound track and plans the filters that mend it: measured over the whole track first, then each step on
// only where its defect was found, run later inside the encoder's own pass.
package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Reader gives interleaved samples, full scale ±1, as ffmpeg.PCMReader does: at the end 0 and io.EOF.
type Reader interface {
	Read(dst []float32) (int, error)
}

// blockFrames are read at a time.
const blockFrames = 4096

// Measure reads pcm to its end and reports what it holds. Memory is bounded (about 12 MB whatever the length: histograms and sums only).
// Spectra, hum, noise and clicks are measured on the first two channels, levels on all. rate is in samples a second.
func Measure(ctx context.Context, pcm Reader, rate, channels int) (*Report, error) {
	if rate < 1000 || rate > 768000 || channels < 1 || channels > 64 {
		return nil, fmt.Errorf("measure sound: %d channels at %d samples a second is not a sound format", channels, rate)
	}
	m := newMeter(rate, channels)
	buf := make([]float32, blockFrames*channels)
	held := 0
	for {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("measure sound: %w", err)
		}
		n, err := pcm.Read(buf[held:])
		held += n
		whole := held / channels * channels
		m.add(buf[:whole])
		held = copy(buf, buf[whole:held])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("measure sound: %w", err)
		}
	}
	return m.report(rate), nil
}

// brokenSample is far over anything a float track can mean (full scale is 1).
const brokenSample = 1000

// meter is all that is measured at once.
type meter struct {
	channels int
	levels   *levels
	clicks   *gapCounter
	dropouts *gapCounter
	azimuth  *azimuth // of two channels
	full     *spectrum
	low      *lowSpectrum
	brief    *lowSpectrum // only at the beginning of the track
	l, r     []float64
}

func newMeter(rate, channels int) *meter {
	seen := min(channels, 2)
	m := &meter{channels: channels, levels: newLevels(channels), clicks: newClickCounter(rate, seen), dropouts: newDropoutCounter(rate, seen), full: newSpectrum(rate, seen), low: newLowSpectrum(rate, seen, lowWindowSeconds), brief: newLowSpectrum(rate, seen, lowBriefSeconds)}
	if channels == 2 {
		m.azimuth = newAzimuth(rate)
	}
	return m
}

func (m *meter) add(block []float32) {
	n := len(block) / m.channels
	if n == 0 {
		return
	}
	for i, v := range block { // one broken sample (damaged float streams hold NaN) must not spoil every sum
		if v != v || v > brokenSample || v < -brokenSample {
			block[i] = 0
		}
	}
	m.levels.add(block)
	m.l, m.r = m.l[:0], m.r[:0]
	for i := 0; i < len(block); i += m.channels {
		m.l = append(m.l, float64(block[i]))
	}
	var right []float64
	if m.channels > 1 {
		for i := 1; i < len(block); i += m.channels {
			m.r = append(m.r, float64(block[i]))
		}
		right = m.r
	}
	m.clicks.add(m.l, right)
	m.dropouts.add(m.l, right)
	if m.azimuth != nil {
		m.azimuth.meter.add(m.l, right)
	}
	m.full.add(m.l, right)
	m.low.add(m.l, right)
	if m.low.frames < minLowFrames {
		m.brief.add(m.l, right)
	}
}

func (m *meter) report(rate int) *Report {
	r := &Report{Rate: rate, Channels: m.channels, DeadSide: -1}
	m.levels.fill(r)
	if r.Samples > 0 {
		r.ClicksPerMinute = float64(m.clicks.count) / (r.Seconds() / 60)
		r.DropoutsPerMinute = float64(m.dropouts.count) / (r.Seconds() / 60)
	}
	// A dead side halves the mean over both channels.
	scale := 1.0
	if r.DeadSide >= 0 {
		scale = 2
	}
	if m.azimuth != nil {
		m.azimuth.fill(r)
	}
	m.full.fill(r, scale)
	if m.low.frames < minLowFrames {
		m.low = m.brief
	}
	m.low.fill(r, scale)
	return r
}
