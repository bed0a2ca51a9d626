package tape

import "math"

// sampleMHz is the sampling rate of digitised SD video (ITU-R BT.601).
const sampleMHz = 13.5

// machine is a tape machine's faults. Levels are 8-bit codes, lengths are luma samples.
type machine struct {
	lumaMHz     float64 // luma bandwidth; 0 leaves luma as it is
	peaking     float64 // gain of the fine band above 1.2 MHz: ringing
	chromaMHz   float64 // chroma bandwidth; 0 leaves chroma as it is
	chromaDelay int     // chroma samples (two luma samples each) that chroma comes late
	noise       float64 // luma noise, deviation
	noiseWide   bool    // white noise instead of noise smeared along the line
	chromaNoise float64
	jitter      float64 // deviation of the start of a line
	switching   int     // lines of a field, at its bottom, torn by head switching
	dropouts    float64 // mean number in a field
	blanking    int     // black samples at each side
}

var machines = map[Path]machine{
	Sensor: {noise: 1.5, chromaNoise: 1, noiseWide: true},
	Light:  {noise: 1.2, chromaNoise: 1, chromaMHz: 1.3, switching: 6, blanking: 8},
	VHS: {lumaMHz: 3, peaking: 0.45, chromaMHz: 0.5, chromaDelay: 1, noise: 3.5, chromaNoise: 3.5, jitter: 0.25,
		switching: 7, dropouts: 0.12, blanking: 8},
}

// path plays fields through a machine. It is safe for concurrent use.
type path struct {
	machine
	seed                     int
	lumaKernel, chromaKernel []float32
	lumaNoise, chromaNoises  []float32
}

// newPath readies the machine; nil for Clean.
func newPath(p Path, seed int) *path {
	m, ok := machines[p]
	if !ok {
		return nil
	}
	t := &path{machine: m, seed: seed}
	if m.lumaMHz > 0 {
		wide, narrow := lowPass(m.lumaMHz, 8), lowPass(1.2, 8)
		t.lumaKernel = make([]float32, len(wide))
		for i := range wide {
			t.lumaKernel[i] = float32(1+m.peaking)*wide[i] - float32(m.peaking)*narrow[i]
		}
	}
	if m.chromaMHz > 0 {
		t.chromaKernel = gaussian(0.1325 / m.chromaMHz * sampleMHz / 2)
	}
	smear := []float32{1}
	if !m.noiseWide {
		smear = lowPass(2.2, 6)
	}
	t.lumaNoise = noiseTable(seeded(seed, 2), 1<<16, smear)
	t.chromaNoises = noiseTable(seeded(seed, 3), 1<<15, gaussian(5))
	return t
}

// lowPass is a Hamming-windowed sinc with 2n+1 taps and unit gain at DC, for luma samples.
func lowPass(mhz float64, n int) []float32 {
	k := make([]float64, 2*n+1)
	cut, sum := 2*mhz/sampleMHz, 0.0
	for i := range k {
		x := float64(i - n)
		v := 1.0
		if x != 0 {
			v = math.Sin(math.Pi*cut*x) / (math.Pi * cut * x)
		}
		k[i] = v * (0.54 + 0.46*math.Cos(math.Pi*x/float64(n+1)))
		sum += k[i]
	}
	return normal(k, sum)
}

// gaussian is a Gaussian kernel of the given deviation in samples with unit gain at DC. A band of f MHz (-3 dB)
// has a deviation of 0.1325/f microseconds.
func gaussian(sigma float64) []float32 {
	n := int(math.Ceil(3 * sigma))
	k := make([]float64, 2*n+1)
	sum := 0.0
	for i := range k {
		x := float64(i-n) / sigma
		k[i] = math.Exp(-x * x / 2)
		sum += k[i]
	}
	return normal(k, sum)
}

func normal(k []float64, sum float64) []float32 {
	out := make([]float32, len(k))
	for i := range k {
		out[i] = float32(k[i] / sum)
	}
	return out
}

// play sends one field, the n-th of the file, through the machine in place.
func (t *path) play(f *Picture, n int) {
	rows := make([]float32, f.W+64)
	r := seeded(t.seed, 4, n)
	drift := t.jitter * r.gauss()
	var cbNoise, crNoise []float32
	if t.chromaNoise > 0 {
		cbNoise, crNoise = make([]float32, f.CW), make([]float32, f.CW)
	}
	if t.chromaMHz > 0 && t.lumaMHz > 0 {
		blurDown(f.Cb, f.CW, f.H)
		blurDown(f.Cr, f.CW, f.H)
	}
	for y := range f.H {
		luma, cb, cr := f.Y[y*f.W:][:f.W], f.Cb[y*f.CW:][:f.CW], f.Cr[y*f.CW:][:f.CW]
		filterRow(luma, t.lumaKernel, 0, rows)
		filterRow(cb, t.chromaKernel, t.chromaDelay, rows)
		filterRow(cr, t.chromaKernel, t.chromaDelay, rows)
		shift, noise := 0.0, float32(t.noise)
		if t.jitter > 0 {
			drift = 0.9*drift + 0.44*t.jitter*r.gauss()
			shift = 0.7*drift + 0.5*t.jitter*r.gauss()
		}
		if torn := y - (f.H - t.switching); torn >= 0 {
			shift += 6 + 7*float64(torn) + 3*r.gauss()
			noise *= 3
		}
		if shift != 0 {
			shiftRow(luma, shift, rows)
			shiftRow(cb, shift/2, rows)
			shiftRow(cr, shift/2, rows)
		}
		addNoise(luma, t.lumaNoise, noise, r)
		if t.chromaNoise > 0 {
			mixNoise(cb, cbNoise, t.chromaNoises, float32(t.chromaNoise), y == 0, r)
			mixNoise(cr, crNoise, t.chromaNoises, float32(t.chromaNoise), y == 0, r)
		}
		t.blank(luma, cb, cr)
	}
	t.drop(f, r)
}

// blank blackens the sides.
func (t *path) blank(luma, cb, cr []float32) {
	for x := range t.blanking {
		luma[x], luma[len(luma)-1-x] = 16, 16
	}
	for x := range t.blanking / 2 {
		cb[x], cb[len(cb)-1-x], cr[x], cr[len(cr)-1-x] = 128, 128, 128, 128
	}
}

// drop loses the signal for part of a line now and then; never in the strip or the patches, whose truth tests rely on.
func (t *path) drop(f *Picture, r *random) {
	if r.unit() >= t.dropouts {
		return
	}
	from, to := int(0.21*float64(f.H)), int(0.75*float64(f.H))
	y, x, length := from+r.below(to-from), r.below(f.W-60), 30+r.below(120)
	for i := x; i < min(f.W, x+length); i++ {
		f.Y[y*f.W+i] = float32(235 - 60*(i-x)/length + r.below(20))
		f.Cb[y*f.CW+i/2], f.Cr[y*f.CW+i/2] = 128, 128
	}
}

// filterRow convolves a row, repeating its end samples, and moves it right by delay samples.
func filterRow(row, kernel []float32, delay int, tmp []float32) {
	if len(kernel) == 0 {
		return
	}
	n := len(kernel) / 2
	tmp = tmp[:len(row)+2*n]
	for i := range tmp {
		tmp[i] = row[max(0, min(len(row)-1, i-n-delay))]
	}
	for x := range row {
		var v float32
		for j, k := range kernel {
			v += k * tmp[x+j]
		}
		row[x] = v
	}
}

// shiftRow moves a row right by a fraction of samples, cubic, repeating its end samples.
func shiftRow(row []float32, by float64, tmp []float32) {
	whole := int(math.Floor(-by))
	k := cubic(-by - float64(whole))
	tmp = tmp[:len(row)+4]
	for i := range tmp {
		tmp[i] = row[max(0, min(len(row)-1, i+whole-1))]
	}
	for x := range row {
		row[x] = k[0]*tmp[x] + k[1]*tmp[x+1] + k[2]*tmp[x+2] + k[3]*tmp[x+3]
	}
}

// blurDown averages each chroma line with the one above it, as a machine's comb filter does.
func blurDown(plane []float32, w, h int) {
	for i := w*h - 1; i >= w; i-- {
		plane[i] = 0.5 * (plane[i] + plane[i-w])
	}
}

func addNoise(row, table []float32, gain float32, r *random) {
	from := table[r.below(len(table)-len(row)):][:len(row)]
	for x := range row {
		row[x] += gain * from[x]
	}
}

// mixNoise adds chroma noise that also reaches over lines: each line keeps 0.8 of the one above.
func mixNoise(row, above, table []float32, gain float32, first bool, r *random) {
	from := table[r.below(len(table)-len(row)):][:len(row)]
	keep, fresh := float32(0.8), float32(0.6)
	if first {
		keep, fresh = 0, 1
	}
	for x := range row {
		above[x] = keep*above[x] + fresh*from[x]
		row[x] += gain * above[x]
	}
}
