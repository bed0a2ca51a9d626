package core

import "time"

// rate estimates pictures per second over the last seconds, from counts at moments. The zero value is ready.
type rate struct{ at []sample }

type sample struct {
	time  time.Time
	count int64
}

// rateWindow is long enough to smooth batches and short enough to follow a change of scene.
const rateWindow = 15 * time.Second

// add takes a count. A count that fell begins anew.
func (r *rate) add(now time.Time, count int64) {
	if n := len(r.at); n > 0 && (count < r.at[n-1].count || now.Before(r.at[n-1].time)) {
		r.at = r.at[:0]
	}
	r.at = append(r.at, sample{now, count})
	for len(r.at) > 2 && now.Sub(r.at[1].time) >= rateWindow {
		r.at = r.at[1:]
	}
}

// perSecond is 0 until two seconds have been seen.
func (r *rate) perSecond(now time.Time) float64 {
	if len(r.at) < 2 {
		return 0
	}
	first, last := r.at[0], r.at[len(r.at)-1]
	span := now.Sub(first.time)
	if span < 2*time.Second || last.count == first.count {
		return 0
	}
	return float64(last.count-first.count) / span.Seconds()
}
