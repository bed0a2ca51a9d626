package ffmpeg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
)

// rawClip stores frames as they are.
func rawClip(t *testing.T, tools *Tools, pixFmt string, w, h int, raw []byte, more ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "raw.nut")
	args := []string{"-v", "error", "-f", "rawvideo", "-pix_fmt", pixFmt, "-s", fmt.Sprintf("%dx%d", w, h), "-r", "25", "-i", "pipe:0", "-c:v", "rawvideo"}
	cmd := exec.CommandContext(t.Context(), tools.FFmpeg, append(append(args, more...), path)...)
	cmd.Stdin = bytes.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

func decodeReal(t *testing.T, tools *Tools, s DecodeSpec) (all []*frame.Frame) {
	t.Helper()
	d, err := tools.Decode(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for {
		f := frame.New(s.Out)
		if err := d.Read(f); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
}

// at is a sample's 10-bit code.
func at(f *frame.Frame, plane, x, y int) int {
	w, _ := f.PlaneSize(plane)
	b := f.Plane(plane)[2*(y*w+x):]
	return int(b[0]) | int(b[1])<<8
}

func near(got, want, tolerance int) bool { return got-want <= tolerance && want-got <= tolerance }

func specFor(path, pixFmt string, w, h int) DecodeSpec {
	return DecodeSpec{Path: path, PixFmt: pixFmt, Deinterlace: KeepFrames, RateNum: 25, RateDen: 1, Out: frame.Format{Width: w, Height: h, Chroma: frame.YUV420, Depth: 10}}
}

// evenly is a picture of one colour; U and V may differ by line.
func evenly(pixFmt string, w, h int, y byte, u func(line int) byte) []byte {
	var b []byte
	row := func(n int, v byte) { b = append(b, bytes.Repeat([]byte{v}, n)...) }
	cw, ch := w/2, h
	switch pixFmt {
	case "uyvy422":
		for line := range h {
			for range w / 2 {
				b = append(b, u(line), y, 128, y)
			}
		}
		return b
	case "yuv411p":
		cw = w / 4
	case "yuv440p":
		cw, ch = w, h/2
	case "yuv420p", "nv12":
		ch = h / 2
	case "yuv444p":
		cw = w
	}
	for range h {
		row(w, y)
	}
	if pixFmt == "nv12" {
		for line := range ch {
			for range cw {
				b = append(b, u(line), 128)
			}
		}
		return b
	}
	for line := range ch {
		row(cw, u(line))
	}
	row(cw*ch, 128)
	return b
}

// Each field has a colour of its own, steadily changing: every picture must show its field's, whatever the layout of the chroma. Chroma that
// was resampled across the two fields would lie half a step off.
func TestColoursStayInTheirField(t *testing.T) {
	tools := installed(t)
	const w, h, frames, step = 64, 48, 6, 8
	for _, pixFmt := range []string{"yuv420p", "nv12", "yuv422p", "uyvy422", "yuv411p", "yuv440p", "yuv444p"} {
		for _, bottomFirst := range []bool{false, true} {
			var raw []byte
			for i := range frames {
				raw = append(raw, evenly(pixFmt, w, h, 100, func(line int) byte {
					field := 2 * i
					if (line%2 == 1) != bottomFirst {
						field++
					}
					return byte(80 + step*field)
				})...)
			}
			s := specFor(rawClip(t, tools, pixFmt, w, h, raw), pixFmt, w, h)
			s.Deinterlace, s.BottomFirst = ToFields, bottomFirst
			all := decodeReal(t, tools, s)
			if len(all) != 2*frames {
				t.Fatalf("%s: %d pictures of %d frames", pixFmt, len(all), frames)
			}
			for i, f := range all[1 : len(all)-1] { // the ends have neighbours on one side only
				for y := 4; y < h/2-4; y++ {
					if got, want := at(f, 1, w/4, y), 4*(80+step*(i+1)); !near(got, want, step) {
						t.Fatalf("%s, bottom first %v: picture %d has U %d in line %d, want %d", pixFmt, bottomFirst, i+1, got, y, want)
					}
				}
			}
		}
	}
}

func TestPictureCounts(t *testing.T) {
	tools := installed(t)
	path := func(n int, filter string) string {
		p := filepath.Join(t.TempDir(), "counts.nut")
		out, err := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=128x96:r=24000/1001", "-vf", filter, "-frames:v", fmt.Sprint(n), "-c:v", "rawvideo", p).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return p
	}
	for _, n := range []int{1, 2, 7} {
		p := path(n, "null")
		for kind, want := range map[Deinterlace]int{KeepFrames: n, ToFields: 2 * n, ToFrames: n} {
			s := specFor(p, "yuv420p", 128, 96)
			s.Deinterlace = kind
			if got := len(decodeReal(t, tools, s)); got != want {
				t.Errorf("%d frames, %s: %d pictures, want %d", n, kind, got, want)
			}
		}
	}
	for _, n := range []int{5, 10, 11, 12, 13, 14, 25} {
		s := specFor(path(n, "telecine=pattern=23"), "yuv420p", 128, 96)
		s.Deinterlace = ToFilm
		if got, want := len(decodeReal(t, tools, s)), n-n/5; got != want {
			t.Errorf("%d frames, film: %d pictures, want %d", n, got, want)
		}
	}
}

func TestOddSizesRepeatTheEdge(t *testing.T) {
	tools := installed(t)
	const w, h = 63, 47
	raw := make([]byte, 0, w*h*3)
	for p := range 3 {
		for y := range h {
			for x := range w {
				raw = append(raw, byte(60+40*p+x/2+y/2))
			}
		}
	}
	s := specFor(rawClip(t, tools, "yuv444p", w, h, raw), "yuv444p", w+1, h+1)
	s.PadRight, s.PadBottom = 1, 1
	all := decodeReal(t, tools, s)
	if len(all) != 1 {
		t.Fatalf("%d pictures", len(all))
	}
	f := all[0]
	for y := range h {
		if at(f, 0, w, y) != at(f, 0, w-1, y) {
			t.Fatalf("line %d ends %d, %d", y, at(f, 0, w-1, y), at(f, 0, w, y))
		}
	}
	for x := range w + 1 {
		if at(f, 0, x, h) != at(f, 0, x, h-1) {
			t.Fatalf("column %d ends %d, %d", x, at(f, 0, x, h-1), at(f, 0, x, h))
		}
	}
	for p := 1; p < 3; p++ {
		if got, want := at(f, p, w/2, h/2), 4*(60+40*p+w/2+h/2); !near(got, want, 12) {
			t.Errorf("plane %d ends at %d, want about %d", p, got, want)
		}
	}
}

func TestLevelsAndMatrix(t *testing.T) {
	tools := installed(t)
	const w, h = 32, 16
	flat := func(v ...byte) []byte {
		var b []byte
		for _, v := range v {
			b = append(b, bytes.Repeat([]byte{v}, w*h)...)
		}
		return b
	}
	for _, c := range []struct {
		name, pixFmt string
		full         bool
		raw          []byte
		want         [3]int
	}{
		{"limited", "yuv444p", false, flat(235, 90, 240), [3]int{940, 360, 960}},
		{"full white", "yuvj444p", true, flat(255, 128, 128), [3]int{940, 512, 512}},
		{"full black", "yuvj444p", true, flat(0, 128, 128), [3]int{64, 512, 512}},
		{"full colour", "yuvj444p", true, flat(76, 85, 255), [3]int{325, 361, 960}},
		{"gray, full by ffmpeg's convention", "gray", false, flat(126), [3]int{497, 512, 512}},
		{"red as RGB", "rgb24", true, bytes.Repeat([]byte{255, 0, 0}, w*h), [3]int{326, 361, 960}}, // ITU-R BT.601: Y' 81.5, Cb 90.2, Cr 240
		{"white as RGB", "gbrp", false, flat(255, 255, 255), [3]int{940, 512, 512}},
	} {
		s := specFor(rawClip(t, tools, c.pixFmt, w, h, c.raw), c.pixFmt, w, h)
		s.FullRange = c.full
		all := decodeReal(t, tools, s)
		if len(all) != 1 {
			t.Fatalf("%s: %d pictures", c.name, len(all))
		}
		for p, want := range c.want {
			if got := at(all[0], p, 5, 5); !near(got, want, 4) {
				t.Errorf("%s: plane %d is %d, want %d", c.name, p, got, want)
			}
		}
	}
}

func TestEveryTreatmentIsTaken(t *testing.T) {
	tools := installed(t)
	path := filepath.Join(t.TempDir(), "in.mkv")
	clip(t, tools, path, "-c:v", "ffv1", "-pix_fmt", "yuv422p")
	for _, kind := range []Deinterlace{KeepFrames, ToFields, ToFrames, ToFilm} {
		s := specFor(path, "yuv422p", 96, 192)
		s.Deinterlace, s.CropWidth, s.Deblock, s.MaskBottom, s.Denoise, s.Companion = kind, 96, true, 10, "2:1.5:3:2.25", "4:3:6:4.5"
		s.Constant, s.RateNum, s.RateDen, s.Seek, s.Duration, s.Threads, s.FullRange = true, 50, 1, 0.08, 0.24, 1, true
		all := decodeReal(t, tools, s)
		if len(all) < 10 || len(all) > 13 { // 0.24 s at a forced 50 a second
			t.Errorf("%s: %d pictures", kind, len(all))
		}
		f := all[len(all)/2]
		for y := 86; y < 96; y++ {
			if at(f, 0, 40, y) != 64 || at(f, 0, 40, 96+y) != 64 || at(f, 1, 20, y/2) != 512 {
				t.Errorf("%s: line %d is %d, of the companion %d", kind, y, at(f, 0, 40, y), at(f, 0, 40, 96+y))
			}
		}
		if at(f, 0, 40, 80) == 64 && at(f, 0, 60, 80) == 64 {
			t.Errorf("%s: more is covered than was asked for", kind)
		}
	}
}
