package instance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/filelock"
)

const (
	// answerGrace is how long requests under way have for their answers when the server closes.
	answerGrace = time.Second
	// handlerGrace bounds the wait for handlers whose context has ended.
	handlerGrace = 5 * time.Second
	// headTime bounds how long a client may take to say what it wants.
	headTime = 10 * time.Second
	maxHead  = 64 << 10
)

// Server serves a data folder. There is one at a time on a machine.
type Server struct {
	place   place
	folder  string // that was made for the socket elsewhere; empty where it lies in the data folder
	lock    *os.File
	http    *http.Server
	closing chan struct{} // closed when Close begins
	cancel  context.CancelFunc
	served  chan struct{}
	failed  error // why serving ended by itself; set before served is closed

	mu       sync.Mutex
	ended    bool           // no handler begins any more
	handlers sync.WaitGroup // added to under mu, while not ended
	once     sync.Once
	closed   error
}

type closingKey struct{}

// Listen begins to serve dir, which is made if need be, with h. It returns a *RunningError where another program serves it, and a
// *FolderError where no folder is to be had that only this user can enter. What a dead program left is replaced. A program that is just closing is
// waited for. End it by Close.
func Listen(dir string, h http.Handler) (_ *Server, err error) {
	p, err := placeOf(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.own, 0o700); err != nil {
		return nil, &FolderError{p.own, err}
	}
	guard, err := p.guard()
	if err != nil {
		return nil, err
	}
	defer guard.Close()
	lock, err := p.take()
	if err != nil {
		return nil, err
	}
	s := &Server{place: p, lock: lock, closing: make(chan struct{}), served: make(chan struct{})}
	defer func() {
		if err != nil {
			s.removeFolder()
			lock.Close()
		}
	}()
	if err := p.clear(); err != nil {
		return nil, fmt.Errorf("remove what an earlier Tapelight left: %w", err)
	}
	l, err := s.listen()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), closingKey{}, (<-chan struct{})(s.closing)))
	s.cancel = cancel
	s.http = &http.Server{
		Handler: s.counted(h), BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headTime, MaxHeaderBytes: maxHead, ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(s.served)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed = err
		}
	}()
	return s, nil
}

// guard waits until no other program begins or ends to serve the folder.
func (p place) guard() (*os.File, error) {
	f, err := os.OpenFile(p.in(guardName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &FolderError{p.own, err}
	}
	if err := filelock.Wait(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", p.in(guardName), err)
	}
	return f, nil
}

// take makes the folder ours.
func (p place) take() (*os.File, error) {
	f, err := os.OpenFile(p.in(lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &FolderError{p.own, err}
	}
	mine, pid, err := filelock.Own(f)
	switch {
	case err != nil:
		err = fmt.Errorf("lock %s: %w", p.in(lockName), err)
	case !mine:
		err = &RunningError{Dir: p.dir, Pid: pid}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// listen opens the socket in the data folder, or, where that is too deep, open to others or on a file system without sockets, elsewhere.
func (s *Server) listen() (net.Listener, error) {
	var first error
	if path := s.place.in(socketName); len(path) <= maxSocketPath {
		if first = privateDir(s.place.own); first == nil {
			l, err := listenAt(path)
			if err == nil {
				return l, nil
			}
			first = err
		}
	}
	folder, err := s.place.goAway()
	if err != nil {
		return nil, errors.Join(first, err)
	}
	s.folder = folder
	l, err := listenAt(filepath.Join(folder, socketName))
	if err != nil {
		return nil, errors.Join(first, err)
	}
	return l, nil
}

func listenAt(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, &FolderError{path, err}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, &FolderError{path, err}
	}
	return sameUser{l}, nil
}

// sameUser lets only this user's programs in.
type sameUser struct{ net.Listener }

func (l sameUser) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || samePeer(c) == nil {
			return c, err
		}
		c.Close()
	}
}

// counted bounds what a handler is told, and knows how many there are.
func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			http.Error(w, errClosing.Message, errClosing.Status)
			return
		}
		defer s.handlers.Done()
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		h.ServeHTTP(w, r)
	})
}

func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.handlers.Add(1)
	return true
}

// Closing is closed when the server that a handler's context belongs to begins to close; it is nil, and so never ready, for other contexts.
// Streams end then; other handlers have a second for their answers before their context ends.
func Closing(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(closingKey{}).(<-chan struct{})
	return c
}

// Done is closed when the server has stopped to serve: after Close, or by a fault that Close tells.
func (s *Server) Done() <-chan struct{} { return s.served }

// Close ends all requests and gives the folder free. When it returns no handler runs, unless the error says that one did not heed its context.
// It may be called more than once.
func (s *Server) Close() error {
	s.once.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Server) close() error {
	guard, guardErr := s.place.guard() // who starts meanwhile waits, and then finds the folder free
	if guardErr == nil {
		defer guard.Close()
	}
	close(s.closing)
	ctx, cancel := context.WithTimeout(context.Background(), answerGrace)
	defer cancel()
	_ = s.http.Shutdown(ctx) // what it did not wait for is ended here
	s.cancel()
	_ = s.http.Close()
	<-s.served

	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	var late error
	ended := make(chan struct{})
	go func() { defer close(ended); s.handlers.Wait() }()
	timer := time.NewTimer(handlerGrace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		late = errors.New("a request that was under way does not end")
	}
	s.removeFolder()
	return errors.Join(s.failed, late, s.lock.Close())
}

// removeFolder removes the folder that was made for the socket elsewhere; the socket itself goes with its listener.
func (s *Server) removeFolder() {
	if s.folder == "" {
		return
	}
	os.Remove(filepath.Join(s.folder, socketName))
	os.Remove(s.folder)
	os.Remove(s.place.in(whereName))
}
