package core_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestMeasuredIsKept reads a capture, and again in another service: it is the same to the last bit. A damaged record is measured anew.
func TestMeasuredIsKept(t *testing.T) {
	dir := t.TempDir()
	path := copyFile(t, webcam(t), filepath.Join(dir, "tape.mp4"))
	s := serviceIn(t, dir)
	first, err := s.Probe(t.Context(), path, nil)
	must(t, err)
	closed(t, s)
	kept := filepath.Join(dir, "cache", "measured")
	list := names(t, kept)
	if len(list) != 1 {
		t.Fatalf("kept are %v", list)
	}
	again := func() (stages int) {
		t.Helper()
		s := serviceIn(t, dir)
		src, err := s.Probe(t.Context(), path, func(string) { stages++ })
		must(t, err)
		if !src.ModTime.Equal(first.ModTime) {
			t.Errorf("the time is %v, was %v", src.ModTime, first.ModTime)
		}
		src.ModTime = first.ModTime
		if !reflect.DeepEqual(src, first) {
			t.Errorf("now it is %+v, was %+v", src, first)
		}
		closed(t, s)
		return stages
	}
	if n := again(); n != 0 {
		t.Error("it was measured again")
	}
	file := filepath.Join(kept, list[0])
	data, err := os.ReadFile(file)
	must(t, err)
	data[len(data)/2] ^= 1
	must(t, os.WriteFile(file, data, 0o600))
	if n := again(); n == 0 {
		t.Error("a damaged record was believed")
	}
}
