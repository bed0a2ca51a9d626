package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

const (
	verbPath = "/v1/"

	// A stream that has begun can't change its status any more; its trailers tell how it ended.
	statusTrailer = "Tapelight-Status"
	errorTrailer  = "Tapelight-Error"
)

// checkVerb lets through what can stand in an address as it is.
func checkVerb(verb string) error {
	ok := verb != "" && len(verb) <= 64
	for _, c := range []byte(verb) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.')
	}
	if !ok {
		return fmt.Errorf("%q is no name of a verb", verb)
	}
	return nil
}

// Handle lets mux answer verb (letters a to z, digits, '-' and '.') with f. f is given what the client sent, valid JSON ("null" where it sent
// nothing), and what it returns is sent back as JSON. Its errors travel to the client, with their status where they are a *RemoteError. A panic is
// answered as an error. Handle panics if the verb is none or already there: a mistake in the program.
func Handle(mux *http.ServeMux, verb string, f func(ctx context.Context, in json.RawMessage) (any, error)) {
	register(mux, verb, func(w http.ResponseWriter, r *http.Request, in json.RawMessage) error {
		out, err := safely(func() (any, error) { return f(r.Context(), in) })
		if err != nil {
			return err
		}
		body, err := json.Marshal(out)
		if err != nil {
			return &RemoteError{Status: http.StatusInternalServerError, Message: fmt.Sprintf("the answer to %s can't be written: %v", verb, err)}
		}
		_, _ = w.Write(append(body, '\n')) // a client that went away needs no answer
		return nil
	})
}

// HandleStream lets mux answer verb with as many values as f sends. f's context ends when the client goes away or the server closes; send is not to be
// called by two goroutines at once, and returns an error when nobody listens any more.
func HandleStream(mux *http.ServeMux, verb string, f func(ctx context.Context, in json.RawMessage, send func(any) error) error) {
	register(mux, verb, func(w http.ResponseWriter, r *http.Request, in json.RawMessage) error {
		closing := Closing(r.Context())
		ctx, cancel := context.WithCancelCause(r.Context())
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			select {
			case <-closing:
				cancel(errClosing)
			case <-ctx.Done():
			}
		}()
		defer func() { cancel(nil); <-watched }()

		begun := false
		flush := http.NewResponseController(w).Flush
		send := func(v any) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			line, err := json.Marshal(v)
			if err != nil {
				return err
			}
			begun = true
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
			return flush()
		}
		// The client learns at once that its wish was understood, however long the first value takes.
		w.WriteHeader(http.StatusOK)
		begun = flush() == nil
		_, err := safely(func() (any, error) { return nil, f(ctx, in, send) })
		if errors.Is(context.Cause(ctx), errClosing) {
			err = errClosing
		}
		if err == nil || !begun {
			return err
		}
		e := asRemote(err)
		w.Header().Set(http.TrailerPrefix+statusTrailer, strconv.Itoa(e.Status))
		w.Header().Set(http.TrailerPrefix+errorTrailer, url.PathEscape(e.Message))
		return nil
	})
}

var errClosing = &RemoteError{Status: http.StatusServiceUnavailable, Message: "Tapelight is closing"}

func register(mux *http.ServeMux, verb string, f func(http.ResponseWriter, *http.Request, json.RawMessage) error) {
	if err := checkVerb(verb); err != nil {
		panic(err)
	}
	mux.HandleFunc("POST "+verbPath+verb, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		in, err := readRequest(r.Body)
		if err == nil {
			err = f(w, r, in)
		}
		if err == nil {
			return
		}
		e := asRemote(err)
		body, err := json.Marshal(fault{e.Error()})
		if err != nil {
			body = []byte(`{"error":"it failed"}`)
		}
		w.WriteHeader(e.Status)
		_, _ = w.Write(append(body, '\n'))
	})
}

// readRequest reads what a client sent.
func readRequest(r io.Reader) (json.RawMessage, error) {
	body, err := io.ReadAll(r)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &RemoteError{Status: http.StatusRequestEntityTooLarge, Message: (&TooLargeError{"the request", maxRequest}).Error()}
	}
	if err != nil {
		return nil, &RemoteError{Status: http.StatusBadRequest, Message: "the request was cut short"}
	}
	if len(body) == 0 {
		return json.RawMessage("null"), nil
	}
	if !json.Valid(body) {
		return nil, &RemoteError{Status: http.StatusBadRequest, Message: "the request is no JSON"}
	}
	return body, nil
}

// asRemote gives an error the form in which it travels.
func asRemote(err error) *RemoteError {
	e := &RemoteError{Status: http.StatusUnprocessableEntity, Message: err.Error()}
	if r, ok := errors.AsType[*RemoteError](err); ok && r.Status >= 400 && r.Status <= 599 {
		e.Status = r.Status
	}
	return e
}

// safely turns a panic into an error: a fault in one verb must not end the program.
func safely(f func() (any, error)) (out any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &RemoteError{Status: http.StatusInternalServerError, Message: fmt.Sprintf("a fault in Tapelight itself (%v)", v)}
		}
	}()
	return f()
}

// endOfStream reads from a stream's trailers how it ended.
func endOfStream(verb string, trailer http.Header) error {
	text := trailer.Get(statusTrailer)
	if text == "" {
		return nil
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 400 || status > 599 {
		status = http.StatusInternalServerError
	}
	message, err := url.PathUnescape(trailer.Get(errorTrailer))
	if err != nil {
		message = ""
	}
	return &RemoteError{Verb: verb, Status: status, Message: message}
}
