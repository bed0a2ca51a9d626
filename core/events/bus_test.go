package events_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/events"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type event struct {
	progress string // key; empty for a state change
	n        int
}

func key(e event) string { return e.progress }

func drain(t *testing.T, s *events.Subscription[event]) []event {
	t.Helper()
	all, err := s.Drain()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNewerProgressReplacesOlderAndOvertakesNothing(t *testing.T) {
	bus := events.NewBus(key, events.Limits{})
	sub := bus.Subscribe(t.Context())
	defer sub.Close()
	for _, e := range []event{{"a", 1}, {"", 2}, {"b", 3}, {"a", 4}, {"", 5}} {
		bus.Publish(e)
	}
	if got, want := drain(t, sub), []event{{"", 2}, {"b", 3}, {"a", 4}, {"", 5}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if sub.Lost() != 1 {
		t.Errorf("Lost() = %d, want 1", sub.Lost())
	}
}

func TestSlowSubscriberLosesOldestProgressOnly(t *testing.T) {
	bus := events.NewBus(key, events.Limits{Progress: 2})
	sub := bus.Subscribe(t.Context())
	defer sub.Close()
	var states []event
	for i := range 100 {
		bus.Publish(event{fmt.Sprint("job ", i), i})
		bus.Publish(event{"", i})
		states = append(states, event{"", i})
	}
	got := drain(t, sub)
	kept := slices.DeleteFunc(slices.Clone(got), func(e event) bool { return e.progress != "" })
	if !slices.Equal(kept, states) {
		t.Errorf("state changes %v, want all 100", kept)
	}
	progress := slices.DeleteFunc(got, func(e event) bool { return e.progress == "" })
	if want := []event{{"job 98", 98}, {"job 99", 99}}; !slices.Equal(progress, want) {
		t.Errorf("progress %v, want the newest %v", progress, want)
	}
}

func TestSubscriberTooFarBehindIsCutOff(t *testing.T) {
	bus := events.NewBus(key, events.Limits{State: 10})
	behind, other := bus.Subscribe(t.Context()), bus.Subscribe(t.Context())
	defer other.Close()
	for i := range 11 {
		bus.Publish(event{"", i})
		if _, err := other.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := behind.Next(t.Context()); !errors.Is(err, events.ErrBehind) {
		t.Errorf("got %v, want ErrBehind", err)
	}
	bus.Publish(event{"", 11})
	if e, err := other.Next(t.Context()); err != nil || e.n != 11 {
		t.Errorf("the other subscriber got %v, %v", e, err)
	}
	if !errors.Is(behind.Err(), events.ErrBehind) || other.Err() != nil {
		t.Errorf("errors %v, %v", behind.Err(), other.Err())
	}
}

func TestEndsOfASubscription(t *testing.T) {
	end := map[string]func(*events.Bus[event], *events.Subscription[event], func()){
		"close":   func(_ *events.Bus[event], s *events.Subscription[event], _ func()) { s.Close() },
		"context": func(_ *events.Bus[event], _ *events.Subscription[event], cancel func()) { cancel() },
		"bus":     func(b *events.Bus[event], _ *events.Subscription[event], _ func()) { b.Close() },
	}
	for name, end := range end {
		bus := events.NewBus(key, events.Limits{})
		ctx, cancel := context.WithCancel(t.Context())
		sub := bus.Subscribe(ctx)
		bus.Publish(event{"", 1})
		end(bus, sub, cancel)
		var got []event
		for e := range sub.All(t.Context()) { // ends by itself
			got = append(got, e)
		}
		if len(got) != 1 || !errors.Is(sub.Err(), events.ErrClosed) {
			t.Errorf("%s: got %v and %v, want what was handed over and ErrClosed", name, got, sub.Err())
		}
		bus.Publish(event{"", 2})
		if got, err := sub.Drain(); len(got) != 0 || !errors.Is(err, events.ErrClosed) {
			t.Errorf("%s: after the end got %v, %v", name, got, err)
		}
		cancel()
		sub.Close()
	}
}

func TestSubscribeTooLate(t *testing.T) {
	bus := events.NewBus[event](nil, events.Limits{})
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bus.Subscribe(done).Next(t.Context()); !errors.Is(err, events.ErrClosed) {
		t.Errorf("with a context that has ended: %v", err)
	}
	bus.Close()
	if _, err := bus.Subscribe(t.Context()).Next(t.Context()); !errors.Is(err, events.ErrClosed) {
		t.Errorf("on a closed bus: %v", err)
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	bus := events.NewBus(key, events.Limits{})
	sub := bus.Subscribe(t.Context())
	defer sub.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sub.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestManyPublishersAndSubscribers(t *testing.T) {
	const publishers, each, subscribers = 4, 500, 4
	bus := events.NewBus(key, events.Limits{})
	seen := make([][]event, subscribers)
	var reading, writing sync.WaitGroup
	for i := range subscribers {
		sub := bus.Subscribe(t.Context())
		reading.Go(func() {
			for e := range sub.All(t.Context()) {
				if e.progress == "" {
					seen[i] = append(seen[i], e)
				}
			}
		})
	}
	for p := range publishers {
		writing.Go(func() {
			for i := range each {
				bus.Publish(event{"", p*each + i})
				bus.Publish(event{fmt.Sprint(p), i})
			}
		})
	}
	writing.Wait()
	bus.Close()
	reading.Wait()
	for i := range seen {
		if len(seen[i]) != publishers*each || !slices.Equal(seen[i], seen[0]) {
			t.Errorf("subscriber %d saw %d state changes in another order than the first, want all %d in one order", i, len(seen[i]), publishers*each)
		}
	}
}

// The queue must behave as the plain list that its description speaks of.
func TestQueueAgreesWithItsDescription(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 4).Draw(t, "limit")
		bus := events.NewBus(key, events.Limits{Progress: limit})
		sub := bus.Subscribe(context.Background())
		defer sub.Close()
		var model []event
		dropFirst := func(match func(event) bool) {
			if i := slices.IndexFunc(model, match); i >= 0 {
				model = slices.Delete(model, i, i+1)
			}
		}
		for i := range rapid.IntRange(0, 60).Draw(t, "steps") {
			switch k := rapid.SampledFrom(strings.Fields("a b c d e f state state read")).Draw(t, "step"); k {
			case "read":
				if len(model) == 0 {
					continue
				}
				got, err := sub.Next(context.Background())
				if err != nil || got != model[0] {
					t.Fatalf("read %v, %v; want %v", got, err, model[0])
				}
				model = model[1:]
			case "state":
				bus.Publish(event{"", i})
				model = append(model, event{"", i})
			default:
				bus.Publish(event{k, i})
				dropFirst(func(e event) bool { return e.progress == k })
				model = append(model, event{k, i})
				progress := 0
				for _, e := range model {
					if e.progress != "" {
						progress++
					}
				}
				if progress > limit {
					dropFirst(func(e event) bool { return e.progress != "" })
				}
			}
		}
		got, _ := sub.Drain()
		if !slices.Equal(got, model) {
			t.Fatalf("left %v, want %v", got, model)
		}
	})
}
