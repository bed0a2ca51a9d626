package queue

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// The test binary plays the other processes of these tests: with this variable set it is a server on loopback or a worker.
const (
	roleVariable = "TAPELIGHT_QUEUE_TEST_ROLE"
	placeOf      = "TAPELIGHT_QUEUE_TEST_PLACE"
)

// play says what it does line by line on its output and ends when its input does.
func play(role string) int {
	place := os.Getenv(placeOf)
	var err error
	switch role {
	case "server":
		err = playServer(place)
	case "worker":
		err = playWorker(Config{URL: place, Lease: time.Second})
	case "owner":
		err = playWorker(Config{Dir: place})
	}
	if err != nil {
		fmt.Println("fault", err)
		return 1
	}
	io.Copy(io.Discard, os.Stdin)
	return 0
}

func playServer(dir string) error {
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true})
	if err != nil {
		return err
	}
	srv.Start()
	if !srv.ReadyForConnections(patience) {
		return errors.New("not ready")
	}
	fmt.Println("ready", srv.ClientURL())
	return nil
}

// playWorker claims a job and never ends it.
func playWorker(cfg Config) error {
	q, err := Open(context.Background(), cfg)
	if err != nil {
		return err
	}
	w, err := q.NewWorker(context.Background(), "victim", map[string]int{"cpu": 1})
	if err != nil {
		return err
	}
	if err := q.StartQueue(context.Background()); err != nil {
		return err
	}
	c, err := w.Claim(context.Background(), nil)
	if err != nil {
		return err
	}
	fmt.Println("ready", c.Job.ID)
	return nil
}

// actor starts another process and returns what it says when it is ready. kill is kill -9.
func actor(t *testing.T, role, place string) (word string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role, placeOf+"="+place)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	dead := false
	kill = func() {
		if !dead {
			dead = true
			cmd.Process.Kill()
			cmd.Wait()
			in.Close()
		}
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	word, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if !ok {
		t.Fatalf("%s says %q, %v", role, line, err)
	}
	return word, kill
}

func TestAnotherMachineTakesTheJobOver(t *testing.T) {
	url, _ := actor(t, "server", t.TempDir())
	q := open(t, "", func(c *Config) { c.URL, c.Lease = url, time.Second })
	jobs := add(t, q, "a", "b")
	id, kill := actor(t, "worker", url)
	if id != jobs[0].ID {
		t.Fatal(id)
	}
	await(t, q, "the other's claim", func(s Snapshot) bool { return s.Jobs[0].State == Running })
	w, err := q.NewWorker(within30(t), "heir", map[string]int{"cpu": 1})
	must(t, err)
	if c := claim(t, w); c.Job.ID != jobs[1].ID { // the other lives
		t.Fatal("two have one job")
	} else {
		must(t, c.Done(within30(t), nil))
	}
	kill()
	c := claim(t, w)
	if c.Job.ID != id || !c.Job.Resumable || c.Job.Attempts != 0 || c.Job.Runs != 2 {
		t.Errorf("%+v", c.Job)
	}
	must(t, c.Done(within30(t), nil))
	state(t, q, id, Done)
}

func TestGoodbyeAndWordsReachOtherMachines(t *testing.T) {
	url, kill := actor(t, "server", t.TempDir())
	remote := func(c *Config) { c.URL, c.Lease = url, time.Hour }
	a, b := open(t, "", remote), open(t, "", remote)
	job := add(t, a, "a")[0]
	w := started(t, a)
	c := claim(t, w)
	await(t, b, "the claim", func(s Snapshot) bool { return len(s.Jobs) == 1 && s.Jobs[0].State == Running })
	lines := b.Logs(within30(t))
	must(t, b.link.nc.Flush())
	must(t, c.Progress([]byte(`5`)))
	await(t, b, "the progress", func(s Snapshot) bool { return string(s.Progress[job.ID]) == "5" })
	must(t, c.Log("hello"))
	if got := <-lines; got.Text != "hello" {
		t.Error(got)
	}
	must(t, b.Pause(within30(t), job.ID))
	if why := ended(t, c); !errors.Is(why, ErrPaused) {
		t.Error(why)
	}
	closeQueue(t, a) // without letting go: others needn't wait for the lease
	await(t, b, "the job given back", func(s Snapshot) bool { return s.Jobs[0].State == Paused })
	kill()
}

func TestPredecessorsClaimsComeBackAtOnce(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		dir := t.TempDir()
		q := open(t, dir)
		add(t, q, "a")
		closeQueue(t, q)
		id, kill := actor(t, "owner", dir)
		kill()
		q = open(t, dir)
		if j := state(t, q, id, Waiting); !j.Resumable || q.Damage() != nil {
			t.Errorf("%+v %v", j, q.Damage())
		}
	})
	t.Run("shared", func(t *testing.T) {
		url, _ := actor(t, "server", t.TempDir())
		own := t.TempDir()
		q := open(t, own, func(c *Config) { c.URL, c.Lease = url, time.Hour })
		w := started(t, q)
		job := add(t, q, "a")[0]
		claim(t, w)
		// A death without goodbye: the lock is gone, the claim stays.
		q.leases.mu.Lock()
		q.leases.started = false
		q.leases.mu.Unlock()
		must(t, q.mark.file.Close())
		q.mark.file = nil
		closeQueue(t, q)
		q = open(t, own, func(c *Config) { c.URL, c.Lease = url, time.Hour })
		state(t, q, job.ID, Waiting)
	})
}

func TestClockJumpsTakeNoLease(t *testing.T) {
	url, _ := actor(t, "server", t.TempDir())
	mine, theirs := newHandClock(), newHandClock()
	a := open(t, "", func(c *Config) { c.URL, c.Clock = url, mine })
	b := open(t, "", func(c *Config) { c.URL, c.Clock = url, theirs })
	w := started(t, a)
	job := add(t, a, "a")[0]
	c := claim(t, w)
	await(t, b, "the claim", func(s Snapshot) bool { return len(s.Jobs) == 1 && s.Jobs[0].State == Running })
	<-theirs.armed // b waits for signs of life from now on
	for _, d := range []time.Duration{48 * time.Hour, -96 * time.Hour} {
		mine.Jump(d)
		theirs.Jump(d)
		must(t, c.Context().Err())
		state(t, b, job.ID, Running)
	}
	// For a, time stands still: it gives no sign of life. b hears none for a lease.
	theirs.Advance(31 * time.Second)
	await(t, b, "the job taken back", func(s Snapshot) bool { return s.Jobs[0].State == Waiting })
	if why := ended(t, c); !errors.Is(why, ErrLost) {
		t.Error(why)
	}
	if err := c.Done(within30(t), nil); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
}
