package neuraltest

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// Contract holds an engine to what neural.Engine and neural.Session promise of misuse, waiting and ends, on the windowed network. The race
// detector and goleak watch, where they run.
func Contract(t *testing.T, e neural.Engine, o neural.Options) {
	open := func(t *testing.T) neural.Session {
		t.Helper()
		n, f := Windowed()
		s, err := e.Open(context.Background(), n, f, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	t.Run("empty stream", func(t *testing.T) { emptyStream(t, open(t)) })
	t.Run("misuse", func(t *testing.T) { misuse(t, open(t)) })
	t.Run("waiting ends", func(t *testing.T) { waitingEnds(t, open(t)) })
	t.Run("closed in the middle", func(t *testing.T) {
		for stop := range 10 {
			closeInTheMiddle(open(t), stop)
		}
	})
	t.Run("refused", func(t *testing.T) { refuses(t, e) })
}

func emptyStream(t *testing.T, s neural.Session) {
	s.Finish()
	s.Finish()
	for range 2 {
		if f, err := s.Next(t.Context()); err != io.EOF {
			t.Errorf("Next gave %v, %v", f, err)
		}
	}
}

func misuse(t *testing.T, s neural.Session) {
	ctx := t.Context()
	f, err := s.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Push(ctx, frame.New(f.Format)); err == nil {
		t.Error("a foreign frame was taken")
	}
	mine := f.Data
	f.Data = make([]byte, len(mine))
	if err := s.Push(ctx, f); err == nil {
		t.Error("a frame whose memory was replaced was taken")
	}
	f.Data = mine
	if err := s.Push(ctx, f); err != nil {
		t.Fatal(err)
	}
	if err := s.Push(ctx, f); err == nil {
		t.Error("a frame was taken twice")
	}
	g, err := s.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Finish()
	if err := s.Push(ctx, g); !errors.Is(err, neural.ErrFinished) {
		t.Errorf("Push after Finish: %v", err)
	}
	out, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Put(out)
	s.Put(out)
	s.Put(g)
}

// waitingEnds: what waits ends with its context, and with the session.
func waitingEnds(t *testing.T, s neural.Session) {
	got, wait := make(chan *frame.Frame, 1), make(chan error, 2)
	until := func(ctx context.Context) {
		go func() {
			for {
				f, err := s.Get(ctx)
				if err != nil {
					wait <- err
					return
				}
				select {
				case got <- f:
				default:
				}
			}
		}()
		go func() {
			_, err := s.Next(ctx)
			wait <- err
		}()
	}
	ctx, cancel := context.WithCancel(context.Background())
	until(ctx)
	cancel()
	for range 2 {
		if err := <-wait; !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled wait ended with %v", err)
		}
	}
	until(context.Background())
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := <-wait; !errors.Is(err, neural.ErrClosed) {
			t.Errorf("waiting ended with %v after Close", err)
		}
	}
	select {
	case f := <-got:
		if err := s.Push(context.Background(), f); !errors.Is(err, neural.ErrClosed) {
			t.Errorf("Push after Close: %v", err)
		}
	default:
	}
	if err := s.Close(); err != nil {
		t.Error("the second Close:", err)
	}
}

// closeInTheMiddle closes a session after so many outputs, from two goroutines at once, while others feed and read it.
func closeInTheMiddle(s neural.Session, stop int) {
	ctx := context.Background()
	_, f := Windowed()
	in := Noise(rand.New(rand.NewPCG(8, 8)), f, stop+4)
	var wg sync.WaitGroup
	wg.Go(func() { _ = Feed(ctx, s, in) }) // an error is what the closed session gives
	reached := make(chan bool, 1)
	wg.Go(func() {
		for i := 0; ; i++ {
			if i == stop {
				reached <- true
			}
			f, err := s.Next(ctx)
			if err != nil {
				return
			}
			s.Stats()
			s.Put(f)
		}
	})
	<-reached
	wg.Go(func() { s.Close() })
	s.Close()
	wg.Wait()
}

func refuses(t *testing.T, e neural.Engine) {
	n, f := Windowed()
	ctx := t.Context()
	var wrong *neural.FormatError
	for _, bad := range []frame.Format{
		{Width: 46, Height: 72, Chroma: frame.YUV444, Depth: 8}, {Width: 46, Height: 70, Chroma: frame.YUV420, Depth: 8}, {Width: 0, Height: 72, Chroma: frame.YUV420, Depth: 8},
		{Width: 16000, Height: 72, Chroma: frame.YUV420, Depth: 8},
	} {
		if _, err := e.Open(ctx, n, bad, neural.Options{}); !errors.As(err, &wrong) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := e.Open(ctx, n, f, neural.Options{Device: "abacus:0"}); err == nil {
		t.Error("a foreign device was taken")
	}
	if _, err := e.Open(ctx, &neural.Network{}, f, neural.Options{}); err == nil {
		t.Error("an empty network was taken")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Open(done, n, f, neural.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}
