package neural

import (
	"context"

	"github.com/tapelight/tapelight/core/frame"
)

// Device is a processor an engine can run on.
type Device struct {
	ID     string // "cpu", "cuda:0"
	Name   string // for people
	Memory uint64 // bytes the engine may use, 0 where unknown
}

// Options say how a session runs. Zero values mean "choose".
type Options struct {
	Device  string
	Batch   int // frames per batch
	Threads int // CPU threads
}

// Engine runs networks on one kind of device.
type Engine interface {
	Name() string
	// Devices lists what can be used now; an empty list comes with an error that says why, worded for people.
	Devices(ctx context.Context) ([]Device, error)
	// Open prepares a stream of frames of format in (the picture's height doubled for networks with a companion). ctx bounds only the
	// opening; the session lives until Close. A format the network cannot take gives a *FormatError.
	Open(ctx context.Context, n *Network, in frame.Format, o Options) (Session, error)
}

// Session turns one stream of frames into another: ordered, asynchronous, batched, one output for each input. The engine owns all
// frames. One goroutine may Get and Push while another calls Next and Put. After Close they return ErrClosed. Outputs are progressive, and
// their Index counts from 0.
//
//	for each source frame: f := Get(ctx); fill f.Data and f.Parity; Push(ctx, f)
//	Finish()
//	until io.EOF: f := Next(ctx); use; Put(f)
//	Close()
type Session interface {
	// Get waits for an empty input frame.
	Get(ctx context.Context) (*frame.Frame, error)
	// Push hands the next frame in time order to the engine; ErrFinished after Finish.
	Push(ctx context.Context, f *frame.Frame) error
	// Finish says that no more frames follow.
	Finish()
	// Next waits for the next output, in order; io.EOF after the last.
	Next(ctx context.Context) (*frame.Frame, error)
	// Put gives an output frame back.
	Put(f *frame.Frame)
	// Output is the format of output frames.
	Output() frame.Format
	// Stats are cumulative and may be read at any time.
	Stats() Stats
	// Close ends all work at once and frees everything. It may be called at any time, more than once.
	Close() error
}

// Stats of a session.
type Stats struct {
	Frames      int64   // outputs made
	BusySeconds float64 // time during which the device computed
	Batch       int     // frames per batch now
	Memory      uint64  // bytes held
}
