package instance_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tapelight/tapelight/core/instance"
)

func isFolderError(err error) bool {
	_, ok := errors.AsType[*instance.FolderError](err)
	return ok
}

func TestNobodyElseCanEnter(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "instance")
	if err := os.Mkdir(own, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(own, 0o777); err != nil {
		t.Fatal(err)
	}
	serve(t, dir, verbs())
	for name, mode := range map[string]os.FileMode{own: 0o700, filepath.Join(own, "socket"): 0o600} {
		if st, err := os.Lstat(name); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
	if err := os.Chmod(own, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Dial(t.Context(), dir); !isFolderError(err) {
		t.Errorf("a folder that others may enter: %v", err)
	}
}

// A socket in a folder of another user, or behind a link, is not talked to; we serve elsewhere.
func TestAFolderOfAnother(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	run := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", run)
	dir := t.TempDir()
	own := filepath.Join(dir, "instance")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(own, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Dial(t.Context(), dir); !isFolderError(err) {
		t.Error(err)
	}
	serve(t, dir, verbs())
	var n int
	if err := dial(t, dir).Do(t.Context(), "double", 3, &n); err != nil || n != 6 {
		t.Errorf("%d, %v", n, err)
	}
	if list, _ := filepath.Glob(filepath.Join(run, "tapelight-*", "socket")); len(list) != 1 {
		t.Errorf("the socket is at %q", list)
	}
}

func TestAProgramOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become another")
	}
	base := t.TempDir()
	dir := filepath.Join(base, "data")
	s := serve(t, dir, verbs())
	defer s.Close()
	// Root's socket opened wide: the rights of the file would let everybody in, the server does not.
	for p := dir; p != "/"; p = filepath.Dir(p) {
		if p == filepath.Dir(os.TempDir()) || p == os.TempDir() {
			break
		}
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "instance"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "instance", "socket")
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	got := asUser(t, 12345, path)
	if got != "" {
		t.Errorf("another user's program was answered: %q", got)
	}
	if got := asUser(t, 0, path); got == "" {
		t.Error("our own was not answered: this test proves nothing")
	}
}

// asUser asks for something over the socket at path from a process of that user, and gives what came back.
func asUser(t *testing.T, uid uint32, path string) string {
	t.Helper()
	script := `import socket,sys
s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
try:
    s.sendall(b"GET /x HTTP/1.0\r\n\r\n"); sys.stdout.write(s.recv(12).decode())
except OSError: pass`
	out, err := pythonAs(t, script, path, &syscall.Credential{Uid: uid, Gid: uid})
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestAStrangeThingInTheSocketsPlace(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "instance"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "instance", "socket")
	if err := os.WriteFile(path, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Dial(t.Context(), dir); err == nil {
		t.Error("it answers")
	}
	if _, err := instance.Listen(dir, verbs()); !isFolderError(err) {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "somebody's" {
		t.Error("it was removed")
	}
}

func TestABadPointer(t *testing.T) {
	dir, theirs := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "instance"), 0o700); err != nil {
		t.Fatal(err)
	}
	victim := filepath.Join(theirs, "socket")
	if err := os.WriteFile(victim, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	where := filepath.Join(dir, "instance", "where")
	for _, text := range []string{"", "relative\n", theirs, theirs + "\n", theirs + "\n\n", "/tapelight-\x00\n"} {
		if err := os.WriteFile(where, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := instance.Dial(t.Context(), dir); !isFolderError(err) {
			t.Errorf("%q: %v", text, err)
		}
	}
	serve(t, dir, verbs())
	if _, err := os.Stat(victim); err != nil {
		t.Error(err)
	}
	dial(t, dir)
}
