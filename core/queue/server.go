package queue

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// maxStore is how much the server may put into the folder: 10,000 jobs of 10 KB and as much again before it compacts are 200 MB.
const maxStore = 1 << 30

// markerLife is how long a removed job's marker stays, for readers that were cut off meanwhile.
const markerLife = 24 * time.Hour

// complaints keeps what the server warns of, at most a few lines.
type complaints struct {
	mu    sync.Mutex
	lines []string
}

func (c *complaints) note(format string, v ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lines) < 16 {
		c.lines = append(c.lines, fmt.Sprintf(format, v...))
	}
}

func (c *complaints) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lines) == 0 {
		return "it gives no reason"
	}
	return c.lines[len(c.lines)-1]
}

func (c *complaints) Noticef(string, ...any)    {}
func (c *complaints) Debugf(string, ...any)     {}
func (c *complaints) Tracef(string, ...any)     {}
func (c *complaints) Warnf(f string, v ...any)  { c.note(f, v...) }
func (c *complaints) Errorf(f string, v ...any) { c.note(f, v...) }
func (c *complaints) Fatalf(f string, v ...any) { c.note(f, v...) }

// embedded is a server inside this process that nobody outside can reach.
type embedded struct {
	srv *server.Server
	log *complaints
}

// startEmbedded starts a server over a folder, which must be this process's alone.
func startEmbedded(dir string) (*embedded, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	e := &embedded{log: &complaints{}}
	var err error
	e.srv, err = server.NewServer(&server.Options{ServerName: "tapelight", DontListen: true, JetStream: true, StoreDir: dir, SyncAlways: true,
		JetStreamMaxMemory: 16 << 20, JetStreamMaxStore: maxStore, NoSigs: true, MaxPayload: 1 << 20})
	if err != nil {
		return nil, &StoreError{Step: "start it in " + dir, Err: err}
	}
	e.srv.SetLoggerV2(e.log, false, false, false)
	e.srv.Start()
	if !e.srv.ReadyForConnections(slowStore) || !e.srv.JetStreamEnabled() {
		e.stop()
		return nil, &StoreError{Step: "start it in " + dir, Err: errors.New(e.log.last())}
	}
	return e, nil
}

func (e *embedded) stop() {
	if e != nil {
		e.srv.Shutdown()
		e.srv.WaitForShutdown()
	}
}

// link is a connection to a server and the bucket of job records in it.
type link struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	jobs   jetstream.KeyValue
	prefix string // of the subjects under which the bucket keeps its keys
	made   bool   // the bucket was not there before
}

func bucketName(queue string) string { return queue + "_jobs" }

// connect joins the server (in this process if e is not nil) and makes the bucket if it isn't there.
func connect(e *embedded, address, queue string, opts ...nats.Option) (*link, error) {
	opts = append(opts, nats.Name("tapelight"), nats.MaxReconnects(-1), nats.ReconnectWait(250*time.Millisecond), nats.NoEcho())
	if e != nil {
		opts = append(opts, nats.InProcessServer(e.srv))
	}
	nc, err := nats.Connect(address, opts...)
	if err != nil {
		return nil, &StoreError{Step: "reach " + redact(address), Err: err}
	}
	l := &link{nc: nc, prefix: "$KV." + bucketName(queue) + "."}
	ctx, cancel := timeout()
	defer cancel()
	if l.js, err = jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(256)); err == nil {
		l.jobs, err = l.js.KeyValue(ctx, bucketName(queue))
		if errors.Is(err, jetstream.ErrBucketNotFound) {
			l.jobs, err = l.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucketName(queue), Description: "Tapelight's jobs",
				History: 1, Storage: jetstream.FileStorage, LimitMarkerTTL: markerLife})
			l.made = err == nil
			if errors.Is(err, jetstream.ErrBucketExists) { // another machine was first
				l.jobs, err = l.js.KeyValue(ctx, bucketName(queue))
			}
		}
	}
	if err != nil {
		nc.Close()
		return nil, &StoreError{Step: "open the list of jobs", Err: err}
	}
	return l, nil
}

// timeout bounds one step of the store where no caller gives a context.
func timeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), slowStore)
}

// redact takes the password out of an address.
func redact(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "the server"
}
