package queue

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTransitions holds the table to what must be true of it.
func TestTransitions(t *testing.T) {
	seen := map[situation]bool{}
	for _, x := range Transitions() {
		at := situation{x.From, x.FromWant, x.Event}
		if seen[at] {
			t.Errorf("twice: %+v", x)
		}
		seen[at] = true
		if x.FromWant != "" && x.From != Running || x.ToWant != "" && x.To != Running {
			t.Errorf("a worker is asked of something it doesn't have: %+v", x)
		}
		if x.From.Finished() && !slices.Contains([]Event{Retrying, Editing, Removing}, x.Event) {
			t.Errorf("something happens to a finished job: %+v", x)
		}
		if x.To == Done && x.Event != Succeeded {
			t.Errorf("done without anyone's saying so: %+v", x)
		}
	}
	for _, want := range []Want{"", WantPause, WantCancel, WantRemove} { // whatever was asked for, a worker can always end, and can always die
		for _, e := range []Event{Succeeded, Broke, Stumbled, LetGo, Lost} {
			if !seen[situation{Running, want, e}] {
				t.Errorf("a running job (%q) has no way to %s", want, e)
			}
		}
	}
}

// model is what the queue must show, kept in the simplest way.
type model struct {
	order  []string // ids
	jobs   map[string]*modelJob
	serial int
}

type modelJob struct {
	state  State
	want   Want
	holder *Claim
	done   bool // its worker said Done
	tries  int
}

// machine plays two workers, people, and power cuts against one queue.
type machine struct {
	t       *testing.T
	dir     string
	q       *Queue
	workers [2]*Worker
	m       model
	stale   []*Claim // of processes that are dead
}

func (x *machine) begin(r *rapid.T) {
	var err error
	if x.q, err = Open(within30(x.t), Config{Dir: x.dir, Backoff: []time.Duration{0, 0}}); err != nil {
		r.Fatal(err)
	}
	if x.q.Damage() != nil {
		r.Fatal(x.q.Damage())
	}
	for i := range x.workers {
		if x.workers[i], err = x.q.NewWorker(within30(x.t), "w", map[string]int{"cpu": 1}); err != nil {
			r.Fatal(err)
		}
	}
}

// expect applies an event to the model by the table, and tells whether it is legal.
func (x *machine) expect(id string, e Event) bool {
	j := x.m.jobs[id]
	row, ok := steps[situation{j.state, j.want, e}]
	if !ok {
		return false
	}
	j.state, j.want = row.To, row.ToWant
	if j.state != Running {
		j.holder = nil
	}
	if j.state == gone {
		delete(x.m.jobs, id)
		x.m.order = slices.DeleteFunc(x.m.order, func(o string) bool { return o == id })
	}
	return true
}

// verdict compares what the queue said with whether the model allows it.
func (x *machine) verdict(r *rapid.T, legal bool, err error) {
	if _, refused := errors.AsType[*TransitionError](err); legal != (err == nil) || err != nil && !refused {
		r.Fatalf("legal: %v, error: %v", legal, err)
	}
}

func (x *machine) pick(r *rapid.T) string {
	if len(x.m.order) == 0 {
		r.Skip("no jobs")
	}
	return rapid.SampledFrom(x.m.order).Draw(r, "job")
}

func (x *machine) held(r *rapid.T) (string, *Claim) {
	var ids []string
	for _, id := range x.m.order {
		if x.m.jobs[id].holder != nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		r.Skip("nothing runs")
	}
	id := rapid.SampledFrom(ids).Draw(r, "running job")
	return id, x.m.jobs[id].holder
}

func (x *machine) event(e Event, do func(id string) error) func(*rapid.T) {
	return func(r *rapid.T) {
		id := x.pick(r)
		legal := x.expect(id, e)
		if e == Retrying && legal {
			x.m.jobs[id].done, x.m.jobs[id].tries = false, 0
		}
		x.verdict(r, legal, do(id))
	}
}

func (x *machine) actions() map[string]func(*rapid.T) {
	ctx := func() context.Context { return within30(x.t) }
	return map[string]func(*rapid.T){
		"add": func(r *rapid.T) {
			n := rapid.IntRange(1, 4).Draw(r, "n")
			var list []Spec
			for range n {
				x.m.serial++
				list = append(list, Spec{Path: strings.Repeat("x", x.m.serial), Needs: []Token{{"cpu", 1}}})
			}
			jobs, _, err := x.q.Add(ctx(), list...)
			if err != nil || len(jobs) != n {
				r.Fatal(jobs, err)
			}
			for _, j := range jobs {
				x.m.order = append(x.m.order, j.ID)
				x.m.jobs[j.ID] = &modelJob{state: Waiting}
			}
		},
		"move": func(r *rapid.T) {
			id := x.pick(r)
			to := rapid.IntRange(0, len(x.m.order)-1).Draw(r, "to")
			x.m.order = slices.DeleteFunc(x.m.order, func(o string) bool { return o == id })
			x.m.order = slices.Insert(x.m.order, to, id)
			if err := x.q.Move(ctx(), id, To(to)); err != nil {
				r.Fatal(err)
			}
		},
		"claim": func(r *rapid.T) {
			w := rapid.IntRange(0, 1).Draw(r, "worker")
			free, first := true, ""
			for _, id := range x.m.order {
				j := x.m.jobs[id]
				if j.holder != nil && j.holder.worker == x.workers[w] {
					free = false
				}
				if j.state == Waiting && first == "" {
					first = id
				}
			}
			e, needs, _ := x.workers[w].choose(func(j Job) ([]Token, bool) { return j.Needs, true }, nil)
			if (e != nil) != (free && first != "") || e != nil && e.ID != first {
				r.Fatalf("worker %d is offered %v, should be %q (free: %v)", w, e, first, free)
			}
			if e == nil {
				return
			}
			c, err := x.workers[w].claim(ctx(), e, needs)
			if err != nil {
				r.Fatal(err)
			}
			// The other worker, which still goes by the same version of the record, must not get it, too.
			other := x.workers[1-w]
			if _, err := other.claim(ctx(), e, nil); !errors.Is(err, errTaken) {
				r.Fatal("two claims on one job:", err)
			}
			x.expect(first, Claimed)
			x.m.jobs[first].holder = c
		},
		"done": func(r *rapid.T) {
			id, c := x.held(r)
			x.m.jobs[id].done = true
			x.expect(id, Succeeded)
			if err := c.Done(ctx(), json.RawMessage(`1`)); err != nil {
				r.Fatal(err)
			}
		},
		"fail": func(r *rapid.T) {
			id, c := x.held(r)
			transient := rapid.Bool().Draw(r, "transient")
			j := x.m.jobs[id]
			if transient && j.tries < 2 {
				j.tries++
				x.expect(id, Stumbled)
			} else {
				x.expect(id, Broke)
			}
			if err := c.Fail(ctx(), Failure{Message: "no", Transient: transient}); err != nil {
				r.Fatal(err)
			}
		},
		"release": func(r *rapid.T) {
			id, c := x.held(r)
			x.expect(id, LetGo)
			if err := c.Release(ctx()); err != nil {
				r.Fatal(err)
			}
		},
		"pause":  x.event(Pausing, func(id string) error { return x.q.Pause(ctx(), id) }),
		"resume": x.event(Resuming, func(id string) error { return x.q.Resume(ctx(), id) }),
		"cancel": x.event(Cancel, func(id string) error { return x.q.Cancel(ctx(), id) }),
		"retry":  x.event(Retrying, func(id string) error { return x.q.Retry(ctx(), id, "") }),
		"remove": x.event(Removing, func(id string) error { return x.q.Remove(ctx(), id) }),
		"payload": x.event(Editing, func(id string) error {
			return x.q.SetPayload(ctx(), id, json.RawMessage(`2`), []Token{{"cpu", 1}}, "")
		}),
		"power cut": func(r *rapid.T) {
			next := copyStore(x.t, x.dir)
			for _, id := range slices.Clone(x.m.order) {
				if j := x.m.jobs[id]; j.state == Running {
					x.stale = append(x.stale, j.holder)
					x.expect(id, Lost)
				}
			}
			x.q.Close()
			for _, c := range x.stale {
				if err := c.Done(ctx(), nil); err == nil {
					r.Fatal("a dead process's claim was taken")
				}
			}
			x.dir = next
			x.begin(r)
		},
		"": func(r *rapid.T) { // after every action
			s := x.q.Snapshot()
			if len(s.Jobs) != len(x.m.order) {
				r.Fatalf("%d jobs, should be %d", len(s.Jobs), len(x.m.order))
			}
			for i, j := range s.Jobs {
				want := x.m.jobs[x.m.order[i]]
				if j.ID != x.m.order[i] || j.State != want.state || j.Want != want.want {
					r.Fatalf("%d is %s %s/%s, should be %s %s/%s", i, j.ID, j.State, j.Want, x.m.order[i], want.state, want.want)
				}
				if j.State == Done && !want.done {
					r.Fatal("done, and nobody said so")
				}
				if j.Want != "" {
					ended(x.t, want.holder) // the worker is told, with no more needed
				}
			}
		},
	}
}

func TestQueueAsStateMachine(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		x := &machine{t: t, dir: t.TempDir(), m: model{jobs: map[string]*modelJob{}}}
		x.begin(r)
		defer func() { x.q.Close() }()
		must(t, x.q.StartQueue(within30(t)))
		r.Repeat(x.actions())
	})
}
