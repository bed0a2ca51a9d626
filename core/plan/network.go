package plan

import (
	"math"
	"strconv"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/temporal"
)

// picture sets what happens at the capture's own size, and chooses the network.
func (p *Plan) picture(in Input) {
	d, r := &p.Decode, in.Recipe
	d.Deblock, d.MaskBottom = r.Picture.Deblock, r.Picture.MaskBottom
	p.Network = Network{Name: recipe.NetworkNone, Scale: 1}
	n := in.Network
	fits := n != nil && r.Upscale.Strength > 0
	if fits && n.FlipBottom && d.Deinterlace != ffmpeg.ToFields {
		fits = false
		p.note("The network %s is made for interlaced tape at field rate; this one is enlarged by the resampler.", n.Name)
	}
	if !fits {
		d.Denoise = denoiseStrengths(r.Picture.Denoise)
		return
	}
	strength, companion := r.Upscale.Strength, n.Meta["companion"]
	if companion == "" {
		companion = denoiseStrengths(50)
	}
	if share := needed(in.Noise); share < 1 && r.Upscale.Network == recipe.NetworkAuto {
		least := gentlest
		if v, err := strconv.ParseFloat(n.Meta["least"], 64); err == nil && v >= 0 && v <= 1 {
			least = v
		}
		strength = max(1, int(math.Round(float64(strength)*(least+(1-least)*share))))
		companion = weaker(companion, share)
		p.note("It has little noise (%s of 255 levels): the network does %s %% of what it can, so that what is sharp stays sharp.", trimFloat(in.Noise), strconv.Itoa(strength))
	}
	p.Network = Network{Name: n.Name, Strength: strength, Engine: in.Engine, Device: in.Device, Batch: in.Batch, Threads: in.Threads, Scale: n.Scale}
	p.Network.Still = still(n, in.Noise, r.Upscale.Strength)
	if n.Companion {
		d.Companion = companion
		p.note("The network %s removes the noise; the denoise setting is not used.", n.Name)
	} else {
		d.Denoise = denoiseStrengths(r.Picture.Denoise)
	}
}

// How much of a network a capture is given by its noise: all of it from noisy on, least of it up to quiet, in proportion between. At the least, pictures
// without any noise come out as near to the plain path as 47 dB, and somewhat better than by it; what the middle gives, docs/quality.md shows.
const (
	quiet, noisy = 0.5, 3.5
	gentlest     = 0.4  // of its strength, where the network does not say other ("tapelight.least")
	weakest      = 0.15 // of its companion's strengths: its base is then the capture itself, nearly
	colourPace   = 2    // colour, which a tape blurs more than noise can hide, comes to the whole strength so much sooner
)

// Up to which change against the picture before, in codes of 255, a place counts as standing still: noise of a capture leaves so much of itself in a
// network's pictures, and more where they are whole, which come half as often and whose network sees fewer of them. Chosen by the bench: docs/quality.md.
const (
	calm         = 0.2
	calmFields   = 0.22 // for each code of noise
	calmPictures = 0.33
	noisiest     = 8 // texture that fills the picture is taken for more
)

// still holds what stands still in the pictures of networks for tape and film, as firmly as the network is asked for. A person's own networks are left alone.
func still(n *neural.Network, noise float64, strength int) temporal.Settings {
	if n.RGB || n.Planes != 3 || n.Scale != 2 {
		return temporal.Settings{}
	}
	rise := calmPictures
	if n.FlipBottom {
		rise = calmFields
	}
	return temporal.Settings{Change: calm + rise*min(noise, noisiest), Weight: float64(strength) / 100}
}

// needed is 0 for captures that are clean, 1 for noisy ones and where noise is 0, which says nothing.
func needed(noise float64) float64 {
	if noise <= 0 {
		return 1
	}
	return min(1, max(0, (noise-quiet)/(noisy-quiet)))
}

// weaker lowers hqdn3d's strengths: luma's and chroma's in space, and in time.
func weaker(strengths string, share float64) string {
	list := strings.Split(strengths, ":")
	for i, s := range list {
		part := share
		if i%2 == 1 {
			part = min(1, colourPace*share)
		}
		if v, err := strconv.ParseFloat(s, 64); err == nil {
			list[i] = trimFloat(max(0.01, v*(weakest+(1-weakest)*part))) // 0 is ffmpeg's way of saying "as usual"
		}
	}
	return strings.Join(list, ":")
}
