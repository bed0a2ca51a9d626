package tape

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// version changes whenever the same name would make another file; older samples are then made anew.
const version = 5

// Dir is the project's own folder of samples, testdata/tapes, found from the working directory upwards.
func Dir() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return filepath.Join(dir, "testdata", "tapes"), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			err = errors.New("no go.mod above the working directory")
		}
		dir = up
	}
	return "", fmt.Errorf("find the folder of samples: %w", err)
}

// Make makes the named samples (all when none is named) in dir at their default length and returns them by name.
// Those already there are left as they are. Several processes may call it for the same folder at once.
func Make(ctx context.Context, dir string, names ...string) (map[string]Sample, error) {
	return makeAll(ctx, dir, DefaultSeconds, names)
}

// MakeShort is Make for another length, in a folder of its own under dir: 1 s is enough for most tests.
func MakeShort(ctx context.Context, dir string, seconds float64, names ...string) (map[string]Sample, error) {
	return makeAll(ctx, filepath.Join(dir, fmt.Sprintf("%gs", seconds)), seconds, names)
}

// TB is the part of testing.TB that For needs.
type TB interface {
	Helper()
	Skipf(format string, args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// For is MakeShort in Dir for tests. It skips the test where there is no ffmpeg.
func For(t TB, seconds float64, names ...string) map[string]Sample {
	t.Helper()
	dir, err := Dir()
	if err != nil {
		t.Fatalf("%v", err)
	}
	samples, err := MakeShort(t.Context(), dir, seconds, names...)
	if errors.Is(err, ErrNoFFmpeg) {
		t.Skipf("%v", err)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	return samples
}

func makeAll(ctx context.Context, dir string, seconds float64, names []string) (map[string]Sample, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of samples: %w", err)
	}
	if len(names) == 0 {
		for _, s := range Specs() {
			names = append(names, s.Name)
		}
	}
	out := map[string]Sample{}
	for _, name := range names {
		spec, ok := SpecOf(name, seconds)
		if !ok {
			return nil, fmt.Errorf("no sample is called %q", name)
		}
		if err := makeOne(ctx, spec, dir); err != nil {
			return nil, err
		}
		out[name] = Sample{Spec: spec, Path: filepath.Join(dir, spec.File)}
	}
	return out, nil
}

// makeOne makes a sample unless it is there.
func makeOne(ctx context.Context, s Spec, dir string) error {
	stamp := fmt.Sprintf("version %d, %g s\n", version, s.Seconds)
	return once(ctx, dir, s.File, stamp, func(work string) error {
		return encode(ctx, s, work, filepath.Join(work, s.File))
	})
}

// once has build make the file dir/name in a working folder and moves it into place, unless dir/name is there with
// the same stamp beside it. Processes that want the same file wait for each other.
func once(ctx context.Context, dir, name, stamp string, build func(work string) error) error {
	file, stampFile := filepath.Join(dir, name), filepath.Join(dir, "."+name+".stamp")
	ready := func() bool {
		got, err := os.ReadFile(stampFile)
		if err != nil || string(got) != stamp {
			return false
		}
		_, err = os.Stat(file)
		return err == nil
	}
	if ready() {
		return nil
	}
	unlock, err := lock(ctx, filepath.Join(dir, "."+name+".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if ready() {
		return nil
	}
	work, err := os.MkdirTemp(dir, ".part-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := build(work); err != nil {
		return err
	}
	// The stamp goes first and comes last, so that a file is never taken for something it is not.
	if err := os.Remove(stampFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(filepath.Join(work, name), file); err != nil {
		return fmt.Errorf("put sample %s in place: %w", name, err)
	}
	part := filepath.Join(work, "stamp")
	if err := os.WriteFile(part, []byte(stamp), 0o644); err != nil {
		return err
	}
	return os.Rename(part, stampFile)
}
