package temporal_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/temporal"
)

var small = frame.Format{Width: 224, Height: 144, Chroma: frame.YUV420, Depth: 10}

// scene is picture t of the one of resources/models/training/temporal.py.
func scene(t int) *frame.Frame {
	f := frame.New(small)
	noise := func(x, y, k int) int {
		v := uint64(x*7919+y*104729+(t+1)*1299709+k*15485863) * 2654435761 % 4294967296
		return int(v>>16)%33 - 16
	}
	for p := range 3 {
		w, h := small.PlaneSize(p)
		for y := range h {
			for x := range w {
				v := 512 + noise(x, y, p)
				switch {
				case p == 0:
					v = 400 + (x*3+y*2)%64 + noise(x, y, 0)
					if x > 8*t+120 && x < 8*t+150 {
						v += 200
					}
					if t >= 5 {
						v += 150
					}
				case y < 20 && t >= 2:
					v += 40
				}
				binary.LittleEndian.PutUint16(f.Plane(p)[2*(y*w+x):], uint16(v))
			}
		}
	}
	return f
}

// The filter is held to what the bench measures, sample by sample. resources/models/training/temporal.py --golden writes the file.
func TestTheBenchsFilter(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var want [][3]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	filter, err := temporal.New(small, temporal.Settings{Change: 0.75, Weight: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	for i, sums := range want {
		f := scene(i)
		filter.Apply(f)
		for p, sum := range sums {
			got := sha256.Sum256(f.Plane(p))
			if hex.EncodeToString(got[:]) != sum {
				t.Errorf("picture %d, plane %d is not what temporal.py makes", i, p)
			}
		}
	}
}
