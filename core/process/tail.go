package process

import (
	"bytes"
	"sync"
)

// tail keeps the last max bytes written to it and passes complete lines on. Write and flush must not run at once; String may.
type tail struct {
	mu   sync.Mutex
	buf  []byte
	max  int
	line func(string)

	partial []byte // of a line that has not ended yet, at most max bytes
}

func (t *tail) Write(p []byte) (int, error) {
	t.keep(p)
	if t.line != nil {
		t.split(p)
	}
	return len(p), nil
}

func (t *tail) keep(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p = p[max(0, len(p)-t.max):]
	if n := len(t.buf) + len(p) - t.max; n > 0 {
		t.buf = t.buf[:copy(t.buf, t.buf[n:])]
	}
	t.buf = append(t.buf, p...)
}

func (t *tail) split(p []byte) {
	for {
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			t.extend(p)
			return
		}
		t.extend(p[:i])
		t.flush()
		p = p[i+1:]
	}
}

// extend adds to the unfinished line. What is beyond max is dropped: a line without an end must not grow without bound.
func (t *tail) extend(p []byte) {
	t.partial = append(t.partial, p[:min(len(p), t.max-len(t.partial))]...)
}

// flush passes the unfinished line on, if there is one.
func (t *tail) flush() {
	if t.line != nil && len(t.partial) > 0 {
		t.line(string(t.partial))
	}
	t.partial = t.partial[:0]
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
