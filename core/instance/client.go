package instance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Client talks to the program that serves a data folder. It holds nothing open between calls, and may be used by many goroutines.
type Client struct {
	dir  string
	http *http.Client
}

// Dial reaches the program that serves dir. The error is a *NotRunningError where there is none, and a *FolderError where the socket lies in a folder
// that others could have made.
func Dial(ctx context.Context, dir string) (*Client, error) {
	p, err := placeOf(dir)
	if err != nil {
		return nil, err
	}
	c := &Client{dir: p.dir}
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return p.dial(ctx) },
			DisableKeepAlives: true, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	conn, err := p.dial(ctx)
	if err != nil {
		return nil, err
	}
	return c, conn.Close()
}

// dial connects to the socket.
func (p place) dial(ctx context.Context) (net.Conn, error) {
	path, err := p.socket()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NotRunningError{Dir: p.dir}
	}
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, &NotRunningError{Dir: p.dir}
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", path)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && (refused(err) || errors.Is(err, fs.ErrNotExist)):
		return nil, &NotRunningError{Dir: p.dir, Err: err}
	case err != nil:
		return nil, fmt.Errorf("reach the running Tapelight: %w", err)
	}
	if err := samePeer(conn); err != nil {
		conn.Close()
		return nil, &FolderError{filepath.Dir(path), err}
	}
	return conn, nil
}

// Do asks the running program to do verb with in, and reads its answer into out (nil where none is wanted). Both travel as JSON. The error is a
// *RemoteError where the program refused, a *NotRunningError where it has ended meanwhile.
func (c *Client) Do(ctx context.Context, verb string, in, out any) error {
	r, err := c.post(ctx, verb, in)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	body, err := readBounded(r.Body, maxAnswer, "the answer to "+verb)
	if err != nil {
		return broken(ctx, verb, err)
	}
	if r.StatusCode != http.StatusOK {
		return remoteError(verb, r.StatusCode, body)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("the answer to %s can't be understood: %w", verb, err)
	}
	return nil
}

// Stream asks for verb and gives every value of the answer to each, until the other side ends, ctx ends or each returns an error, which is
// passed on. A program that closes ends it with a *RemoteError whose Closing is true.
func (c *Client) Stream(ctx context.Context, verb string, in any, each func(json.RawMessage) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := c.post(ctx, verb, in)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		body, err := readBounded(r.Body, maxAnswer, "the answer to "+verb)
		if err != nil {
			return broken(ctx, verb, err)
		}
		return remoteError(verb, r.StatusCode, body)
	}
	var own error
	err = readLines(r.Body, maxLine, func(line json.RawMessage) error {
		own = each(line)
		return own
	})
	switch {
	case own != nil:
		return own
	case err != nil:
		return broken(ctx, verb, err)
	}
	return endOfStream(verb, r.Trailer)
}

func (c *Client) post(ctx context.Context, verb string, in any) (*http.Response, error) {
	if err := checkVerb(verb); err != nil {
		return nil, err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	if len(body) > maxRequest {
		return nil, &TooLargeError{"the request " + verb, maxRequest}
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://tapelight"+verbPath+verb, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/json")
	r, err := c.http.Do(q)
	if err != nil {
		return nil, broken(ctx, verb, err)
	}
	return r, nil
}

// broken is the error of a conversation that broke off.
func broken(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if e, ok := errors.AsType[*NotRunningError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*TooLargeError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // its text has the made-up address in it
	}
	return fmt.Errorf("the running Tapelight broke off during %s: %w", verb, err)
}

func readBounded(r io.Reader, limit int64, what string) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(body)) > limit {
		return nil, &TooLargeError{what, limit}
	}
	return body, err
}

// fault is how an error travels.
type fault struct {
	Error string `json:"error"`
}

// maxMessage bounds what is shown of an answer that is no fault of ours.
const maxMessage = 4 << 10

// remoteError reads an answer that is not a result: a fault, or the plain text of a server that knows no better.
func remoteError(verb string, status int, body []byte) *RemoteError {
	var f fault
	if err := json.Unmarshal(body, &f); err == nil && f.Error != "" {
		return &RemoteError{Verb: verb, Status: status, Message: f.Error}
	}
	text := strings.TrimSpace(strings.ToValidUTF8(string(body[:min(len(body), maxMessage)]), ""))
	if !utf8.ValidString(text) || strings.HasPrefix(text, "{") {
		text = ""
	}
	return &RemoteError{Verb: verb, Status: status, Message: text}
}

// readLines gives each line of JSON to each; empty lines are skipped. The line is each's to keep.
func readLines(r io.Reader, limit int, each func(json.RawMessage) error) error {
	b := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	for {
		part, err := b.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return &TooLargeError{"a line of the stream", int64(limit)}
		}
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			if !json.Valid(text) {
				return errors.New("it sent a line that is no JSON")
			}
			if err := each(bytes.Clone(text)); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
		line = line[:0]
	}
}
