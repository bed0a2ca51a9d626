// Package instance lets one program at a time serve a data folder, and lets others of the same person talk to it: HTTP over a Unix-domain
// socket that nobody else can reach. What is said over it is the caller's affair.
package instance

import (
	"fmt"
	"net/http"
)

// RunningError says that another program serves the folder. It listens, so that Dial reaches it.
type RunningError struct {
	Dir string
	Pid int // 0 where it is not known
}

func (e *RunningError) Error() string {
	if e.Pid > 0 {
		return fmt.Sprintf("Tapelight runs already with the data in %s (process %d)", e.Dir, e.Pid)
	}
	return fmt.Sprintf("Tapelight runs already with the data in %s", e.Dir)
}

// NotRunningError says that no program serves the folder.
type NotRunningError struct {
	Dir string
	Err error // what was met; nil where there was nothing at all
}

func (e *NotRunningError) Error() string {
	return fmt.Sprintf("no Tapelight is running with the data in %s", e.Dir)
}

func (e *NotRunningError) Unwrap() error { return e.Err }

// FolderError is a folder for the socket that others could reach into, or that can't be had.
type FolderError struct {
	Path string
	Err  error
}

func (e *FolderError) Error() string {
	return fmt.Sprintf("%s can't be used to reach a running Tapelight: %v", e.Path, e.Err)
}

func (e *FolderError) Unwrap() error { return e.Err }

// RemoteError is what the running program answers instead of a result. A verb that returns one decides its status; other errors are sent with
// StatusUnprocessableEntity.
type RemoteError struct {
	Verb    string
	Status  int // of HTTP
	Message string
}

func (e *RemoteError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("the running Tapelight answered %q with %d %s", e.Verb, e.Status, http.StatusText(e.Status))
	}
	return e.Message
}

// Closing tells whether the other program answered that it is about to end.
func (e *RemoteError) Closing() bool { return e.Status == http.StatusServiceUnavailable }

// TooLargeError is a message beyond what either side accepts.
type TooLargeError struct {
	What  string
	Limit int64 // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s is larger than %d bytes", e.What, e.Limit)
}

const (
	// maxRequest bounds what a verb is told: some 100,000 paths.
	maxRequest = 32 << 20
	// maxAnswer bounds an answer: some 50,000 jobs.
	maxAnswer = 128 << 20
	// maxLine bounds a line of a stream, which may hold a snapshot of all jobs.
	maxLine = 128 << 20
)
