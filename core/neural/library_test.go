package neural_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tapelight/tapelight/core/neural"
)

func TestLibrary(t *testing.T) {
	dir := t.TempDir()
	built := fstest.MapFS{
		"models/tape-fast.onnx":      {Data: own(rawFloat, ownLayout)},
		"models/tape-max.onnx":       {Data: own(rawFloat, ownLayout)},
		"models/training/readme.txt": {Data: []byte("x")},
	}
	sigmoid := shuffled(3, nil, node("Sigmoid", []string{"c2"}, "y"))
	other := shuffled(12, nil, node("DepthToSpace", []string{"c2"}, "y", integer("blocksize", 2), text("mode", "CRD")))
	for name, data := range map[string][]byte{"mine.ONNX": other, "tape-max.onnx": other, "odd.onnx": sigmoid, "notes.txt": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := neural.NewLibrary(built, dir)
	list := l.List()
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
		if (e.Network == nil) == (e.Err == nil) {
			t.Errorf("%s: network %v, error %v", e.Name, e.Network, e.Err)
		}
	}
	if got := strings.Join(names, " "); got != "mine odd tape-fast tape-max" {
		t.Fatalf("listed: %s", got)
	}
	// 3 to 2 and 2 to 12 channels of 3x3, on every pixel of 720x480
	if mine := list[0]; mine.BuiltIn || mine.Path != filepath.Join(dir, "mine.ONNX") || mine.MACs != (3*2+2*12)*9*720*480 {
		t.Errorf("own network: %+v", mine)
	}
	var u *neural.UnsupportedError
	if odd := list[1]; !errors.As(odd.Err, &u) || !strings.Contains(odd.Err.Error(), "odd.onnx") {
		t.Errorf("network with a Sigmoid: %v", odd.Err)
	}
	if !list[2].BuiltIn || list[2].Path != "models/tape-fast.onnx" {
		t.Errorf("built-in network: %+v", list[2])
	}
	if n, err := l.Get("tape-max"); err != nil || !n.RGB || n.Name != "tape-max" {
		t.Errorf("the person's file does not hide the built-in: %+v, %v", n, err)
	}
	var unknown *neural.UnknownError
	if _, err := l.Get("tape"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "mine, odd, tape-fast, tape-max") {
		t.Errorf("unknown name: %v", err)
	}
	if _, err := neural.NewLibrary(nil, "").Get("x"); !errors.As(err, &unknown) {
		t.Errorf("empty library: %v", err)
	}
	if list := neural.NewLibrary(built, filepath.Join(dir, "none")).List(); len(list) != 2 || list[0].Err != nil {
		t.Errorf("with a folder that does not exist: %+v", list)
	}
	if list := neural.NewLibrary(nil, filepath.Join(dir, "notes.txt")).List(); len(list) != 1 || list[0].Err == nil {
		t.Errorf("with a file for a folder: %+v", list)
	}
}

// TestShippedNetworks: what comes with the program can be read and says under what licence.
func TestShippedNetworks(t *testing.T) {
	files, err := filepath.Glob("../../resources/models/*.onnx")
	if err != nil || len(files) == 0 {
		t.Fatal("no shipped networks found", err)
	}
	for _, e := range neural.NewLibrary(os.DirFS("../../resources"), "").List() {
		if e.Err != nil {
			t.Error(e.Err)
			continue
		}
		if !e.Network.Companion || e.Network.RGB || e.Network.Scale < 1 {
			t.Errorf("%s is no tape network: %+v", e.Name, e.Network.Inputs)
		}
		if e.Network.Name != e.Name || e.Network.Meta["licence"] == "" {
			t.Errorf("%s calls itself %q, licence %q", e.Name, e.Network.Name, e.Network.Meta["licence"])
		}
	}
}
