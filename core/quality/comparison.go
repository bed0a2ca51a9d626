package quality

import (
	"errors"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
)

// Comparison takes all measures of pairs of pictures at once, each on a processor of its own.
type Comparison struct {
	psnr      *PSNR
	ssim      *SSIM
	flicker   *Flicker
	sharpness *Sharpness
	noise     [2]float64 // sums
	noisy     [2]int     // pictures in them
}

// Figures is what a Comparison found: b against the reference a. Measures that could not be taken, and the PSNR of identical pictures, are nil.
type Figures struct {
	Pictures     int        `json:"pictures"`
	PSNR         []*float64 `json:"psnr_db"` // of each plane
	PSNRAll      *float64   `json:"psnr_all_db"`
	PSNRWorst    *float64   `json:"psnr_worst_db"`
	WorstPicture int        `json:"worst_picture"` // of the PSNR, counted from 0
	SSIM         []*float64 `json:"ssim"`
	SSIMAll      *float64   `json:"ssim_all"`
	Flicker      *float64   `json:"flicker"`         // RMS of the difference of the differences, 8-bit codes
	Still        *float64   `json:"flicker_still"`   // RMS change of b where a stands still
	StillA       *float64   `json:"flicker_still_a"` // the same of a
	NoiseA       *float64   `json:"noise_a"`         // deviation in flat areas, 8-bit codes of luma
	NoiseB       *float64   `json:"noise_b"`         // the same of b
	Sharpness    *float64   `json:"sharpness"`       // of b's edges, as a share of a's
}

// NewComparison makes one for frames of one format, each of whose planes must be at least 8x8.
func NewComparison(f frame.Format) (*Comparison, error) {
	var c Comparison
	var errs [4]error
	c.psnr, errs[0] = NewPSNR(f)
	c.ssim, errs[1] = NewSSIM(f)
	c.flicker, errs[2] = NewFlicker(f)
	c.sharpness, errs[3] = NewSharpness(f)
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// Add measures one more pair, in the order of time; a is the reference. It returns a *MismatchError for frames of another format.
func (c *Comparison) Add(a, b *frame.Frame) error {
	var errs [4]error
	var wait sync.WaitGroup
	wait.Go(func() { errs[0] = c.psnr.Add(a, b) })
	wait.Go(func() { errs[1] = c.ssim.Add(a, b) })
	wait.Go(func() { errs[2] = c.flicker.Add(a, b) })
	wait.Go(func() { errs[3] = c.sharpness.Add(a, b) })
	for i, f := range []*frame.Frame{a, b} {
		wait.Go(func() {
			if v, err := Noise(f, 0); err == nil { // small pictures have none
				c.noise[i] += v / float64(uint32(1)<<(f.Depth-8))
				c.noisy[i]++
			}
		})
	}
	wait.Wait()
	return errors.Join(errs[:]...)
}

// Figures are those over all pairs so far.
func (c *Comparison) Figures() Figures {
	worst, at := c.psnr.Worst()
	still, ref := c.flicker.Still()
	return Figures{
		Pictures: c.psnr.Frames(), PSNR: known(c.psnr.Planes()...), PSNRAll: known(c.psnr.Average())[0], PSNRWorst: known(worst)[0], WorstPicture: at,
		SSIM: known(c.ssim.Planes()...), SSIMAll: known(c.ssim.Average())[0],
		Flicker: known(c.flicker.All())[0], Still: known(still)[0], StillA: known(ref)[0],
		NoiseA: known(c.noise[0] / float64(c.noisy[0]))[0], NoiseB: known(c.noise[1] / float64(c.noisy[1]))[0],
		Sharpness: known(c.sharpness.Ratio())[0],
	}
}

// known turns what JSON has no word for into nil.
func known(values ...float64) []*float64 {
	out := make([]*float64, len(values))
	for i, v := range values {
		if isFinite(v) {
			out[i] = &values[i]
		}
	}
	return out
}
