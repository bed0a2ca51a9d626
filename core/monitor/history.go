package monitor

import "github.com/tapelight/tapelight/core/events"

// HistoryLength is how many samples a history keeps unless told otherwise: two minutes at one a second.
const HistoryLength = 120

// History keeps the newest samples. It is safe for concurrent use.
type History struct{ ring *events.Ring[Sample] }

// NewHistory makes a history of the last n samples, HistoryLength if n is 0.
func NewHistory(n int) *History {
	if n == 0 {
		n = HistoryLength
	}
	return &History{events.NewRing[Sample](n)}
}

// Add appends a sample.
func (h *History) Add(s Sample) { h.ring.Add(s) }

// Samples is what is kept, oldest first.
func (h *History) Samples() []Sample { return h.ring.Snapshot(0).Items }
