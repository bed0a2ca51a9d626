package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
)

// jobLine is a job as --json prints it. Times are seconds.
type jobLine struct {
	Number int `json:"number"`
	core.Job
	Duration float64 `json:"duration,omitempty"`
	ETA      float64 `json:"eta,omitempty"`
	Elapsed  float64 `json:"elapsed,omitempty"`
}

func lineOf(i int, j core.Job) jobLine {
	return jobLine{Number: i + 1, Job: j, Duration: j.Duration.Seconds(), ETA: j.ETA.Seconds(), Elapsed: j.Elapsed.Seconds()}
}

// queueLine is the queue as --json prints it.
type queueLine struct {
	Mode      string          `json:"mode"` // "stopped", "started" or "held"
	Reason    string          `json:"reason,omitempty"`
	After     core.After      `json:"after"`
	Countdown *countdownLine  `json:"countdown,omitempty"`
	Jobs      []jobLine       `json:"jobs"`
	Stages    json.RawMessage `json:"stages,omitempty"`
}

type countdownLine struct {
	Action core.AfterAction `json:"action"`
	Left   float64          `json:"left"`
}

func linesOf(s core.Snapshot) queueLine {
	q := queueLine{Mode: modeWord(s.Mode), Reason: s.Reason, After: s.After, Jobs: []jobLine{}}
	for i, j := range s.Jobs {
		q.Jobs = append(q.Jobs, lineOf(i, j))
	}
	if s.Countdown != nil {
		q.Countdown = &countdownLine{s.Countdown.Action, s.Countdown.Left.Seconds()}
	}
	return q
}

func modeWord(m core.Mode) string {
	if m == core.Stopped {
		return "stopped"
	}
	return string(m)
}

// findOne finds a job by its number in the list or by the end of its ID, where IDs differ.
func findOne(jobs []core.Job, word string) (core.Job, error) {
	if n, err := strconv.Atoi(word); err == nil && len(word) < 10 {
		if n < 1 || n > len(jobs) {
			return core.Job{}, fmt.Errorf("there is no job %d; the list has %s", n, count(len(jobs), "job"))
		}
		return jobs[n-1], nil
	}
	var found []core.Job
	for _, j := range jobs {
		if word != "" && strings.HasSuffix(j.ID, word) {
			found = append(found, j)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return core.Job{}, fmt.Errorf("there is no job %q", word)
	}
	return core.Job{}, fmt.Errorf("%q may be any of %d jobs; write more of the ID", word, len(found))
}

// count is "1 job", "2 jobs".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func newQueueList(f *queueFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "list", Short: "Print the list", Args: noArgs, RunE: func(c *cobra.Command, _ []string) error {
		return f.with(c.Context(), func(q core.Control) error {
			snap, err := q.List(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), linesOf(snap))
			}
			if err := printList(c.OutOrStdout(), snap); err != nil {
				return err
			}
			if _, here := q.(*core.Remote); !here && f.url == "" && len(snap.Jobs) > 0 {
				fmt.Fprintln(c.OutOrStdout(), "Nothing works on it now: open Tapelight, or run tapelight-cli worker.")
			}
			return nil
		})
	}}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of text")
	return c
}

func printList(w io.Writer, s core.Snapshot) error {
	if len(s.Jobs) == 0 {
		fmt.Fprintln(w, "The queue is empty.")
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, j := range s.Jobs {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", i+1, shorten(printable(j.Name), 40), stateWords(j), printable(j.Facts))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for i, j := range s.Jobs {
		if j.State == core.Failed {
			fmt.Fprintf(w, "%d failed: %s\n", i+1, printable(j.Error))
		}
	}
	switch s.Mode {
	case core.Started:
		fmt.Fprintln(w, "The queue is started.")
	case core.Held:
		fmt.Fprintln(w, strings.TrimSpace("The queue is paused. "+s.Reason))
	default:
		if len(s.Jobs) > 0 {
			fmt.Fprintln(w, "The queue is stopped.")
		}
	}
	if s.Countdown != nil {
		fmt.Fprintf(w, "In %.0f s: %s. (\"queue after nothing\" calls it off.)\n", s.Countdown.Left.Seconds(), s.Countdown.Action)
	}
	return nil
}

// shorten cuts the middle out of a long name: its beginning and its end tell most.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	head := (most - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(most-1-head):])
}

func stateWords(j core.Job) string {
	out := string(j.State)
	switch {
	case j.State == core.Running && j.Total > 0:
		out += fmt.Sprintf(" %.0f %%", 100*j.Progress)
		if j.ETA > 0 {
			out += ", " + core.Clock(j.ETA) + " left"
		}
	case j.Resumes && j.Total > 0:
		out += fmt.Sprintf(", %.0f %% done", 100*j.Progress)
	}
	if j.State != core.Running && j.Stage != "" {
		out += ", " + j.Stage
	}
	return out
}

func newQueueShow(f *queueFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "show JOB", Short: "Print all about a job", Args: one("the job"), RunE: func(c *cobra.Command, args []string) error {
		return f.with(c.Context(), func(q core.Control) error {
			snap, err := q.List(c.Context())
			if err != nil {
				return err
			}
			j, err := findOne(snap.Jobs, args[0])
			if err != nil {
				return err
			}
			at := 0
			for i := range snap.Jobs {
				if snap.Jobs[i].ID == j.ID {
					at = i
				}
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), lineOf(at, j))
			}
			return printJob(c.OutOrStdout(), at, j)
		})
	}}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of text")
	return c
}

func printJob(w io.Writer, at int, j core.Job) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s\t%s\n", name, printable(value))
		}
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Local().Format("2006-01-02 15:04:05")
	}
	row("Job", fmt.Sprintf("%d (%s)", at+1, j.ID))
	row("Capture", j.Path)
	row("Output", j.Output)
	row("State", stateWords(j))
	row("Preset", j.Recipe.Title)
	row("What it is", j.Facts)
	row("What is done", j.Summary)
	for _, text := range j.Warnings {
		row("Note", text)
	}
	row("Error", j.Error)
	row("Log", j.ErrorLog)
	row("Worker", j.Worker)
	row("Added", when(j.Added))
	row("Started", when(j.Started))
	row("Ended", when(j.Ended))
	return table.Flush()
}

func newQueueWatch(f *queueFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "watch", Short: "Print what changes in the queue, until interrupted",
		Long: `Prints a line whenever a job's state or whole percent changes. With --json, each line is an object with the job's number, id, path, state, percent and stage.`,
		Args: noArgs, RunE: func(c *cobra.Command, _ []string) error {
			w := newWatcher(c.OutOrStdout(), asJSON)
			err := f.with(c.Context(), func(q core.Control) error { return q.Follow(c.Context(), w.see) })
			if c.Context().Err() != nil {
				return nil // that is how one stops watching
			}
			return err
		}}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of text")
	return c
}

// watcher prints the changes between lists.
type watcher struct {
	out    io.Writer
	asJSON bool
	seen   map[string]string // by job ID: what was printed last
	mode   core.Mode
	begun  bool
}

func newWatcher(out io.Writer, asJSON bool) *watcher {
	return &watcher{out: out, asJSON: asJSON, seen: map[string]string{}}
}

func (w *watcher) see(s core.Snapshot) error {
	if (!w.begun || s.Mode != w.mode) && !w.asJSON {
		fmt.Fprintln(w.out, strings.TrimSpace("The queue is "+modeWord(s.Mode)+". "+s.Reason))
	}
	w.begun, w.mode = true, s.Mode
	here := map[string]bool{}
	for i, j := range s.Jobs {
		here[j.ID] = true
		pct := int(100 * j.Progress)
		line := fmt.Sprintf("%s\x00%d\x00%s", j.State, pct, j.Error)
		if w.seen[j.ID] == line {
			continue
		}
		w.seen[j.ID] = line
		var err error
		if w.asJSON {
			var text []byte
			if text, err = json.Marshal(map[string]any{"number": i + 1, "id": j.ID, "path": j.Path, "output": j.Output, "state": j.State, "percent": pct, "stage": j.Stage, "error": j.Error}); err == nil {
				_, err = fmt.Fprintf(w.out, "%s\n", text)
			}
		} else {
			text := stateWords(j)
			if j.Error != "" && j.State != core.Running {
				text += ": " + printable(j.Error)
			}
			_, err = fmt.Fprintf(w.out, "%d  %s  %s\n", i+1, printable(j.Name), text)
		}
		if err != nil {
			return err
		}
	}
	for id := range w.seen {
		if !here[id] {
			delete(w.seen, id)
		}
	}
	return nil
}
