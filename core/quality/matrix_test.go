package quality_test

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/quality"
)

func flatPicture(c frame.Chroma, y, u, v uint16) *frame.Frame {
	f := frame.New(frame.Format{Width: 16, Height: 16, Chroma: c, Depth: 8})
	for p, code := range []uint16{y, u, v} {
		w, h := f.PlaneSize(p)
		for i := range w * h {
			set(f, p, i%w, i/w, code)
		}
	}
	return f
}

// TestConvert holds colour bars of 75 % against the codes that BT.601 and BT.709 give them.
func TestConvert(t *testing.T) {
	for name, c := range map[string][2][3]uint16{
		"grey":   {{126, 128, 128}, {126, 128, 128}},
		"yellow": {{162, 44, 142}, {168, 44, 136}},
		"green":  {{112, 72, 58}, {134, 63, 52}},
		"red":    {{65, 100, 212}, {51, 109, 212}},
		"blue":   {{35, 212, 114}, {28, 212, 120}},
	} {
		for _, chroma := range []frame.Chroma{frame.YUV420, frame.YUV422, frame.YUV444} {
			sd, hd := flatPicture(chroma, c[0][0], c[0][1], c[0][2]), flatPicture(chroma, c[1][0], c[1][1], c[1][2])
			for _, way := range []struct {
				a, b     *frame.Frame
				from, to quality.Matrix
			}{{sd, hd, quality.BT601, quality.BT709}, {hd, sd, quality.BT709, quality.BT601}} {
				got, err := quality.Convert(way.a, way.from, way.to)
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range got.Data {
					if math.Abs(float64(v)-float64(way.b.Data[i])) > 1 {
						t.Fatalf("%s %v: byte %d is %d, want %d", name, chroma, i, v, way.b.Data[i])
					}
				}
			}
		}
	}
	if _, err := quality.Convert(frame.New(frame.Format{Width: 8, Height: 8, Chroma: frame.RGB, Depth: 8}), quality.BT601, quality.BT709); err == nil {
		t.Error("RGB was converted")
	}
	if quality.MatrixOf("bt709") != quality.BT709 || quality.MatrixOf("smpte170m") != quality.BT601 {
		t.Error("the names are mixed up")
	}
}
