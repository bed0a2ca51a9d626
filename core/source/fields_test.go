package source

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// scene is a picture that moves: soft patches of light over a still texture.
type scene struct {
	width, height int
	dx, dy        float64 // samples a second
	size          float64 // of the patches
}

func (s scene) at(seconds float64, y int, line []byte) {
	for x := range line {
		u, v := (float64(x)+s.dx*seconds)/s.size, (float64(y)+s.dy*seconds)/s.size
		line[x] = byte(128 + 60*math.Sin(u)*math.Cos(v) + 30*math.Sin(u*0.37+v*1.3))
	}
}

const (
	shotTop = iota
	shotBottom
	shotProgressive
	shotFilmTop
	shotFilmBottom
)

// shoot makes frames at 29.97 a second of the kind asked for, with white noise of the given deviation in every sample, and reads them.
func (s scene) shoot(kind, frames, phase int, noise float64, seed uint64) reading {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := newMeter(s.width, s.height)
	luma := make([]byte, s.width*s.height)
	for i := range frames {
		for y := range s.height {
			line := luma[y*s.width : (y+1)*s.width]
			s.at(momentOf(kind, i+phase, y%2 == 0)*1001/60000, y, line)
			if noise > 0 {
				for x := range line {
					line[x] = byte(min(max(float64(line[x])+rng.NormFloat64()*noise, 0), 255))
				}
			}
		}
		m.add(luma)
	}
	return read(m.pairs)
}

// momentOf is the time, in field periods, that a field of frame i shows.
func momentOf(kind, i int, top bool) float64 {
	switch kind {
	case shotProgressive:
		return float64(2 * i)
	case shotTop, shotBottom:
		if top == (kind == shotTop) {
			return float64(2 * i)
		}
		return float64(2*i + 1)
	}
	first := top == (kind == shotFilmTop)
	film := 4*(i/5) + [5]int{0, 1, 1, 2, 3}[i%5] // the field that comes first
	if !first {
		film = 4*(i/5) + [5]int{0, 1, 2, 3, 3}[i%5]
	}
	return float64(film) * 2.5
}

var kindOf = map[int]kind{shotTop: topVideo, shotBottom: bottomVideo, shotProgressive: progressive, shotFilmTop: topFilm, shotFilmBottom: bottomFilm}

func TestEveryKindOfMotionIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(0, 2*math.Pi).Draw(t, "angle")
		speed := rapid.Float64Range(60, 240).Draw(t, "speed")
		s := scene{width: 64, height: 64, dx: speed * math.Cos(angle), dy: speed * math.Sin(angle), size: rapid.Float64Range(8, 20).Draw(t, "size")}
		shot := rapid.IntRange(shotTop, shotFilmBottom).Draw(t, "kind")
		noise := rapid.Float64Range(0, 6).Draw(t, "noise")
		frames := rapid.IntRange(25, 60).Draw(t, "frames")
		r := s.shoot(shot, frames, rapid.IntRange(0, 4).Draw(t, "phase"), noise, rapid.Uint64().Draw(t, "seed"))
		if k := r.kind(); k != kindOf[shot] && !(noise > 4 && (k == nothing || k == unclear)) { // a second of slow motion under loud noise may say nothing, but nothing wrong
			t.Fatalf("read as %d, want %d: %+v", r.kind(), kindOf[shot], r)
		}
	})
}

// Whatever is still, however noisy, must not be taken for anything.
func TestStillNoiseSaysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scene{width: 64, height: 64, size: rapid.Float64Range(4, 30).Draw(t, "size")}
		r := s.shoot(shotTop, rapid.IntRange(2, 75).Draw(t, "frames"), 0, rapid.Float64Range(0, 40).Draw(t, "noise"), rapid.Uint64().Draw(t, "seed"))
		if k := r.kind(); k != nothing {
			t.Fatalf("read as %d: %+v", k, r)
		}
	})
}

func TestNoiseAsLoudAsThePicture(t *testing.T) {
	s := scene{width: 128, height: 128, dx: 150, dy: 20, size: 14}
	for shot, want := range kindOf {
		if r := s.shoot(shot, 75, 2, 30, 7); r.kind() != want {
			t.Errorf("shot %d read as %d, want %d: %+v", shot, r.kind(), want, r)
		}
	}
}

func TestCutsDontLookProgressive(t *testing.T) {
	s := scene{width: 64, height: 64, dx: 120, size: 12}
	m := newMeter(64, 64)
	luma := make([]byte, 64*64)
	for i := range 60 {
		for y := range 64 {
			line := luma[y*64 : (y+1)*64]
			s.at(momentOf(shotTop, i, y%2 == 0)*1001/60000, y, line)
			if i/12%2 == 1 { // another shot: the negative, which differs everywhere
				for x := range line {
					line[x] = 255 - line[x]
				}
			}
		}
		m.add(luma)
	}
	if r := read(m.pairs); r.kind() != topVideo {
		t.Errorf("read as %d: %+v", r.kind(), r)
	}
}

func TestCadenceSurvivesAnEdit(t *testing.T) {
	s := scene{width: 64, height: 64, dx: 130, dy: 40, size: 12}
	m := newMeter(64, 64)
	luma := make([]byte, 64*64)
	for i := range 75 {
		at := i
		if i >= 38 {
			at += 502 // the second shot begins two frames into its cycle
		}
		for y := range 64 {
			s.at(momentOf(shotFilmTop, at, y%2 == 0)*1001/60000, y, luma[y*64:(y+1)*64])
		}
		m.add(luma)
	}
	if r := read(m.pairs); r.kind() != topFilm {
		t.Errorf("read as %d: %+v", r.kind(), r)
	}
}

func TestTinyPicturesAndFewFrames(t *testing.T) {
	for _, size := range [][2]int{{16, 16}, {17, 19}, {333, 21}, {1, 4}} {
		m := newMeter(size[0], size[1])
		for i := range 4 {
			luma := make([]byte, size[0]*size[1])
			for x := range luma {
				luma[x] = byte(x * (i + 3))
			}
			m.add(luma)
			read(m.pairs) // must not fail on what is too little
		}
		if len(m.pairs) != 3 {
			t.Errorf("%v: %d pairs", size, len(m.pairs))
		}
	}
	if r := read(nil); r.kind() != nothing {
		t.Errorf("nothing read as %d", r.kind())
	}
}
