package core

import "time"

// ETA estimates speed and time left from a stream of counts. The zero value is ready.
type ETA struct{ rate rate }

// Add takes a count of total at a moment and returns the speed over the last seconds and the time left; both 0 until known.
func (e *ETA) Add(now time.Time, count, total int64) (perSecond float64, left time.Duration) {
	e.rate.add(now, count)
	perSecond = e.rate.perSecond(now)
	if perSecond > 0 {
		left = time.Duration(float64(total-count) / perSecond * float64(time.Second))
	}
	return perSecond, left
}
