package audio

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var sine = sync.OnceValue(func() []float64 {
	t := make([]float64, 1<<14+1)
	for i := range t {
		t[i] = math.Sin(2 * math.Pi * float64(i) / (1 << 14))
	}
	return t
})

// tone adds a sine with a phase in turns.
func tone(x []float64, rate int, hz, amplitude, phase float64) {
	table := sine()
	step := hz / float64(rate)
	for i := range x {
		p := phase + step*float64(i)
		p = (p - math.Floor(p)) * (1 << 14)
		j := int(p)
		x[i] += amplitude * (table[j] + (table[j+1]-table[j])*(p-float64(j)))
	}
}

// speech is syllables of a gliding voice with formants, hissing consonants, and pauses of true silence between phrases.
func speech(rate int, seconds float64, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, int(seconds*float64(rate)))
	table := sine()
	at := rate / 5
	for at < len(x) {
		syllables := 4 + rng.IntN(6)
		for range syllables {
			n := int((0.12 + 0.14*rng.Float64()) * float64(rate))
			if at+n > len(x) {
				return x
			}
			pitch, glide := 100+50*rng.Float64(), -20+40*rng.Float64()
			f1, f2 := 300+400*rng.Float64(), 900+1300*rng.Float64()
			for h := 1; h <= 28 && float64(h)*pitch < 0.4*float64(rate); h++ {
				f := float64(h) * pitch
				a := 0.16/float64(h) + 0.12*math.Exp(-math.Pow((f-f1)/130, 2)) + 0.06*math.Exp(-math.Pow((f-f2)/200, 2)) + 0.01*math.Exp(-math.Pow((f-2700)/300, 2))
				phase := rng.Float64()
				for i := range n {
					s := float64(i) / float64(n)
					phase += float64(h) * (pitch + glide*s) / float64(rate)
					p := (phase - math.Floor(phase)) * (1 << 14)
					e := math.Sin(math.Pi * s)
					x[at+i] += a * e * e * table[int(p)]
				}
			}
			at += n
			if rng.IntN(3) == 0 {
				n := int(0.07 * float64(rate))
				if at+n > len(x) {
					return x
				}
				var last float64
				for i := range n {
					v := rng.NormFloat64()
					x[at+i] += 0.02 * (v - 0.8*last) * math.Pow(math.Sin(math.Pi*float64(i)/float64(n)), 2)
					last = v
				}
				at += n
			}
		}
		at += int((0.25 + 0.6*rng.Float64()) * float64(rate))
	}
	return x
}

// music is chords of decaying notes with overtones, a new chord every 0.6 s, without any pause.
func music(rate int, seconds float64, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 2))
	x := make([]float64, int(seconds*float64(rate)))
	beat := int(0.6 * float64(rate))
	roots := []int{0, 5, 7, 9, 2, 4}
	for at := 0; at < len(x); at += beat {
		root := roots[rng.IntN(len(roots))]
		for _, note := range []int{root - 24, root, root + 4, root + 7, root + 12 + rng.IntN(5)} {
			hz := 220 * math.Pow(2, float64(note)/12)
			n := min(2*beat, len(x)-at)
			part := make([]float64, n)
			for h := 1; h <= 8 && hz*float64(h) < 0.4*float64(rate); h++ {
				tone(part, rate, hz*float64(h), 0.06/math.Pow(float64(h), 1.3), rng.Float64())
			}
			for i, v := range part {
				e := math.Exp(-2.5 * float64(i) / float64(rate))
				e *= min(1, float64(i)/(0.008*float64(rate)))
				e *= min(1, float64(2*beat-i)/(0.05*float64(rate)))
				x[at+i] += v * e
			}
		}
	}
	return x
}

// hiss adds white noise of rms.
func hiss(x []float64, rms float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	for i := range x {
		x[i] += rms * rng.NormFloat64()
	}
}

// hum adds a series with falling amplitudes; levels of its harmonics are rms dBFS.
func hum(x []float64, rate int, fundamental float64, levels map[int]float64) {
	for k, level := range levels {
		tone(x, rate, float64(k)*fundamental, math.Sqrt2*math.Pow(10, level/20), 0.1*float64(k))
	}
}

// crackle adds impulses at a rate per minute and returns where.
func crackle(x []float64, rate int, perMinute float64, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 4))
	var at []int
	step := 60 / perMinute * float64(rate)
	for p := 0.5 * step; int(p)+3 < len(x); p += step * (0.6 + 0.8*rng.Float64()) {
		i := int(p)
		a := 0.35 + 0.3*rng.Float64()
		if rng.IntN(2) == 0 {
			a = -a
		}
		x[i] += a
		x[i+1] -= 0.5 * a
		at = append(at, i)
	}
	return at
}

func rms(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s / float64(len(x)))
}

func dbRMS(x []float64) float64 { return 20 * math.Log10(rms(x)+1e-12) }

// interleave makes float32 samples of channels.
func interleave(channels ...[]float64) []float32 {
	out := make([]float32, 0, len(channels)*len(channels[0]))
	for i := range channels[0] {
		for _, c := range channels {
			out = append(out, float32(c[i]))
		}
	}
	return out
}

// memory is a Reader over samples that gives them in odd portions.
type memory struct{ x []float32 }

func (m *memory) Read(dst []float32) (int, error) {
	if len(m.x) == 0 {
		return 0, io.EOF
	}
	n := copy(dst[:min(len(dst), 3001)], m.x)
	m.x = m.x[n:]
	return n, nil
}

func measured(t testing.TB, rate int, channels ...[]float64) *Report {
	t.Helper()
	r, err := Measure(t.Context(), &memory{interleave(channels...)}, rate, len(channels))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tools(t testing.TB) *ffmpeg.Tools {
	t.Helper()
	tl, err := ffmpeg.Find(t.Context(), "")
	var missing *ffmpeg.MissingError
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// writeWAV writes 32-bit float samples.
func writeWAV(t testing.TB, rate, channels int, x []float32) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.wav")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	put := func(v any) { binary.Write(w, binary.LittleEndian, v) }
	size := uint32(len(x) * 4)
	w.WriteString("RIFF")
	put(36 + size)
	w.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{3, uint16(channels)})
	put([]uint32{uint32(rate), uint32(rate * channels * 4)})
	put([]uint16{uint16(channels * 4), 32})
	w.WriteString("data")
	put(size)
	put(x)
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// through runs a file through filters in ffmpeg and returns the channels, and the decoder's processor time.
func through(t testing.TB, path string, rate, channels int, filters []ffmpeg.Filter) ([][]float64, time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := tools(t).PCM(ctx, path, 0, ffmpeg.PCMSpec{Rate: rate, Filters: filters})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := make([][]float64, channels)
	buf := make([]float32, 1<<16)
	i := 0
	for {
		n, err := r.Read(buf)
		for _, v := range buf[:n] {
			out[i%channels] = append(out[i%channels], float64(v))
			i++
		}
		if err == io.EOF {
			return out, r.CPU()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// apply plans and runs the repair of channels as they stand.
func apply(t testing.TB, rate int, s Settings, channels ...[]float64) ([][]float64, []Step, *Report) {
	t.Helper()
	r := measured(t, rate, channels...)
	repair := Chain(r, s, nil)
	return repaired(t, rate, repair, channels...), repair.Steps, r
}

// repaired runs a repair as a restoration does.
func repaired(t testing.TB, rate int, repair Repair, channels ...[]float64) [][]float64 {
	t.Helper()
	out := channels
	if p := repair.Program; p != nil {
		if len(p.Before) > 0 {
			out, _ = through(t, writeWAV(t, rate, len(out), interleave(out...)), rate, len(out), p.Before)
		}
		out = processed(t, p, out...)
	}
	if len(repair.Filters) > 0 {
		out, _ = through(t, writeWAV(t, rate, len(out), interleave(out...)), rate, len(out), repair.Filters)
	}
	if len(out) == 0 || &out[0] == &channels[0] { // as a file would give them
		out = nil
		for _, c := range channels {
			o := make([]float64, len(c))
			for i, v := range c {
				o[i] = float64(float32(v))
			}
			out = append(out, o)
		}
	}
	return out
}

// processed runs a program.
func processed(t testing.TB, p *Program, channels ...[]float64) [][]float64 {
	t.Helper()
	out := make([][]float64, len(channels))
	err := p.Process(t.Context(), &memory{interleave(channels...)}, func(x []float32) error {
		for i, v := range x {
			c := i % len(out)
			out[c] = append(out[c], float64(v))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// level of the sine at hz in x, RMS dBFS, through a window that leaves neighbours 2 Hz away out.
func level(x []float64, rate int, hz float64) float64 {
	var re, im, sum float64
	n := float64(len(x))
	for i, v := range x {
		w := 0.42 - 0.5*math.Cos(2*math.Pi*float64(i)/n) + 0.08*math.Cos(4*math.Pi*float64(i)/n)
		s, c := math.Sincos(2 * math.Pi * math.Mod(hz*float64(i)/float64(rate), 1))
		re, im, sum = re+w*v*c, im+w*v*s, sum+w
	}
	return 10 * math.Log10(2*(re*re+im*im)/(sum*sum)+1e-20)
}
