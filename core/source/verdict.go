package source

import (
	"fmt"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// kind is one reading's class.
type kind int

const (
	nothing kind = iota // nothing moves
	unclear
	progressive
	topVideo // interlaced
	bottomVideo
	topFilm // telecine
	bottomFilm
	kinds
)

func (r reading) kind() kind {
	const film = 0.55
	switch {
	case r.still():
		return nothing
	case r.ratio-r.spread > 0.6:
		return progressive
	case r.ratio+r.spread < 0.5 && r.orderBy > 3:
		k := topVideo
		if r.cadence > film {
			k = topFilm
		}
		if !r.topFirst {
			k++
		}
		return k
	case r.cadence > 0.8: // slow motion blurs the ratio, not the rhythm
		if r.topFirst {
			return topFilm
		}
		return bottomFilm
	}
	return unclear
}

// tally adds the readings up, in frames.
type tally struct {
	of   [kinds]float64
	idet ffmpeg.IdetStats
}

func (t *tally) add(samples []sample) {
	for _, s := range samples {
		for _, r := range s.readings {
			t.of[r.kind()] += float64(r.frames)
		}
		t.idet.Multi.TFF += s.idet.Multi.TFF
		t.idet.Multi.BFF += s.idet.Multi.BFF
		t.idet.Multi.Progressive += s.idet.Multi.Progressive
		t.idet.Multi.Undetermined += s.idet.Multi.Undetermined
	}
}

func (t *tally) clear() float64 {
	var sum float64
	for k := progressive; k < kinds; k++ {
		sum += t.of[k]
	}
	return sum
}

// setting is what the verdict needs to know of the stream beside the measurement.
type setting struct {
	claim      claim
	television bool // a size and rate that television sends interlaced
	isDV       bool
}

// judge turns the tally into the verdict. Content decides; the container's word is asked only where nothing moves.
func judge(t *tally, s setting) Fields {
	f := Fields{Scan: Unknown, ContainerScan: s.claim.scan, ContainerOrder: s.claim.order,
		TFF: t.idet.Multi.TFF, BFF: t.idet.Multi.BFF, Prog: t.idet.Multi.Progressive, Undetermined: t.idet.Multi.Undetermined}
	sum := t.clear()
	film, video := t.of[topFilm]+t.of[bottomFilm], t.of[topVideo]+t.of[bottomVideo]
	switch {
	case sum == 0 && t.of[unclear] > 0:
		f.unclear(t, s)
	case sum == 0:
		f.asClaimed(s)
	default:
		most := max(t.of[progressive], film, video)
		switch most {
		case t.of[progressive]:
			f.Scan = Progressive
		case film:
			f.Scan = HardTelecine
		default:
			f.Scan = Interlaced
		}
		// How much agrees, and how much there was to see: a second of motion settles it nearly.
		f.Confidence = most / (sum + t.of[unclear]/2) * min(1, 0.6+0.4*sum/60)
		f.Mixed = sum-most > 0.15*sum
		f.Ambiguous = f.Confidence < 0.5
	}
	if f.Scan == Interlaced || f.Scan == HardTelecine {
		top, bottom := t.of[topFilm]+t.of[topVideo], t.of[bottomFilm]+t.of[bottomVideo]
		if top+bottom > 0 {
			f.Order = TopFirst
			if bottom > top {
				f.Order = BottomFirst
			}
			if min(top, bottom) > 0.3*(top+bottom) {
				f.Ambiguous = true
			}
			f.Confidence *= max(top, bottom) / (top + bottom)
		}
	}
	// Repeat flags in a stream whose frames are whole.
	if s.claim.scan == SoftTelecine && (f.Scan == Progressive || f.Scan == Unknown) {
		f.Scan, f.Order, f.Ambiguous = SoftTelecine, NoOrder, false
		f.Confidence = max(f.Confidence, 0.9)
	}
	f.Note = f.note()
	return f
}

// unclear asks ffmpeg's detector where our own sees motion but can't tell its kind.
func (f *Fields) unclear(t *tally, s setting) {
	m := t.idet.Multi
	total := float64(m.TFF + m.BFF + m.Progressive + m.Undetermined)
	switch {
	case m.TFF > 3*m.BFF && float64(m.TFF) > 0.3*total:
		f.Scan, f.Order, f.Confidence = Interlaced, TopFirst, 0.5
	case m.BFF > 3*m.TFF && float64(m.BFF) > 0.3*total:
		f.Scan, f.Order, f.Confidence = Interlaced, BottomFirst, 0.5
	case float64(m.Progressive) > 0.8*total:
		f.Scan, f.Confidence = Progressive, 0.5
	default:
		f.asClaimed(s)
		f.Ambiguous = true
	}
}

// asClaimed is the reading where nothing moves: either is right for what was seen, so that of the container and the standard is the best
// guess for what was not.
func (f *Fields) asClaimed(s setting) {
	f.Scan, f.Confidence = Progressive, 0.3
	if s.television && (s.claim.scan == Interlaced || s.isDV) {
		f.Scan, f.Order = Interlaced, s.claim.order
		if f.Order == NoOrder {
			f.Order = TopFirst
			if s.isDV {
				f.Order = BottomFirst
			}
		}
	}
}

// note says where the content and the container disagree.
func (f *Fields) note() string {
	if f.Confidence <= 0.3 && !f.Ambiguous {
		return ""
	}
	claimed := string(f.ContainerScan)
	if f.ContainerScan == Interlaced && f.ContainerOrder != NoOrder {
		claimed = fmt.Sprintf("interlaced with the %s", fieldWords(f.ContainerOrder))
	}
	switch {
	case f.Ambiguous:
		return "The fields could not be read with certainty. Look at the preview and choose the scan and field order by hand."
	case f.ContainerScan == Unknown && f.Scan == Interlaced:
		return fmt.Sprintf("The file does not say whether it is interlaced. The picture is, with the %s.", fieldWords(f.Order))
	case f.ContainerScan == Unknown || f.ContainerScan == f.Scan && (f.ContainerOrder == f.Order || f.ContainerOrder == NoOrder):
		return ""
	case f.Scan == Interlaced && f.ContainerScan == Interlaced:
		return fmt.Sprintf("The file says %s, but the picture moves with the %s. The picture is believed.", claimed, fieldWords(f.Order))
	case f.Scan == Interlaced:
		return fmt.Sprintf("The file says %s, but the picture is interlaced with the %s. The picture is believed.", claimed, fieldWords(f.Order))
	case f.Scan == Progressive && f.ContainerScan == Interlaced:
		return fmt.Sprintf("The file says %s, but both fields of each frame show the same moment, so it is left at its own rate.", claimed)
	case f.Scan == HardTelecine:
		return fmt.Sprintf("The file says %s, but the picture is film spread over television fields, with the %s.", claimed, fieldWords(f.Order))
	case f.Scan == Progressive && f.ContainerScan == SoftTelecine:
		return ""
	}
	return fmt.Sprintf("The file says %s, but the picture is %s.", claimed, f.Scan)
}

func fieldWords(o FieldOrder) string {
	if o == BottomFirst {
		return "bottom field first"
	}
	return "top field first"
}
