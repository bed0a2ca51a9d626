package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/tapelight/tapelight/core/instance"
	"github.com/tapelight/tapelight/core/recipe"
)

// wish is what is asked of a running program. Which fields matter the verb says.
type wish struct {
	Paths  []string `json:"paths,omitempty"`
	IDs    []string `json:"ids,omitempty"`
	Order  *order   `json:"order,omitempty"`
	Where  Where    `json:"where,omitzero"`
	After  After    `json:"after,omitzero"`
	OutDir string   `json:"out_dir,omitempty"`
}

// verbs are the doors of a running program that answer with nothing, or with a value.
var verbs = map[string]func(s *Service, w wish) (any, error){
	"add":          func(s *Service, w wish) (any, error) { return s.Add(w.Paths, w.recipe(), w.OutDir) },
	"start":        func(s *Service, w wish) (any, error) { return nil, s.Start() },
	"stop":         func(s *Service, w wish) (any, error) { return nil, s.Stop() },
	"hold":         func(s *Service, w wish) (any, error) { return nil, s.Hold() },
	"pause":        func(s *Service, w wish) (any, error) { return nil, s.Pause(w.IDs...) },
	"resume":       func(s *Service, w wish) (any, error) { return nil, s.Resume(w.IDs...) },
	"cancel":       func(s *Service, w wish) (any, error) { return nil, s.Cancel(w.IDs...) },
	"retry":        func(s *Service, w wish) (any, error) { return nil, s.Retry(w.IDs...) },
	"remove":       func(s *Service, w wish) (any, error) { return nil, s.Remove(w.IDs...) },
	"clear":        func(s *Service, w wish) (any, error) { return nil, s.ClearFinished() },
	"move":         func(s *Service, w wish) (any, error) { return nil, s.Move(w.id(), w.Where) },
	"recipe":       func(s *Service, w wish) (any, error) { return nil, s.SetRecipe(w.id(), w.recipe()) },
	"duplicate":    func(s *Service, w wish) (any, error) { return s.Duplicate(w.id(), w.recipe()) },
	"after":        func(s *Service, w wish) (any, error) { return nil, s.SetAfter(w.After) },
	"cancel-after": func(s *Service, w wish) (any, error) { return nil, s.CancelAfter() },
	"list":         func(s *Service, w wish) (any, error) { return s.Control().List(s.ctx) },
}

func (w wish) recipe() recipe.Recipe {
	if w.Order == nil {
		return recipe.Default()
	}
	return w.Order.recipe()
}

func (w wish) id() string {
	if len(w.IDs) == 0 {
		return ""
	}
	return w.IDs[0]
}

func asOrder(r recipe.Recipe) *order { return &order{Recipe: r, Place: r.Order} }

// Handler lets other processes of the same person use this service's queue, see Dial. open is given the files that a second start of the program was
// called with; nil where there is nobody to show them to.
func (s *Service) Handler(open func(paths []string)) http.Handler {
	mux := http.NewServeMux()
	read := func(in json.RawMessage) (w wish, err error) {
		if err := json.Unmarshal(in, &w); err != nil {
			return w, fmt.Errorf("the request can't be read: %w", err)
		}
		return w, nil
	}
	for verb, do := range verbs {
		instance.Handle(mux, verb, func(_ context.Context, in json.RawMessage) (any, error) {
			w, err := read(in)
			if err != nil {
				return nil, err
			}
			return do(s, w)
		})
	}
	instance.Handle(mux, "open", func(_ context.Context, in json.RawMessage) (any, error) {
		w, err := read(in)
		if err != nil {
			return nil, err
		}
		if open == nil {
			return nil, errors.New("the running Tapelight has no window; its queue is to be had by tapelight-cli queue")
		}
		open(w.Paths)
		return nil, nil
	})
	instance.HandleStream(mux, "follow", func(ctx context.Context, _ json.RawMessage, send func(any) error) error {
		return s.Control().Follow(ctx, func(snap Snapshot) error { return send(snap) })
	})
	return mux
}

// Remote is the queue of a running program.
type Remote struct{ client *instance.Client }

// Dial reaches the program that works with the data folder dir. Where none runs, the error is an *instance.NotRunningError.
func Dial(ctx context.Context, dir string) (*Remote, error) {
	c, err := instance.Dial(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &Remote{c}, nil
}

var _ Control = (*Remote)(nil)

func (r *Remote) do(verb string, w wish, out any) error {
	return r.client.Do(context.Background(), verb, w, out)
}

// Open shows the running program's window, and adds files to its queue as if they were dropped there.
func (r *Remote) Open(ctx context.Context, paths []string) error {
	return r.client.Do(ctx, "open", wish{Paths: paths}, nil)
}

func (r *Remote) Add(paths []string, rec recipe.Recipe, outDir string) (added Added, err error) {
	err = r.do("add", wish{Paths: paths, Order: asOrder(rec), OutDir: outDir}, &added)
	return added, err
}
func (r *Remote) Start() error               { return r.do("start", wish{}, nil) }
func (r *Remote) Stop() error                { return r.do("stop", wish{}, nil) }
func (r *Remote) Hold() error                { return r.do("hold", wish{}, nil) }
func (r *Remote) Pause(ids ...string) error  { return r.do("pause", wish{IDs: ids}, nil) }
func (r *Remote) Resume(ids ...string) error { return r.do("resume", wish{IDs: ids}, nil) }
func (r *Remote) Cancel(ids ...string) error { return r.do("cancel", wish{IDs: ids}, nil) }
func (r *Remote) Retry(ids ...string) error  { return r.do("retry", wish{IDs: ids}, nil) }
func (r *Remote) Remove(ids ...string) error { return r.do("remove", wish{IDs: ids}, nil) }
func (r *Remote) ClearFinished() error       { return r.do("clear", wish{}, nil) }
func (r *Remote) Move(id string, to Where) error {
	return r.do("move", wish{IDs: []string{id}, Where: to}, nil)
}
func (r *Remote) SetRecipe(id string, rec recipe.Recipe) error {
	return r.do("recipe", wish{IDs: []string{id}, Order: asOrder(rec)}, nil)
}
func (r *Remote) Duplicate(id string, rec recipe.Recipe) (made string, err error) {
	err = r.do("duplicate", wish{IDs: []string{id}, Order: asOrder(rec)}, &made)
	return made, err
}
func (r *Remote) SetAfter(a After) error { return r.do("after", wish{After: a}, nil) }
func (r *Remote) CancelAfter() error     { return r.do("cancel-after", wish{}, nil) }

// List see Control.
func (r *Remote) List(ctx context.Context) (snap Snapshot, err error) {
	err = r.client.Do(ctx, "list", wish{}, &snap)
	return snap, err
}

// Follow see Control.
func (r *Remote) Follow(ctx context.Context, see func(Snapshot) error) error {
	return r.client.Stream(ctx, "follow", wish{}, func(line json.RawMessage) error {
		var snap Snapshot
		if err := json.Unmarshal(line, &snap); err != nil {
			return fmt.Errorf("what the running Tapelight says can't be read: %w", err)
		}
		return see(snap)
	})
}
