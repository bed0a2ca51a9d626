package instance

import (
	"net/http"
	"sync/atomic"
)

// Late is a handler that answers that the program is starting, until it is given the one that does the work: the socket is taken first, so that of two
// starts only one goes on. Its zero value is ready.
type Late struct{ real atomic.Pointer[http.Handler] }

// Set gives it the handler that does the work.
func (l *Late) Set(h http.Handler) { l.real.Store(&h) }

func (l *Late) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := l.real.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(`{"error":"Tapelight is starting; try again in a moment"}`))
}
