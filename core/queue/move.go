package queue

import (
	"context"
	"slices"
)

// Where says where a job moves to.
type Where struct{ index func(now, n int) int }

// Moves of a job within the list. To counts from 0, by the list without gaps as Snapshot shows it; what lies beyond an end is the end.
var (
	Up     = Where{func(now, n int) int { return now - 1 }}
	Down   = Where{func(now, n int) int { return now + 1 }}
	Top    = Where{func(now, n int) int { return 0 }}
	Bottom = Where{func(now, n int) int { return n - 1 }}
)

// By moves a job by so many places: By(-1) is Up.
func By(steps int) Where { return Where{func(now, n int) int { return now + steps }} }

// To see Up.
func To(position int) Where { return Where{func(int, int) int { return position }} }

// Move puts a job elsewhere in the list, by writing its record alone.
func (q *Queue) Move(ctx context.Context, id string, to Where) error {
	_, err := q.change(ctx, id, func(j *Job) error {
		q.cache.mu.Lock()
		defer q.cache.mu.Unlock()
		order := q.cache.order
		e := q.cache.jobs[id]
		now, ok := 0, false
		if e != nil {
			now, ok = slices.BinarySearchFunc(order, e, inOrder)
		}
		if !ok {
			return &UnknownError{ID: id}
		}
		index := max(0, min(len(order)-1, to.index(now, len(order))))
		if index == now {
			return errSame
		}
		// The neighbours to be, in the list without the job.
		before, after := index-1, index
		if index > now {
			before, after = index, index+1
		}
		a, b := "", ""
		if before >= 0 {
			a = order[before].Order
		}
		if after < len(order) {
			b = order[after].Order
		}
		j.Order = placeBetween(a, b)
		return nil
	})
	return err
}
