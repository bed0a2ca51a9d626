package instance

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzRequest(f *testing.F) {
	for _, s := range []string{"", "null", `{"a":1}`, "{", "1 2", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := readRequest(bytes.NewReader(body))
		if err == nil && !json.Valid(in) {
			t.Errorf("%q was let through", in)
		}
		if e, ok := errors.AsType[*RemoteError](err); err != nil && (!ok || e.Status != http.StatusBadRequest) {
			t.Errorf("%v", err)
		}
	})
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"", "1\n2\n", "1", "\n\n{}\n", "{\n", strings.Repeat("[", 300) + strings.Repeat("]", 300) + "\n"} {
		f.Add([]byte(s))
	}
	const limit = 256
	f.Fuzz(func(t *testing.T, body []byte) {
		n := 0
		err := readLines(bytes.NewReader(body), limit, func(m json.RawMessage) error {
			n++
			if !json.Valid(m) || len(m) > limit {
				t.Errorf("%q was let through", m)
			}
			return nil
		})
		if err == nil {
			want := 0
			for line := range bytes.Lines(body) {
				if len(bytes.TrimSpace(line)) > 0 {
					want++
				}
			}
			if n != want {
				t.Errorf("%d of %d lines", n, want)
			}
		}
	})
}

func FuzzRemoteError(f *testing.F) {
	f.Add(422, []byte(`{"error":"x"}`), "422", "x%20y")
	f.Add(404, []byte("404 page not found\n"), "", "")
	f.Add(500, []byte(`{"error":1}`), "-1", "%zz")
	f.Fuzz(func(t *testing.T, status int, body []byte, trailerStatus, trailerError string) {
		if e := remoteError("v", status, body); e.Error() == "" || e.Status != status {
			t.Errorf("%#v", e)
		}
		h := http.Header{}
		h.Set(statusTrailer, trailerStatus)
		h.Set(errorTrailer, trailerError)
		err := endOfStream("v", h)
		if (err == nil) != (trailerStatus == "") {
			t.Errorf("%v", err)
		}
		if e, ok := errors.AsType[*RemoteError](err); ok && (e.Status < 400 || e.Status > 599) {
			t.Errorf("%#v", e)
		}
	})
}

func FuzzWhere(f *testing.F) {
	for _, s := range []string{"", "/tmp/tapelight-1\n", "/tmp/tapelight-1", "tapelight-1\n", "/tmp/../tapelight-\n", "/\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, err := parseWhere(text)
		if err == nil && (!filepath.IsAbs(path) || !strings.HasPrefix(filepath.Base(path), awayPrefix) || strings.ContainsAny(path, "\n\x00")) {
			t.Errorf("%q", path)
		}
	})
}
