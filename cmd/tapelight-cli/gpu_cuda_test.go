//go:build cuda && cgo

package main

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/frame"
)

// driver builds the stand-in for NVIDIA's driver and has this program, which the test runs as a process of its own, load it.
func driver(t *testing.T) (program func(args ...string) (stdout, stderr string, code int)) {
	t.Helper()
	lib := filepath.Join(t.TempDir(), "libfake.so")
	if out, err := exec.Command("../../core/neural/cuda/testdata/build.sh", lib).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	home(t)
	return func(args ...string) (string, string, int) {
		t.Helper()
		c := exec.CommandContext(t.Context(), os.Args[0], args...)
		c.Env = append([]string{"FAKE_devices=2"}, append(os.Environ(), asProgram+"=1", "TAPELIGHT_CUDA_DRIVER="+lib)...)
		var out, errs strings.Builder
		c.Stdout, c.Stderr = &out, &errs
		err := c.Run()
		if err != nil && c.ProcessState == nil {
			t.Fatal(err)
		}
		return out.String(), errs.String(), c.ProcessState.ExitCode()
	}
}

// pictures decodes a restored file.
func pictures(t *testing.T, path string) (all []*frame.Frame) {
	t.Helper()
	tools, err := ffmpeg.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	f := frame.Format{Width: 96, Height: 64, Chroma: frame.YUV420, Depth: 10}
	d, err := tools.Decode(t.Context(), ffmpeg.DecodeSpec{Path: path, PixFmt: "yuv420p10le", RateNum: 50, RateDen: 1, Out: f})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for {
		p := frame.New(f)
		if err := d.Read(p); err != nil {
			return all
		}
		all = append(all, p)
	}
}

// TestRestoreOnGPU restores a tiny tape (96x64, five interlaced frames) with the GPU engine, whose kernels the stand-in for the driver computes, and with the processor's.
// The outputs may differ by what halves between layers cost: 3 codes of 1023.
func TestRestoreOnGPU(t *testing.T) {
	program := driver(t)
	dir := t.TempDir()
	made := map[string][]*frame.Frame{}
	for engine, name := range map[string]string{"cpu": "cpu", "cuda:0,1": "cuda"} {
		out := filepath.Join(dir, name+".mkv")
		stdout, stderr, code := program("restore", "--engine", engine, "--scan", "interlaced", "--field-order", "top", "--network", "tape-fast", "--height", "0",
			"--encoder", "ffv1", "--batch", "4", "--sound", "off", "-o", out, "testdata/tiny.mpg")
		if code != exitOK || !strings.Contains(stdout, `"done"`) {
			t.Fatalf("%s: exit %d, %s %s", engine, code, stdout, stderr)
		}
		made[name] = pictures(t, out)
	}
	if len(made["cpu"]) != 10 || len(made["cuda"]) != 10 {
		t.Fatalf("%d pictures by the processor, %d by the card", len(made["cpu"]), len(made["cuda"]))
	}
	worst := 0.0
	for i, a := range made["cpu"] {
		b := made["cuda"][i]
		for k := 0; k < len(a.Data); k += 2 {
			worst = max(worst, math.Abs(float64(binary.LittleEndian.Uint16(a.Data[k:]))-float64(binary.LittleEndian.Uint16(b.Data[k:]))))
		}
	}
	t.Logf("%g codes apart at most", worst)
	if worst > 3 {
		t.Errorf("%g codes apart", worst)
	}
}

// TestDoctorGPU: what people are told of their cards.
func TestDoctorGPU(t *testing.T) {
	program := driver(t)
	for _, c := range []struct {
		setting, want string
		code          int
	}{
		{"FAKE_devices=2", "cuda:1  Fake 1", exitOK},
		{"FAKE_devices=0", "the NVIDIA driver finds no graphics card", exitFailed},
		{"FAKE_version=10020", "the NVIDIA driver is too old: it speaks CUDA 10.2; version 450.80 or newer", exitFailed},
		{"FAKE_capability=52", "is too old: it has compute capability 5.2", exitFailed},
		{"FAKE_capability=61", "f32_sm61", exitOK},
		{"FAKE_corrupt=1", "Fake 0 does not compute what is right", exitFailed},
	} {
		name, value, _ := strings.Cut(c.setting, "=")
		t.Setenv(name, value)
		stdout, stderr, code := program("doctor", "--gpu")
		os.Unsetenv(name)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: exit %d, %s%s", c.setting, code, stdout, stderr)
		}
	}
	stdout, _, code := program("doctor", "--gpu", "--json")
	var list []core.GPUReport
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || code != exitOK || len(list) != 2 || len(list[0].Tests) != 3 {
		t.Errorf("as JSON: exit %d, %v, %s", code, err, stdout)
	}
	t.Setenv("TAPELIGHT_CUDA_DRIVER", "")
	c := exec.CommandContext(t.Context(), os.Args[0], "restore", "--engine", "cuda", "--scan", "interlaced", "--network", "tape-fast", "-o", filepath.Join(t.TempDir(), "none.mkv"), "testdata/tiny.mpg")
	c.Env = append(os.Environ(), asProgram+"=1", "TAPELIGHT_CUDA_DRIVER="+filepath.Join(t.TempDir(), "none.so"))
	if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), "no NVIDIA driver") {
		t.Errorf("without a driver: %v, %s", err, out)
	}
}
