package core

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tapelight/tapelight/core/recipe"
)

// Operations change a queue. What each does is said at Service's method of the same name.
type Operations interface {
	Add(paths []string, r recipe.Recipe, outDir string) (Added, error)
	Start() error
	Stop() error
	Hold() error
	Pause(ids ...string) error
	Resume(ids ...string) error
	Cancel(ids ...string) error
	Retry(ids ...string) error
	Remove(ids ...string) error
	ClearFinished() error
	Move(id string, to Where) error
	SetRecipe(id string, r recipe.Recipe) error
	Duplicate(id string, r recipe.Recipe) (string, error)
	SetAfter(a After) error
	CancelAfter() error
}

// Control is all that can be done with a queue: with this process's own, see Service.Control, or with a running program's, see Dial.
type Control interface {
	Operations

	// List is the list as it is now.
	List(ctx context.Context) (Snapshot, error)
	// Follow calls see with the list as it is now and after changes, until ctx ends or see returns an error, which it returns.
	Follow(ctx context.Context, see func(Snapshot) error) error
}

// Where says where a job moves to. Its zero value is where it is.
type Where struct {
	// Step moves by so many places: -1 is up by one.
	Step int `json:"step,omitempty"`
	// Place, unless it is 0, is the place in the list: 1 is the first, -1 the last. What lies beyond an end is the end.
	Place int `json:"place,omitempty"`
}

// Moves within the list.
var (
	MoveUp     = Where{Step: -1}
	MoveDown   = Where{Step: 1}
	MoveTop    = Where{Place: 1}
	MoveBottom = Where{Place: -1}
)

// MoveTo counts from 0, by the list as Snapshot shows it; what lies beyond an end is the end.
func MoveTo(position int) Where { return Where{Place: max(0, position) + 1} }

// ParseWhere reads "up", "down", "top", "bottom", or a place that counts from 1.
func ParseWhere(s string) (Where, error) {
	switch s {
	case "up":
		return MoveUp, nil
	case "down":
		return MoveDown, nil
	case "top":
		return MoveTop, nil
	case "bottom":
		return MoveBottom, nil
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 {
		return Where{Place: n}, nil
	}
	return Where{}, fmt.Errorf("%q is no place in the list; up, down, top, bottom and numbers from 1 are", s)
}

// Control is the queue of this process.
func (s *Service) Control() Control { return own{s} }

type own struct{ *Service }

func (o own) List(context.Context) (Snapshot, error) {
	if o.jobs == nil {
		return Snapshot{}, ErrNoQueue
	}
	return o.Snapshot(), nil
}

func (o own) Follow(ctx context.Context, see func(Snapshot) error) error {
	if o.jobs == nil {
		return ErrNoQueue
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(o.ctx, stop)()
	changes := o.Watch(inner)
	for {
		if err := see(o.Snapshot()); err != nil {
			return err
		}
		if _, ok := <-changes; !ok {
			return context.Cause(inner)
		}
	}
}
