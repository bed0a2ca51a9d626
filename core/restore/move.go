package restore

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/tapelight/tapelight/core/frame"
)

// read moves pictures from the decoder to the network until the capture, or the part of it that is wanted, ends.
func (s *stream) read(ctx context.Context) error {
	limited := s.plan.Decode.Duration > 0
	skip, lead := s.span.discard, s.span.drop
	for !limited || s.base+s.decoded.Load() < s.plan.Frames {
		start := time.Now()
		f, err := s.session.Get(ctx)
		s.starved.Add(int64(time.Since(start)))
		if err != nil {
			return err
		}
		for err = s.next(f); err == nil && skip > 0; skip-- {
			err = s.next(f)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := s.session.Push(ctx, f); err != nil {
			return err
		}
		if lead > 0 {
			lead--
		} else {
			s.decoded.Add(1)
		}
	}
	if s.base+s.decoded.Load() == 0 {
		return errors.New("not a single picture could be decoded")
	}
	s.session.Finish()
	return nil
}

// drain takes what a decoder that is to end still has to give: one that waits for a reader does not hear it.
func (s *stream) drain() {
	f := frame.New(s.plan.Decode.Out)
	for s.decoder.Read(f) == nil {
	}
}

// next reads one picture from the decoder.
func (s *stream) next(f *frame.Frame) error {
	s.reading.Store(true)
	err := s.decoder.Read(f)
	s.reading.Store(false)
	if err == nil {
		s.taken.Add(1)
	}
	return err
}

// write moves pictures from the network to the encoder.
func (s *stream) write(ctx context.Context) error {
	for drop := s.span.drop; ; {
		start := time.Now()
		f, err := s.session.Next(ctx)
		s.waited.Add(int64(time.Since(start)))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if drop > 0 {
			drop--
		} else {
			s.writing.Store(true)
			err = s.encoder.Write(f)
			s.writing.Store(false)
		}
		s.session.Put(f)
		if err != nil {
			return s.encoding(err)
		}
	}
	s.writing.Store(true)
	defer s.writing.Store(false)
	return s.encoding(s.encoder.Finish())
}

// encoding names the file that could not be written.
func (s *stream) encoding(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &StepError{"encode", s.plan.Output, err}
}
