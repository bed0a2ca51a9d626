package ffmpeg

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

// PCMSpec says which part of a sound stream to decode, and into what.
type PCMSpec struct {
	Rate     int           // samples a second
	Channels int           // 0: as in the stream, and then the caller has to know how many that is
	Start    time.Duration // on the file's own clock, 0 is the file's first moment
	Duration time.Duration // 0: to the end
	Filters  []Filter      // applied at the stream's own rate, before any change of rate
	Stretch  Stretch       // takes back a drift of the stream's clock
	Clock    *SoundClock   // hears of every block as it is decoded; nil: nobody does
}

// PCMReader hands out the samples of one sound stream as they are decoded. It belongs to one goroutine.
type PCMReader struct {
	path  string
	child *process.Child
	raw   []byte
	held  int // bytes of an incomplete sample at the start of raw
	err   error
}

// PCM decodes stream streamIndex of path (the container's index) into interleaved 32-bit float samples, full scale ±1.
//
// Sample i of the output belongs to the moment Start + i/Rate on the file's clock, whatever the timestamps do: a sound that starts late,
// and gaps of more than 100 ms, are filled with silence; sound before Start and overlaps of more than 100 ms are dropped; smaller
// differences are clock jitter of the capture and left alone. The reader must be closed.
func (t *Tools) PCM(ctx context.Context, path string, streamIndex int, spec PCMSpec) (*PCMReader, error) {
	if spec.Rate < 1 || spec.Rate > 768000 || spec.Channels < 0 || spec.Channels > 64 || spec.Start < 0 || spec.Duration < 0 || streamIndex < 0 {
		return nil, fmt.Errorf("decode sound of %s: impossible request: stream %d, %+v", path, streamIndex, spec)
	}
	args, laid := soundArgs(path, streamIndex, spec.Start, spec.Duration)
	filters := slices.Concat(spec.Stretch.filters(), laid, spec.Filters)
	level, hear := "error", func(string) {}
	if spec.Clock != nil {
		filters = append([]Filter{F("ashowinfo")}, filters...)
		level, hear = "info", spec.Clock.line
	}
	filters = append(filters, Resample(spec.Rate))
	args = append(args, "-af", Chain(filters))
	if spec.Channels > 0 {
		args = append(args, "-ac", strconv.Itoa(spec.Channels))
	}
	args = append(args, "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1")
	child, err := process.Start(ctx, process.Spec{Label: "sound decoder", Path: t.FFmpeg, Args: append([]string{"-loglevel", level}, args...), Stdout: true, Line: hear})
	if err != nil {
		return nil, fmt.Errorf("decode sound of %s: %w", path, err)
	}
	return &PCMReader{path: path, child: child, raw: make([]byte, 0, 64<<10)}, nil
}

// Read fills dst with samples (all channels interleaved) and returns how many; it blocks until at least one is there. At the end of the stream
// it returns 0 and io.EOF, or the decoder's error.
func (r *PCMReader) Read(dst []float32) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(dst) == 0 {
		return 0, nil
	}
	want := min(len(dst)*4, cap(r.raw))
	buf := r.raw[:want]
	n, err := io.ReadAtLeast(r.child.Stdout, buf[r.held:], 4-r.held)
	n += r.held
	got := n / 4
	for i := range got {
		dst[i] = finite(math.Float32frombits(binary.LittleEndian.Uint32(buf[4*i:])))
	}
	r.held = copy(buf, buf[4*got:n])
	if err != nil {
		r.err = r.end(err)
		if got == 0 {
			return 0, r.err
		}
	}
	return got, nil
}

// finite keeps broken samples (damaged float streams hold NaN and infinity) out of every sum behind it.
func finite(v float32) float32 {
	if v != v || v > 1e6 || v < -1e6 {
		return 0
	}
	return v
}

func (r *PCMReader) end(err error) error {
	if werr := r.child.Wait(); werr != nil {
		return fmt.Errorf("decode sound of %s: %w", r.path, werr)
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		if r.held != 0 {
			return fmt.Errorf("decode sound of %s: the decoder stopped in the middle of a sample: %w", r.path, io.ErrUnexpectedEOF)
		}
		return io.EOF
	}
	return fmt.Errorf("decode sound of %s: %w", r.path, err)
}

// CPU is the processor time the decoder used; zero before its end.
func (r *PCMReader) CPU() time.Duration { return r.child.CPU() }

// Close ends the decoder. It may be called at any time, and more than once.
func (r *PCMReader) Close() error {
	r.child.Stop()
	if r.err == nil {
		r.err = fmt.Errorf("decode sound of %s: %w", r.path, io.ErrClosedPipe)
	}
	return nil
}
