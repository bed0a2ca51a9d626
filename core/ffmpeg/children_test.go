package ffmpeg

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/process"
)

var fakeFormat = frame.Format{Width: 4, Height: 2, Chroma: frame.YUV420, Depth: 10}

// decodeAll reads until something ends it, and checks each picture on the way.
func decodeAll(t *testing.T, d *Decoder) (n int, err error) {
	t.Helper()
	f := frame.New(fakeFormat)
	for {
		if err := d.Read(f); err != nil {
			return n, err
		}
		if f.Index != int64(n) {
			t.Errorf("picture %d calls itself %d", n, f.Index)
		}
		n++
	}
}

func startDecoder(t *testing.T, ctx context.Context, mode string, kind Deinterlace) *Decoder {
	t.Helper()
	d, err := fakeTools(t, mode).Decode(ctx, DecodeSpec{Path: "x.avi", Deinterlace: kind, BottomFirst: true, RateNum: 25, RateDen: 1, Out: fakeFormat})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestDecoderEnds(t *testing.T) {
	open := openFiles(t)
	for _, c := range []struct {
		mode  string
		count int
		says  string // empty: io.EOF
	}{
		{"decode well", 5, ""},
		{"decode nothing", 0, ""},
		{"decode fails", 3, "the tape ran out"},
		{"decode part", 2, "picture 2 ended after 12 of 24 bytes"},
		{"decode closes", 1, "nobody listens"},
		{"decode flood", 3, ""},
	} {
		t.Run(c.mode, func(t *testing.T) {
			d := startDecoder(t, t.Context(), c.mode, KeepFrames)
			n, err := decodeAll(t, d)
			if n != c.count {
				t.Errorf("%d pictures, want %d", n, c.count)
			}
			if c.says == "" && !errors.Is(err, io.EOF) || c.says != "" && (errors.Is(err, io.EOF) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "decoder")) {
				t.Errorf("it ended with %v", err)
			}
			if c.mode == "decode well" && d.Problems() != 2 {
				t.Errorf("%d problems counted, want 2", d.Problems())
			}
			d.Close()
			d.Close()
		})
	}
	if now := openFiles(t); now > open {
		t.Errorf("%d files are open, %d were before", now, open)
	}
}

// The lines that came from the tape alternate at field rate, beginning with the earlier field's.
func TestDecoderTellsParity(t *testing.T) {
	for kind, want := range map[Deinterlace][]frame.Parity{
		ToFields:   {frame.Bottom, frame.Top, frame.Bottom},
		ToFrames:   {frame.Bottom, frame.Bottom, frame.Bottom},
		ToFilm:     {frame.Progressive, frame.Progressive, frame.Progressive},
		KeepFrames: {frame.Progressive, frame.Progressive, frame.Progressive},
	} {
		d := startDecoder(t, t.Context(), "decode well", kind)
		f := frame.New(fakeFormat)
		for i, p := range want {
			if err := d.Read(f); err != nil {
				t.Fatal(err)
			}
			if f.Parity != p || f.Data[0] != byte(i) {
				t.Errorf("%s: picture %d (%d) has parity %d, want %d", kind, i, f.Data[0], f.Parity, p)
			}
		}
		d.Close()
	}
}

func TestCancelEndsAHangingDecoder(t *testing.T) {
	why := errors.New("the person changed their mind")
	ctx, cancel := context.WithCancelCause(t.Context())
	d := startDecoder(t, ctx, "hang", KeepFrames)
	ended := make(chan error, 1)
	go func() { ended <- d.Read(frame.New(fakeFormat)) }()
	cancel(why)
	if err := <-ended; !errors.Is(err, why) {
		t.Errorf("it ended with %v", err)
	}
}

func startEncoder(t *testing.T, ctx context.Context, mode string) *Encoder {
	t.Helper()
	e, err := fakeTools(t, mode).Encode(ctx, EncodeSpec{In: fakeFormat, RateNum: 25, RateDen: 1, Frames: 5, From: HD, To: HD, Width: 4, Height: 2,
		Encoder: "x264", Container: "mkv", Source: "x.avi", Path: "out.mkv"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func TestEncoderTakesAllAndReports(t *testing.T) {
	e := startEncoder(t, t.Context(), "encode well")
	for range 7 {
		if err := e.Write(frame.New(fakeFormat)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Finish(); err != nil {
		t.Fatal(err)
	}
	if want := (Progress{Frame: 7, Size: 7 * fakePicture, Done: true}); e.Progress() != want || e.Written() != 7 {
		t.Errorf("progress %+v, %d written", e.Progress(), e.Written())
	}
	if err := e.Write(frame.New(fakeFormat)); err == nil {
		t.Error("a picture was taken after the end")
	}
}

func TestEncoderGivesItsOwnReason(t *testing.T) {
	open := openFiles(t)
	for _, c := range []struct {
		mode, says string
		full       bool
	}{
		{"encode fails", "it would not", false},
		{"encode gives up", "it ended after", false},
		{"encode disk full", "the disk is full", true},
		{"encode disk full at the end", "the disk is full", true},
		{"encode babbles", "", false},
	} {
		t.Run(c.mode, func(t *testing.T) {
			e := startEncoder(t, t.Context(), c.mode)
			var err error
			for i := 0; err == nil && i < 10000; i++ { // more than a pipe holds
				err = e.Write(frame.New(fakeFormat))
			}
			if err == nil {
				err = e.Finish()
			}
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "encoder")) {
				t.Errorf("it ended with %v", err)
			}
			if errors.Is(err, ErrDiskFull) != c.full {
				t.Errorf("disk full: %v", err)
			}
			e.Close()
		})
	}
	if now := openFiles(t); now > open {
		t.Errorf("%d files are open, %d were before", now, open)
	}
}

func TestCancelEndsAHangingEncoder(t *testing.T) {
	for _, finish := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		e := startEncoder(t, ctx, "hang")
		ended := make(chan error, 1)
		go func() {
			for {
				if err := e.Write(frame.New(fakeFormat)); err != nil {
					ended <- err
					return
				}
				if finish {
					ended <- e.Finish()
					return
				}
			}
		}()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		e.Close()
	}
}

func TestChildrenThatCannotStart(t *testing.T) {
	tools := &Tools{FFmpeg: filepath.Join(t.TempDir(), "gone")}
	if _, err := tools.Decode(t.Context(), DecodeSpec{Path: "x", Out: fakeFormat, RateNum: 1, RateDen: 1}); err == nil || !strings.Contains(err.Error(), "decoder") {
		t.Errorf("decoder: %v", err)
	}
	if _, err := tools.Encode(t.Context(), EncodeSpec{Encoder: "x264", Container: "mkv", RateNum: 1, RateDen: 1, In: fakeFormat}); err == nil || !strings.Contains(err.Error(), "encoder") {
		t.Errorf("encoder: %v", err)
	}
	for _, bad := range []EncodeSpec{{Encoder: "betamax", Container: "mkv"}, {Encoder: "x264", Container: "avi"}} {
		if _, err := tools.Encode(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "known are") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if live := process.Live(); len(live) > 0 {
		t.Errorf("left running: %v", live)
	}
}

// openFiles counts this process's open files, 0 where that can't be known.
func openFiles(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	if r, w, err := os.Pipe(); err == nil { // the runtime's own poller is open from the first pipe on
		r.Close()
		w.Close()
	}
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestPictureRefusesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := fakeTools(t, "decode nothing").Picture(ctx, "x", 0, 3, 4, 2); err == nil || !strings.Contains(err.Error(), "3.0 s") {
		t.Errorf("no picture: %v", err)
	}
	if _, err := fakeTools(t, "decode fails").Picture(ctx, "x", 0, 3, 4, 2); err == nil {
		t.Error("a failing decoder gave a picture")
	}
}
