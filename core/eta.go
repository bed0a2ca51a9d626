package core

import "time"

// longest is the most seconds an estimate may come to: 1,000 hours are as good as unknown, and more would not fit into a Duration.
const longest = 1000 * 3600

// ETA estimates speed and time left from a stream of counts. The zero value is ready.
type ETA struct{ rate rate }

// Add takes a count of total at a moment and returns the speed over the last seconds and the time left; both 0 until known.
func (e *ETA) Add(now time.Time, count, total int64) (perSecond float64, left time.Duration) {
	e.rate.add(now, count)
	perSecond = e.rate.perSecond(now)
	if perSecond > 0 {
		left = time.Duration(min(longest, max(0, float64(total-count)/perSecond)) * float64(time.Second))
	}
	return perSecond, left
}
