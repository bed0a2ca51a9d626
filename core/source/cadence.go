package source

import "math"

// cadence tells how well the fields follow 2:3 pulldown, 0 (not at all) to 1. Moving is the share of the change that is motion.
//
// Pulldown shows four film frames A B C D as the frames AA BB BC CD DD: in every five, one top field is shown again (B) and, two frames
// later, one bottom field (D); the other way round when the bottom field is first. So the difference of change between the parities is
// minus the motion once in five pairs, plus the motion two pairs later, and nothing between: noise is the same in both and drops out.
// 2:3:3:2, which some camcorders record (AA BB BC CC DD), has the second one pair later.
func cadence(pairs []pair, moving float64) float64 {
	const enough = 14
	if len(pairs) < enough {
		return 0
	}
	best := fit(pairs, moving)
	// An edit shifts the phase. Then the parts between edits still fit, each for itself.
	const part = 25
	if best == 0 && len(pairs) >= 2*part {
		var sum float64
		n := 0
		for i := 0; i+part <= len(pairs); i += part / 2 {
			sum += fit(pairs[i:i+part], moving)
			n++
		}
		best = sum / float64(n)
	}
	return best
}

// fit is the best correlation of the parities' difference with the pulldown patterns; 0 where chance could have made it among the twenty
// tried, or where the repeated fields save too little change to be repeats.
func fit(pairs []pair, moving float64) float64 {
	d := make([]float64, len(pairs))
	var norm float64
	for i, p := range pairs {
		// Relative to the change around, so that each cycle counts alike.
		var around float64
		from, to := max(i-2, 0), min(i+3, len(pairs))
		for _, q := range pairs[from:to] {
			around += q.change()
		}
		around /= float64(to - from)
		if around > 0 {
			d[i] = min(max((p.changeT-p.changeB)/around, -2), 2)
		}
		norm += d[i] * d[i]
	}
	// Student's t of a correlation r among n is r*sqrt((n-2)/(1-r*r)); 4.8 leaves chance less than one in a thousand for all twenty.
	const t = 4.8
	best, chance := 0.0, t/math.Sqrt(float64(len(d)-2)+t*t)
	for phase := range 5 {
		for _, gap := range []int{2, 3, 1, 4} { // 3 and 4: two and one with the parities exchanged
			var sum float64
			n := 0
			for i := range d {
				switch i % 5 {
				case phase:
					sum -= d[i]
					n++
				case (phase + gap) % 5:
					sum += d[i]
					n++
				}
			}
			correlation := sum / math.Sqrt(norm*float64(n))
			saved := sum / float64(n) // 5/4 for noiseless film, less the noise's share
			if norm > 0 && saved > max(0.06, 0.5*moving) && correlation > chance {
				best = max(best, correlation)
			}
		}
	}
	return best
}
