package queue

import "time"

// Clock is what the queue knows of time. What is measured (leases, back-off) is measured by AfterFunc, which a changed wall clock doesn't
// touch; Now is for show only.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a call that is yet to come.
type Timer interface{ Stop() bool }

type systemClock struct{}

func (systemClock) Now() time.Time                            { return time.Now() }
func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// SystemClock is the computer's own.
func SystemClock() Clock { return systemClock{} }
