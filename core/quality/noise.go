package quality

import (
	"fmt"
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/frame"
)

const noiseBlock = 8

// Noise estimates the standard deviation of the noise in one plane of a frame, in sample values. It looks at the flattest quarter of the
// blocks of 8x8 samples, and there takes the mean response of the Laplacian difference mask, which neither even areas nor ramps excite
// (J. Immerkær, "Fast Noise Variance Estimation", 1996). It assumes noise that neighbouring samples don't share: what a denoiser or a
// scaler has smoothed reads low. A plane must be at least 40x40.
func Noise(f *frame.Frame, plane int) (float64, error) {
	if err := f.Validate(); err != nil {
		return 0, err
	}
	if plane < 0 || plane >= f.Chroma.Planes() || len(f.Data) != f.Bytes() {
		return 0, fmt.Errorf("a frame of %v and %d bytes has no plane %d", f.Format, len(f.Data), plane)
	}
	w, h := f.PlaneSize(plane)
	across, down := w/noiseBlock, h/noiseBlock
	if across < 5 || down < 5 {
		return 0, fmt.Errorf("noise can't be told from %dx%d samples: 40x40 are the least", w, h)
	}
	lines := make([][]int32, h)
	for y := range lines {
		lines[y] = make([]int32, w)
		row(lines[y], f.Plane(plane), y, w, f.SampleBytes())
	}
	means, responses := scan(lines, across, down)
	type block struct{ unevenness, response float64 }
	var blocks []block
	for by := 2; by < down-2; by++ {
		for bx := 2; bx < across-2; bx++ {
			// How even a block is, is told by its neighbours: their means, in which noise has averaged out, tell slopes, their responses
			// texture. By its own samples, the choice would favour blocks whose noise happens to be low.
			steep := math.Abs(means[by][bx-1]-means[by][bx+1]) + math.Abs(means[by-1][bx]-means[by+1][bx])
			texture := -responses[by][bx]
			for _, line := range responses[by-1 : by+2] {
				texture += line[bx-1] + line[bx] + line[bx+1]
			}
			blocks = append(blocks, block{steep + texture/8, responses[by][bx]})
		}
	}
	slices.SortFunc(blocks, func(a, b block) int {
		switch {
		case a.unevenness < b.unevenness:
			return -1
		case a.unevenness > b.unevenness:
			return 1
		}
		return 0
	})
	flat := blocks[:max(1, len(blocks)/4)]
	var sum float64
	for _, b := range flat {
		sum += b.response
	}
	// For normal noise the mask's response has 6 times its deviation (the root of the sum of the squared mask), and the mean of the
	// absolute value is sqrt(2/pi) of that.
	return math.Sqrt(math.Pi/2) / 6 * sum / float64(len(flat)), nil
}

// scan gives each block's mean and, for those that don't touch the edge, its mean response.
func scan(lines [][]int32, across, down int) (means, responses [][]float64) {
	for by := range down {
		mean, resp := make([]float64, across), make([]float64, across)
		for bx := range across {
			var sum int64
			for _, line := range lines[by*noiseBlock : (by+1)*noiseBlock] {
				for _, v := range line[bx*noiseBlock : (bx+1)*noiseBlock] {
					sum += int64(v)
				}
			}
			mean[bx] = float64(sum) / (noiseBlock * noiseBlock)
			if bx > 0 && by > 0 && bx < across-1 && by < down-1 {
				resp[bx] = response(lines, bx*noiseBlock, by*noiseBlock)
			}
		}
		means, responses = append(means, mean), append(responses, resp)
	}
	return means, responses
}

// response is the mean absolute response in the block at x, y, which must not touch the plane's edge.
func response(lines [][]int32, x, y int) float64 {
	var sum int64
	for j := y; j < y+noiseBlock; j++ {
		up, mid, down := lines[j-1], lines[j], lines[j+1]
		for i := x; i < x+noiseBlock; i++ {
			v := up[i-1] + up[i+1] + down[i-1] + down[i+1] - 2*(up[i]+mid[i-1]+mid[i+1]+down[i]) + 4*mid[i]
			sum += int64(max(v, -v))
		}
	}
	return float64(sum) / (noiseBlock * noiseBlock)
}
