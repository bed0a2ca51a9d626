package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// LogLine is one line that a worker said about a job.
type LogLine struct {
	ID   string // of the job
	Text string
}

// maxWord bounds a word of progress and a line, bytes.
const maxWord = 64 << 10

func (q *Queue) subject(kind, id string) string {
	return "tapelight." + q.cfg.Name + "." + kind + "." + id
}

// Progress tells everyone who watches how far the job is, in the caller's own terms. It is not stored; only the last word is shown by Snapshot. It
// waits for nobody; call it a few times a second.
func (c *Claim) Progress(word json.RawMessage) error {
	return c.say("progress", word, func(q *Queue) { q.cache.progressed(c.Job.ID, word) })
}

// Log says a line about the job to everyone who listens to Logs. It is not stored.
func (c *Claim) Log(line string) error {
	return c.say("log", []byte(line), func(q *Queue) { q.logs.hear(LogLine{c.Job.ID, line}) })
}

func (c *Claim) say(kind string, data []byte, here func(*Queue)) error {
	if len(data) > maxWord {
		return fmt.Errorf("%d bytes of %s; %d is the most", len(data), kind, maxWord)
	}
	q := c.worker.q
	if q.ctx.Err() != nil {
		return ErrClosed
	}
	here(q) // the connection doesn't bring back what it sends
	if q.leases == nil {
		return nil // nobody else can listen
	}
	if err := q.link.nc.Publish(q.subject(kind, c.Job.ID), data); err != nil {
		return &StoreError{Step: "tell the " + kind, Err: err}
	}
	return nil
}

// listen takes in what workers elsewhere say.
func (q *Queue) listen() error {
	if q.leases == nil {
		return nil
	}
	for kind, take := range map[string]func(id string, data []byte){
		"progress": func(id string, data []byte) {
			if json.Valid(data) {
				q.cache.progressed(id, data)
			}
		},
		"log": func(id string, data []byte) { q.logs.hear(LogLine{id, string(data)}) },
	} {
		prefix := q.subject(kind, "")
		_, err := q.link.nc.Subscribe(prefix+"*", func(m *nats.Msg) {
			if len(m.Data) <= maxWord {
				take(strings.TrimPrefix(m.Subject, prefix), m.Data)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// logReaders are those who listen to lines.
type logReaders struct {
	mu     sync.Mutex
	list   map[chan LogLine]struct{}
	closed bool
}

// Logs gives the lines that workers say from now on. Of a reader that is too slow the oldest lines are dropped, beyond 1,024. The channel is closed
// when ctx or the queue has ended.
func (q *Queue) Logs(ctx context.Context) <-chan LogLine {
	r := q.logs
	lines := make(chan LogLine, 1024)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		close(lines)
		return lines
	}
	if r.list == nil {
		r.list = map[chan LogLine]struct{}{}
	}
	r.list[lines] = struct{}{}
	context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if _, there := r.list[lines]; there {
			delete(r.list, lines)
			close(lines)
		}
	})
	return lines
}

func (r *logReaders) hear(line LogLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.list {
		for sent := false; !sent; {
			select {
			case c <- line:
				sent = true
			default:
				select {
				case <-c: // the oldest
				default:
				}
			}
		}
	}
}

func (r *logReaders) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for c := range r.list {
		close(c)
	}
	r.list = nil
}
