package core

import (
	"context"
	"fmt"
	"time"

	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
)

// Estimate is what a recipe will take on a tape.
type Estimate struct {
	Time     time.Duration // to run, measuring the capture left out
	Size     int64         // bytes of the output
	Memory   uint64        // bytes of the whole process tree
	Frames   int64         // pictures of the output
	FPS      float64       // pictures a second that the run will make
	Basis    Basis         // where Time comes from
	Measured bool          // Size is corrected by earlier runs with this encoder
	Words    string        // "About 2 hours, 3.4 GB", for people
}

// Basis tells what an estimate's time rests on.
type Basis string

const (
	BasisMeasured Basis = "measured" // all stages were timed in earlier runs on this machine
	BasisPartly   Basis = "partly"   // some were, the others are reckoned
	BasisReckoned Basis = "reckoned" // from what a usual machine of as many cores does: right within a factor of two or three
)

// What stages cost where nothing was measured, on a core of 2020's: see docs/performance.md. Processor seconds for a million samples decoded, a billion
// multiply-adds (all cores of a machine share them), a million samples encoded.
const (
	usualDecode  = 0.014
	usualDenoise = 0.008
	usualDeblock = 0.004
	usualMACs    = 0.019 // times the cores that work on it
	usualGPU     = 0.0002
	usualRatio   = 1.1
)

// usualEncode is by encoder and speed: fast, medium, slow.
var usualEncode = map[string][3]float64{"x265": {0.085, 0.187, 0.6}, "x264": {0.03, 0.08, 0.16}, "svtav1": {0.06, 0.15, 0.6}, "ffv1": {0.05, 0.05, 0.05},
	"prores": {0.06, 0.06, 0.06}}

// usualHardware is for all hardware encoders: seconds of the device, scaling included.
const usualHardware = 0.006

// Estimate foresees what req takes. Once the capture has been probed it takes about a millisecond, so that it can be called on every change of the
// recipe; the sound is not measured and the encoder not tried.
func (s *Service) Estimate(ctx context.Context, req Request) (e Estimate, err error) {
	defer s.guard(req.Path, &err)
	req.Quick = true
	p, _, err := s.previewPlan(ctx, req)
	if err != nil {
		return Estimate{}, ended(ctx, named(req.Path, err))
	}
	return s.estimate(p), nil
}

func (s *Service) estimate(p *plan.Plan) Estimate {
	known := s.previews().speeds
	decode, network, encode := units(p)
	measured, stages := 0, 2
	cost := func(key string, usual float64) float64 {
		if c, ok := known.cost(key); ok {
			measured++
			return c
		}
		return usual
	}
	d := decode * cost(decodeKey(p), usualDecoding(p))
	e := encode * cost(encodeKey(p), usualEncoding(p))
	n := 0.0
	if p.Network.Name != recipe.NetworkNone {
		stages++
		usual := usualGPU
		if p.Network.Engine == "cpu" {
			usual = usualMACs / float64(known.cores)
		}
		n = network * cost(networkKey(p), usual)
	}
	takes := bound(p, d, n, e, known.cores)
	if ratio, ok := known.cost(ratioKey(p)); ok && measured == stages {
		takes *= ratio
	} else {
		takes *= usualRatio
	}
	out := Estimate{Time: seconds(min(takes, 1e9)), Size: p.Estimate.Size, Memory: p.Estimate.Memory, Frames: p.Frames, Basis: BasisPartly}
	if takes > 0 {
		out.FPS = float64(p.Frames) / takes
	}
	switch measured {
	case stages:
		out.Basis = BasisMeasured
	case 0:
		out.Basis = BasisReckoned
	}
	if ratio, ok := known.cost(sizeKey(p)); ok {
		out.Size, out.Measured = int64(float64(out.Size)*ratio), true
	}
	out.Words = fmt.Sprintf("About %s, %s", spell(out.Time), Bytes(out.Size))
	return out
}

func usualDecoding(p *plan.Plan) float64 {
	c := usualDecode
	if p.Decode.Denoise != "" || p.Decode.Companion != "" {
		c += usualDenoise
	}
	if p.Decode.Companion != "" { // the units count the companion's samples too
		c /= 2
	}
	if p.Decode.Deblock {
		c += usualDeblock
	}
	return c
}

func usualEncoding(p *plan.Plan) float64 {
	if c, ok := usualEncode[p.Encode.Encoder]; ok {
		return c[min(max(0, int(p.Encode.Speed)), 2)]
	}
	return usualHardware
}

// spell writes a duration that is known roughly in words, as exactly as that.
func spell(d time.Duration) string {
	count := func(n int, one string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %ss", n, one)
	}
	switch m := d.Minutes(); {
	case d < 50*time.Second:
		return "a minute"
	case m < 90:
		return count(int(m+0.5), "minute")
	case m < 10*60:
		half := int(m/30 + 0.5)
		if half%2 == 1 {
			return fmt.Sprintf("%d½ hours", half/2)
		}
		return count(half/2, "hour")
	case m < 48*60:
		return count(int(m/60+0.5), "hour")
	default:
		return count(int(m/60/24+0.5), "day")
	}
}
