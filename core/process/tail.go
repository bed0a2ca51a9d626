package process

import (
	"bytes"
	"sync"
)

// tail keeps the last max bytes written to it and passes complete lines on.
type tail struct {
	mu      sync.Mutex
	buf     []byte
	max     int
	line    func(string)
	partial []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.buf = append(t.buf, p...)
	if n := len(t.buf) - t.max; n > 0 {
		t.buf = append(t.buf[:0], t.buf[n:]...)
	}
	t.mu.Unlock()
	if t.line != nil {
		t.partial = append(t.partial, p...)
		for {
			i := bytes.IndexAny(t.partial, "\r\n")
			if i < 0 {
				break
			}
			if i > 0 {
				t.line(string(t.partial[:i]))
			}
			t.partial = t.partial[i+1:]
		}
		if len(t.partial) > t.max { // a "line" without end must not grow without bound
			t.partial = t.partial[:0]
		}
	}
	return len(p), nil
}

func (t *tail) flush() {
	if t.line != nil && len(t.partial) > 0 {
		t.line(string(t.partial))
		t.partial = nil
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
