package source

import (
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

func TestVerdicts(t *testing.T) {
	counts := func(tff, bff, prog, none int) ffmpeg.IdetStats {
		return ffmpeg.IdetStats{Multi: ffmpeg.IdetCounts{TFF: tff, BFF: bff, Progressive: prog, Undetermined: none}}
	}
	of := func(k kind, frames float64, more ...float64) (a [kinds]float64) {
		a[k] = frames
		for i := 0; i+1 < len(more); i += 2 {
			a[kind(more[i])] = more[i+1]
		}
		return a
	}
	saysTop, saysBottom, saysWhole := claim{scan: Interlaced, order: TopFirst}, claim{scan: Interlaced, order: BottomFirst}, claim{scan: Progressive}
	soft := claim{scan: SoftTelecine, soft: 0.5}
	for _, c := range []struct {
		name             string
		tally            tally
		setting          setting
		scan             Scan
		order            FieldOrder
		ambiguous, mixed bool
		note             string
	}{
		{"as claimed", tally{of: of(topVideo, 800)}, setting{claim: saysTop}, Interlaced, TopFirst, false, false, ""},
		{"wrong order", tally{of: of(topVideo, 800)}, setting{claim: saysBottom}, Interlaced, TopFirst, false, false, "says interlaced with the bottom field first, but the picture moves with the top"},
		{"unflagged", tally{of: of(bottomVideo, 800)}, setting{claim: saysWhole}, Interlaced, BottomFirst, false, false, "says progressive, but the picture is interlaced with the bottom"},
		{"nothing claimed", tally{of: of(bottomVideo, 800)}, setting{claim: claim{scan: Unknown}}, Interlaced, BottomFirst, false, false, "does not say"},
		{"whole frames flagged interlaced", tally{of: of(progressive, 800)}, setting{claim: saysTop}, Progressive, NoOrder, false, false, "same moment"},
		{"film", tally{of: of(topFilm, 700, float64(topVideo), 40, float64(nothing), 400)}, setting{claim: saysTop}, HardTelecine, TopFirst, false, false, "film"},
		{"soft film", tally{of: of(progressive, 800)}, setting{claim: soft}, SoftTelecine, NoOrder, false, false, ""},
		{"still soft film", tally{of: of(nothing, 800)}, setting{claim: soft, television: true}, SoftTelecine, NoOrder, false, false, ""},
		{"interlaced among repeat flags", tally{of: of(topVideo, 800)}, setting{claim: soft}, Interlaced, TopFirst, false, false, "says soft telecine"},
		{"programme with whole-frame advertisements", tally{of: of(topVideo, 600, float64(progressive), 200)}, setting{claim: saysTop}, Interlaced, TopFirst, false, true, ""},
		{"both orders", tally{of: of(topVideo, 400, float64(bottomVideo), 300)}, setting{claim: saysTop}, Interlaced, TopFirst, true, false, "could not be read with certainty"},
		{"mostly still", tally{of: of(topVideo, 60, float64(nothing), 840)}, setting{claim: saysBottom, television: true}, Interlaced, TopFirst, false, false, "moves with the top"},
		{"still, television, flagged", tally{of: of(nothing, 900)}, setting{claim: saysBottom, television: true}, Interlaced, BottomFirst, false, false, ""},
		{"still DV that says nothing", tally{of: of(nothing, 900)}, setting{claim: claim{scan: Unknown}, television: true, isDV: true}, Interlaced, BottomFirst, false, false, ""},
		{"still, flagged without an order", tally{of: of(nothing, 900)}, setting{claim: claim{scan: Interlaced}, television: true}, Interlaced, TopFirst, false, false, ""},
		{"still, no television", tally{of: of(nothing, 900)}, setting{claim: saysTop}, Progressive, NoOrder, false, false, ""},
		{"unclear, but the detector is sure", tally{of: of(unclear, 900), idet: counts(5, 500, 100, 295)}, setting{claim: saysTop, television: true}, Interlaced, BottomFirst, false, false, "moves with the bottom"},
		{"unclear to both", tally{of: of(unclear, 900), idet: counts(100, 120, 300, 380)}, setting{claim: saysTop, television: true}, Interlaced, TopFirst, true, false, "by hand"},
	} {
		f := judge(&c.tally, c.setting)
		if f.Scan != c.scan || f.Order != c.order || f.Ambiguous != c.ambiguous || f.Mixed != c.mixed || !strings.Contains(f.Note, c.note) || (c.note == "") != (f.Note == "") {
			t.Errorf("%s: %+v", c.name, f)
		}
		if f.Confidence <= 0 || f.Confidence > 1 || f.ContainerScan != c.setting.claim.scan || f.ContainerOrder != c.setting.claim.order {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}
