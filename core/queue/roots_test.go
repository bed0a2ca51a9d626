package queue

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRoots(t *testing.T) {
	base := t.TempDir()
	tapes, deep := filepath.Join(base, "tapes"), filepath.Join(base, "tapes", "1994")
	must(t, os.MkdirAll(deep, 0o700))
	must(t, os.MkdirAll(filepath.Join(base, "secret"), 0o700))
	r := Roots{"tapes": tapes, "year-94": deep}
	must(t, r.Check())
	for path, want := range map[string]string{
		filepath.Join(tapes, "a b: 100%.avi"): "tapes:a b: 100%.avi",
		filepath.Join(deep, "x", "y.avi"):     "year-94:x/y.avi",
		tapes:                                 "tapes:.",
		filepath.Join(base, "tapes2", "z"):    filepath.Join(base, "tapes2", "z"),
		filepath.Join(tapes, "..", "q"):       filepath.Join(base, "q"),
	} {
		stored, err := r.Store(path)
		if err != nil || stored != want {
			t.Errorf("%s: %s %v, want %s", path, stored, err, want)
		}
		if back, err := r.Resolve(stored); err != nil || back != filepath.Clean(path) {
			t.Errorf("%s comes back as %s %v", path, back, err)
		}
	}
	must(t, os.Symlink(filepath.Join(base, "secret"), filepath.Join(tapes, "link")))
	must(t, os.Symlink(filepath.Join(base, "nowhere"), filepath.Join(tapes, "dangling")))
	must(t, os.Symlink(deep, filepath.Join(tapes, "inner")))
	for stored, want := range map[string]error{
		"tapes:../secret/x": ErrOutside, "tapes:a/../../secret": ErrOutside, "tapes:/etc/passwd": ErrOutside, "tapes:link/x": ErrOutside,
		"tapes:dangling": ErrOutside, "tapes:": ErrOutside, "films:x": ErrNoRoot, "tapes:inner/new.mkv": nil, "tapes:not/yet/there.mkv": nil,
	} {
		if _, err := r.Resolve(stored); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", stored, err, want)
		}
	}
	if _, err := r.Resolve("relative.avi"); err == nil {
		t.Error("a path from nowhere was taken")
	}
	outside := filepath.Join(tapes, "link", "x")
	if stored, _ := r.Store(outside); stored != outside {
		t.Errorf("%s is stored as %s, which can't be resolved", outside, stored)
	}
	if (Roots{"c": "/x"}).Check() == nil || (Roots{"tapes": "x"}).Check() == nil {
		t.Error("impossible roots were taken")
	}
}

func TestNoPathLeadsOut(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"..", ".", "a", "", "/", "\\", "b c"})).Draw(r, "parts")
		path, err := Roots{"tapes": dir}.Resolve("tapes:" + strings.Join(parts, "/"))
		if err == nil && path != dir && !strings.HasPrefix(path, dir+string(filepath.Separator)) {
			r.Errorf("%q leads to %s", parts, path)
		}
	})
}
