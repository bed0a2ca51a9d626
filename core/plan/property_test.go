package plan_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// anyRecipe draws a valid recipe.
func anyRecipe(t *rapid.T) recipe.Recipe {
	r := recipe.Default()
	pick := func(label string, c ...recipe.Choice) recipe.Choice { return rapid.SampledFrom(c).Draw(t, label) }
	r.Picture.Scan = pick("scan", recipe.ScanAuto, recipe.ScanInterlaced, recipe.ScanProgressive, recipe.ScanTelecine)
	r.Picture.FieldOrder = pick("order", recipe.OrderAuto, recipe.OrderTop, recipe.OrderBottom)
	r.Picture.Rate = pick("rate", recipe.RateFields, recipe.RateFrames)
	r.Picture.Denoise = rapid.IntRange(0, 100).Draw(t, "denoise")
	r.Upscale.Strength = rapid.SampledFrom([]int{0, 50, 100}).Draw(t, "strength")
	r.Upscale.Height = rapid.OneOf(rapid.Just(0), rapid.IntRange(240, 4320)).Draw(t, "height")
	r.Sound.Mode = pick("mode", recipe.SoundAuto, recipe.SoundOff)
	r.Sound.Codec = pick("codec", recipe.CodecAuto, recipe.CodecAAC, recipe.CodecOpus, recipe.CodecFLAC, recipe.CodecPCM, recipe.CodecAC3)
	r.Output.Container = pick("container", recipe.ContainerMKV, recipe.ContainerMP4, recipe.ContainerMOV)
	r.Output.Encoder = rapid.SampledFrom([]string{"x265", "x264", "svtav1", "ffv1", "prores"}).Draw(t, "encoder")
	return r
}

// anySource draws what a file may claim, sensible or not.
func anySource(t *rapid.T, wild bool) *source.Source {
	size, number, seconds := rapid.IntRange(16, 4096), rapid.Int64Range(1, 60000), rapid.Float64Range(-10, 1e5)
	if wild {
		size, number = rapid.OneOf(size, size, size, rapid.IntRange(-5, 1<<40)), rapid.OneOf(number, number, number, number, rapid.Int64Range(-3, 3), rapid.Int64())
		seconds = rapid.OneOf(seconds, seconds, seconds, rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}))
	}
	fraction := func(label string) source.Rational { return ratio(number.Draw(t, label), number.Draw(t, label)) }
	v := &source.Video{Index: rapid.IntRange(0, 9).Draw(t, "index"), Width: size.Draw(t, "w"), Height: size.Draw(t, "h"), PixFmt: rapid.SampledFrom([]string{"yuv420p", "uyvy422", "gbrp", "?"}).Draw(t, "fmt"),
		Rate: fraction("rate"), ContentRate: fraction("content"), SAR: fraction("sar"), Variable: rapid.Bool().Draw(t, "variable"), Rotation: rapid.SampledFrom([]int{0, 90, 180, 270}).Draw(t, "rotation"),
		Frames: rapid.Int64Range(0, 1<<40).Draw(t, "frames"), Start: seconds.Draw(t, "start"), Duration: seconds.Draw(t, "duration"),
		Fields: source.Fields{Scan: rapid.SampledFrom([]source.Scan{source.Interlaced, source.Progressive, source.HardTelecine, source.SoftTelecine, source.Unknown, ""}).Draw(t, "scan"),
			Order: rapid.SampledFrom([]source.FieldOrder{source.TopFirst, source.BottomFirst, source.NoOrder}).Draw(t, "fieldorder"), Ambiguous: rapid.Bool().Draw(t, "ambiguous")}}
	s := &source.Source{Path: rapid.String().Draw(t, "path"), Standard: rapid.SampledFrom([]source.Standard{source.NTSC, source.PAL, source.Other}).Draw(t, "standard"), Video: v}
	for i := range rapid.IntRange(0, 3).Draw(t, "tracks") {
		s.Audio = append(s.Audio, source.Audio{Index: 10 + i, Codec: rapid.SampledFrom([]string{"aac", "pcm_s16le", "?"}).Draw(t, "acodec"), Rate: rapid.IntRange(-1, 400000).Draw(t, "arate"),
			Channels: rapid.IntRange(-1, 64).Draw(t, "channels"), Start: seconds.Draw(t, "astart")})
	}
	return s
}

func anyInput(t *rapid.T, wild bool) plan.Input {
	in := plan.Input{Source: anySource(t, wild), Recipe: anyRecipe(t), Output: "/out/x." + rapid.StringMatching(`[a-z]{0,4}`).Draw(t, "ext")}
	if rapid.Bool().Draw(t, "network") {
		in.Network = &neural.Network{Name: "n", Grid: rapid.IntRange(1, 4).Draw(t, "grid"), Scale: rapid.IntRange(1, 4).Draw(t, "scale"), Companion: rapid.Bool().Draw(t, "companion"), FlipBottom: rapid.Bool().Draw(t, "flip")}
	}
	span := rapid.Float64Range(0, 1e4)
	if wild {
		span = rapid.OneOf(span, span, rapid.Float64())
	}
	in.Start, in.Length = span.Draw(t, "from"), span.Draw(t, "length")
	return in
}

// Whatever is asked of whatever file: a plan that can be carried out, or an error, never a panic.
func TestAnyPlanIsSound(t *testing.T) {
	for _, wild := range []bool{false, true} {
		made, tried := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			tried++
			in := anyInput(t, wild)
			p, err := plan.Make(in)
			if err != nil {
				if p != nil || err.Error() == "" {
					t.Errorf("plan %v beside the error %q", p, err)
				}
				return
			}
			made++
			d, e, v := p.Decode, p.Encode, in.Source.Video
			for name, n := range map[string]int{"decoded width": d.Out.Width, "decoded height": d.Out.Height, "width": e.Width, "height": e.Height, "input width": e.In.Width, "input height": e.In.Height} {
				if n < 2 || n > 16384 || n%2 != 0 {
					t.Errorf("%s is %d", name, n)
				}
			}
			if p.Frames < 1 || e.Frames != p.Frames || d.RateNum < 1 || d.RateDen < 1 || e.RateNum != d.RateNum || e.RateDen != d.RateDen {
				t.Errorf("%d (%d) pictures at %d/%d", p.Frames, e.Frames, d.RateNum, d.RateDen)
			}
			if !(d.Seek >= 0) || !(d.Duration >= 0) || !(e.Seek >= 0) || !(e.Shift <= 0) || math.IsInf(d.Seek+d.Duration+e.Seek+e.Shift, 0) {
				t.Errorf("seek %v, duration %v; %v, shift %v", d.Seek, d.Duration, e.Seek, e.Shift)
			}
			// The shape: what is cropped and padded aside, samples of the source's aspect became square. An even width can be one column off.
			w, h, sar := float64(v.Width), float64(v.Height), v.SAR.Float()
			if v.Rotation%180 == 90 {
				w, h = h, w
				sar = 1 / sar
			}
			if d.CropWidth > 0 {
				w = float64(d.CropWidth)
			}
			if sar <= 0 || v.SAR.Num <= 0 || v.SAR.Den <= 0 || math.IsInf(sar, 0) {
				sar = 1
			}
			w, h = w+float64(d.PadRight), h+float64(d.PadBottom)
			if want := w * sar / h * float64(e.Height); math.Abs(float64(e.Width)-want) > max(0.01*want, 1.001) {
				t.Errorf("%dx%d of %vx%v with %v", e.Width, e.Height, w, h, sar)
			}
			if _, err := d.Args(); err != nil {
				t.Error(err)
			}
			if _, err := e.Args(); err != nil {
				t.Error(err)
			}
			if p.Text() == "" {
				t.Error("nothing to say")
			}
			text, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			var back plan.Plan
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(back.Decode, p.Decode) || !reflect.DeepEqual(back.Encode, p.Encode) || back.Network != p.Network || back.Frames != p.Frames || back.Estimate != p.Estimate || back.Partial != p.Partial {
				t.Errorf("it comes back changed:\n%+v\n%+v", *p, back)
			}
		})
		// Of the sensible three in ten can be planned, of the wild one in thirty: few tries may hit none.
		if t.Logf("wild %v: %d of %d could be planned", wild, made, tried); made == 0 && tried >= 500 {
			t.Errorf("wild %v: none of %d could be planned", wild, tried)
		}
	}
}
