package source

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// standardOf names the television system from a picture's size and frame rate (fields or film frames count too).
func standardOf(width, height int, rate float64) Standard {
	near := func(rates ...float64) bool {
		for _, r := range rates {
			if math.Abs(rate-r) < r*5e-4 {
				return true
			}
		}
		return false
	}
	switch {
	case width > 768:
	case (height == 480 || height == 486 || height == 512 || height == 240) && near(30000./1001, 60000./1001, 24000./1001):
		return NTSC
	case (height == 576 || height == 608 || height == 288) && near(25, 50):
		return PAL
	}
	return Other
}

// aspectOf settles the sample aspect. Square samples at a television size are a capture program's way of not saying, so the full frame is
// taken as 4:3; a size that is 4:3 or wider as it stands is left alone.
func aspectOf(width, height int, std Standard, said Rational) (sar Rational, assumed bool) {
	if said.Den != 0 && said.Num != said.Den {
		return said.Times(1, 1), false
	}
	digital := width == 720 || width == 704 || width == 702 || width == 711
	television := std != Other || (digital && (height == 480 || height == 486 || height == 576)) || (height == 288 && width == 352) || (height == 240 && width == 352)
	shape := float64(width) / float64(height)
	if !television || width > 768 || shape > 1.6 || math.Abs(shape-4./3) < 0.005 {
		return Rational{1, 1}, said.Den == 0
	}
	return Rational{4, 3}.Times(int64(height), int64(width)), true
}

// The colours a standard implies where the file is silent. SMPTE 170M and BT.470 System B/G are what ITU-R BT.601 made of the two analogue
// systems; both are shown through the same transfer curve, which ffmpeg calls smpte170m. Untagged small pictures of no television
// standard come from webcams, which follow JPEG and sRGB: the BT.601 matrix with BT.709 primaries.
func colorOf(s *ffmpeg.ProbeStream, std Standard) Color {
	c := Color{Matrix: s.Matrix, Primaries: s.Primaries, Transfer: s.Transfer, Range: s.Range}
	defaults := Color{Matrix: "smpte170m", Primaries: "bt709", Transfer: "bt709", Range: "tv"}
	isRGB := rgbFormat.MatchString(s.PixFmt)
	switch {
	case std == NTSC:
		defaults = Color{Matrix: "smpte170m", Primaries: "smpte170m", Transfer: "smpte170m", Range: "tv"}
	case std == PAL:
		defaults = Color{Matrix: "bt470bg", Primaries: "bt470bg", Transfer: "smpte170m", Range: "tv"}
	case s.Width >= 1280 || s.Height > 576:
		defaults = Color{Matrix: "bt709", Primaries: "bt709", Transfer: "bt709", Range: "tv"}
	}
	if isRGB {
		defaults.Matrix = "gbr"
	}
	if isRGB || strings.HasPrefix(s.PixFmt, "yuvj") {
		defaults.Range = "pc"
	}
	for _, f := range []struct {
		value *string
		or    string
	}{{&c.Matrix, defaults.Matrix}, {&c.Primaries, defaults.Primaries}, {&c.Transfer, defaults.Transfer}, {&c.Range, defaults.Range}} {
		if *f.value == "" {
			*f.value, c.Assumed = f.or, true
		}
	}
	if isRGB {
		c.Matrix = "gbr"
	}
	return c
}

var (
	rgbFormat   = regexp.MustCompile(`^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8|bayer)`)
	deepFormat  = regexp.MustCompile(`^(?:gray|y|gbra?p|yuva?\d\d\dp|p0|p2|p4|x2rgb|x2bgr|y2)(9|10|12|14|16|f16|f32)(le|be)?$`)
	deep48      = regexp.MustCompile(`^(rgb48|bgr48|rgba64|bgra64|ayuv64)`)
	depthFormat = map[string]int{"v210": 10, "xyz12le": 12, "xyz12be": 12}
)

// depthOf is the bits a sample of a pixel format holds, 8 where its name does not say more.
func depthOf(pixFmt string, bits int) int {
	if d, ok := depthFormat[pixFmt]; ok {
		return d
	}
	if deep48.MatchString(pixFmt) {
		return 16
	}
	if m := deepFormat.FindStringSubmatch(pixFmt); m != nil {
		d, err := strconv.Atoi(m[1])
		if err != nil {
			return 16 // floating point: more than the pipeline carries
		}
		if bits > 8 && bits < d { // 12 bits kept in 16
			return bits
		}
		return d
	}
	return 8
}
