package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestChosenFilesWithPlusSigns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mum + dad")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"a+b c.avi", "100%.avi", "#1?.avi"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	said := filepath.Join(filepath.Dir(dir), "mum   dad")
	got := filePaths([]string{"file://" + said + "/a b c.avi", "file://" + said + "/100%.avi", "file://" + said + "/#1?.avi",
		"file://" + said + "/gone.avi", "https://example.org/a.avi"})
	want := []string{dir + "/a+b c.avi", dir + "/100%.avi", dir + "/#1?.avi", said + "/gone.avi"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGlobsMatchEitherCase(t *testing.T) {
	for in, want := range map[string]string{"*.avi": "*.[aA][vV][iI]", "*.3gp": "*.3[gG][pP]"} {
		if got := anyCase(in); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}
