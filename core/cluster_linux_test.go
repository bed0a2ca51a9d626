package core_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// serverVariable makes the test binary play a NATS server over the folder of that name.
const serverVariable = "TAPELIGHT_TEST_SERVER"

// playServer is a NATS server on loopback that lives until its input ends.
func playServer(dir string) int {
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	srv.Start()
	if !srv.ReadyForConnections(patience) {
		return 1
	}
	fmt.Println(srv.ClientURL())
	io.Copy(io.Discard, os.Stdin)
	srv.Shutdown()
	return 0
}

func natsServer(t *testing.T) (url string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverVariable+"="+t.TempDir())
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return strings.TrimSpace(line)
}

// TestAnotherMachineGoesOn shares a queue between two workers that have the tapes in different places. The first is killed at its work; the second finishes
// what it began, and the output is the same as if nothing had happened.
func TestAnotherMachineGoesOn(t *testing.T) {
	url := natsServer(t)
	dir := t.TempDir()
	tapes := filepath.Join(dir, "tapes")
	copyFile(t, tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"].Path, filepath.Join(tapes, "1994", "summer.mpg"))
	elsewhere := filepath.Join(dir, "mounted")
	must(t, os.Symlink(tapes, elsewhere))
	worker := func(name, root string) appOptions {
		return appOptions{filepath.Join(dir, name), core.QueueOptions{URL: url, Dir: filepath.Join(dir, name, "queue"), Name: name, Roots: map[string]string{"tapes": root}, Lease: time.Second}}
	}
	first := worker("attic", tapes)
	s, err := core.New(core.Options{ConfigDir: filepath.Join(dir, "desk"), CacheDir: filepath.Join(dir, "desk"), Queue: &core.QueueOptions{URL: url, Idle: true, Roots: map[string]string{"tapes": tapes}}})
	must(t, err)
	defer closed(t, s)
	r := networked()
	r.Output.Encoder, r.Sound.Mode, r.Sound.Codec = "ffv1", recipe.SoundOff, recipe.CodecFLAC
	id := add(t, s, []string{filepath.Join(tapes, "1994")}, r, filepath.Join(tapes, "done"))[0]

	victim := lives(t, first, 0, func(a *app) bool { return a.frames >= 30 })
	if victim.fault != "" || victim.state != string(core.Running) {
		t.Fatalf("the victim: %s, %s", victim.state, victim.fault)
	}
	heir := lives(t, worker("cellar", elsewhere), 0, nil)
	if heir.state != string(core.Done) {
		t.Fatalf("the heir: %s, %s", heir.state, heir.fault)
	}
	if heir.begun == 0 {
		t.Error("the heir began anew")
	}
	j := awaitState(t, s, id, core.Done)
	if j.Worker != "cellar" || j.Output != filepath.Join(tapes, "done", "summer.restored.mkv") || j.Path != filepath.Join(tapes, "1994", "summer.mpg") {
		t.Errorf("the job is %+v", j)
	}
	if got := names(t, filepath.Join(tapes, "done")); !slices.Equal(got, []string{"summer.restored.mkv"}) {
		t.Errorf("files are %v", got)
	}
	whole := filepath.Join(dir, "whole.mkv")
	if _, err := s.Restore(t.Context(), core.Request{Path: j.Path, Recipe: r, Output: whole}, nil); err != nil {
		t.Fatal(err)
	}
	if digest(t, whole) != digest(t, j.Output) {
		t.Error("the output differs from an uninterrupted run's")
	}
}
