package scratch

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func leave(t *testing.T, root, name, ownerText string) string {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Join(path, filesDir, "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	if ownerText != "" {
		if err := os.WriteFile(filepath.Join(path, ownerFile), []byte(ownerText), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestSweep(t *testing.T) {
	root := t.TempDir()
	pid := os.Getpid()
	start, known := processStart(pid)
	if !known || start == "" {
		t.Fatalf("this process's start: %q, %v", start, known)
	}
	const beyond = 1 << 30 // more than any process id
	if start, known := processStart(beyond); !known || start != "" {
		t.Fatalf("a process that doesn't exist: %q, %v", start, known)
	}
	gone := leave(t, root, "owned-1", fmt.Sprintf(`{"pid":%d,"start":%q,"purpose":"x"}`, beyond, start))
	reused := leave(t, root, "owned-2", fmt.Sprintf(`{"pid":%d,"start":"another boot 17","purpose":"x"}`, pid))
	living := leave(t, root, "owned-3", fmt.Sprintf(`{"pid":%d,"start":%q,"purpose":"x"}`, pid, start))
	noOwner := leave(t, root, "owned-4", "")
	garbled := leave(t, root, "owned-5", `{"pid":`)
	foreign := leave(t, root, "photographs", fmt.Sprintf(`{"pid":%d,"start":"0"}`, beyond))
	target := t.TempDir()
	leave(t, target, ".", fmt.Sprintf(`{"pid":%d,"start":"0"}`, beyond))
	link := filepath.Join(root, "owned-6")
	if err := os.Symlink(target, link); err != nil {
		t.Log("no links here:", err)
		link = target
	}

	check := func(now time.Time, want ...string) {
		t.Helper()
		removed, err := sweep(root, now)
		if err != nil || !slices.Equal(removed, want) {
			t.Errorf("removed %v, %v; want %v", removed, err, want)
		}
		for _, path := range removed {
			if _, err := os.Lstat(path); err == nil {
				t.Errorf("%s is still there", path)
			}
		}
		for _, path := range []string{living, foreign, link, target} {
			if _, err := os.Lstat(path); err != nil {
				t.Error(err)
			}
		}
	}
	check(time.Now(), gone, reused)
	check(time.Now())
	check(time.Now().Add(2*unknownAge), noOwner, garbled)
}

func FuzzParseOwner(f *testing.F) {
	f.Add([]byte(`{"pid":1,"start":"2","purpose":"3"}`))
	f.Add([]byte(`{"pid":-1,"start":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o, err := parseOwner(data); err == nil && (o.Pid < 1 || o.Start == "") {
			t.Errorf("accepted %+v", o)
		}
	})
}
