package queue

// State is where a job stands.
type State string

const (
	Waiting   State = "waiting"
	Running   State = "running" // a worker has it
	Paused    State = "paused"  // until somebody resumes it
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"

	// gone is where a removed job goes: it has no record any more.
	gone State = "gone"
)

// Finished tells whether nothing more will happen to the job by itself.
func (s State) Finished() bool { return s == Done || s == Failed || s == Cancelled }

// Want is what a running job's worker has been asked for. The state changes when the worker has let go of the job.
type Want string

const (
	WantNothing Want = ""
	WantPause   Want = "pause"
	WantCancel  Want = "cancel"
	WantRemove  Want = "remove"
)

// Event is something that happens to a job.
type Event string

const (
	Claimed   Event = "claim"    // a worker takes it
	Succeeded Event = "done"     // the worker has finished it, and checked what it made
	Broke     Event = "fail"     // for good
	Stumbled  Event = "stumble"  // over something that can pass: to be tried again
	LetGo     Event = "let go"   // the worker has stopped working on it
	Lost      Event = "lose"     // the worker has died
	Pausing   Event = "pause"    // asked by a person, like all that follow
	Resuming  Event = "resume"   //
	Cancel    Event = "cancel"   //
	Retrying  Event = "retry"    //
	Editing   Event = "change"   // it gets another payload
	Removing  Event = "remove"   //
	Measuring Event = "describe" // what is known of it is noted
)

// Transition is one row of the table: from a state, and what the worker has been asked for, an event leads to another.
type Transition struct {
	From     State
	FromWant Want
	Event    Event
	To       State
	ToWant   Want
}

// Transitions is all that can happen to a job. What isn't in the table is refused with a *TransitionError.
func Transitions() []Transition {
	return []Transition{
		{Waiting, "", Claimed, Running, ""},
		{Waiting, "", Pausing, Paused, ""},
		{Waiting, "", Cancel, Cancelled, ""},
		{Waiting, "", Editing, Waiting, ""},
		{Waiting, "", Measuring, Waiting, ""},
		{Waiting, "", Removing, gone, ""},
		{Waiting, "", Broke, Failed, ""}, // it can't be read: found out before any worker has it

		{Paused, "", Resuming, Waiting, ""},
		{Paused, "", Cancel, Cancelled, ""},
		{Paused, "", Editing, Paused, ""},
		{Paused, "", Measuring, Paused, ""},
		{Paused, "", Removing, gone, ""},
		{Paused, "", Broke, Failed, ""},

		{Running, "", Succeeded, Done, ""},
		{Running, "", Broke, Failed, ""},
		{Running, "", Stumbled, Waiting, ""},
		{Running, "", LetGo, Waiting, ""},
		{Running, "", Lost, Waiting, ""},
		{Running, "", Measuring, Running, ""},
		{Running, "", Pausing, Running, WantPause},
		{Running, "", Cancel, Running, WantCancel},
		{Running, "", Removing, Running, WantRemove},

		{Running, WantPause, Succeeded, Done, ""},
		{Running, WantPause, Broke, Failed, ""},
		{Running, WantPause, Stumbled, Paused, ""},
		{Running, WantPause, LetGo, Paused, ""},
		{Running, WantPause, Lost, Paused, ""},
		{Running, WantPause, Resuming, Running, ""}, // its worker is on the way out; then the job waits
		{Running, WantPause, Cancel, Running, WantCancel},
		{Running, WantPause, Removing, Running, WantRemove},

		{Running, WantCancel, Succeeded, Done, ""}, // it was faster
		{Running, WantCancel, Broke, Cancelled, ""},
		{Running, WantCancel, Stumbled, Cancelled, ""},
		{Running, WantCancel, LetGo, Cancelled, ""},
		{Running, WantCancel, Lost, Cancelled, ""},
		{Running, WantCancel, Removing, Running, WantRemove},

		{Running, WantRemove, Succeeded, gone, ""},
		{Running, WantRemove, Broke, gone, ""},
		{Running, WantRemove, Stumbled, gone, ""},
		{Running, WantRemove, LetGo, gone, ""},
		{Running, WantRemove, Lost, gone, ""},

		{Done, "", Removing, gone, ""},

		{Failed, "", Retrying, Waiting, ""},
		{Failed, "", Editing, Failed, ""},
		{Failed, "", Removing, gone, ""},

		{Cancelled, "", Retrying, Waiting, ""},
		{Cancelled, "", Editing, Cancelled, ""},
		{Cancelled, "", Removing, gone, ""},
	}
}

type situation struct {
	state State
	want  Want
	event Event
}

var steps = func() map[situation]Transition {
	m := map[situation]Transition{}
	for _, t := range Transitions() {
		m[situation{t.From, t.FromWant, t.Event}] = t
	}
	return m
}()

// step moves the job by an event, or refuses.
func (j *Job) step(e Event) error {
	t, ok := steps[situation{j.State, j.Want, e}]
	if !ok {
		return &TransitionError{ID: j.ID, Path: j.Path, State: j.State, Want: j.Want, Event: e}
	}
	j.State, j.Want = t.To, t.ToWant
	if j.State != Running {
		j.Owner = ""
	}
	return nil
}
