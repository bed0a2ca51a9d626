package monitor_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core/monitor"
)

// library builds the stand-in for NVIDIA's library.
func library(t *testing.T, macros ...string) string {
	t.Helper()
	cc, err := exec.LookPath("gcc")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no C compiler to build the stand-in with")
	}
	path := filepath.Join(t.TempDir(), "libnvml.so")
	args := append([]string{"-shared", "-fPIC", "-o", path, "testdata/nvml.c"}, macros...)
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

func sampleWith(t *testing.T, cfg monitor.Config) monitor.Sample {
	t.Helper()
	cfg.Patience = time.Minute
	if cfg.DRM == "" {
		cfg.DRM = t.TempDir()
	}
	m := monitor.New(cfg)
	s := m.Sample(t.Context())
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	return s
}

func TestNVIDIA(t *testing.T) {
	const unknown = monitor.Unknown
	card := monitor.GPU{Name: "Test Card 0", Busy: 42, Enc: 33, Dec: unknown, Temp: 61, MemUsed: 2 << 30, MemTotal: 8 << 30, Source: "nvml"}
	second := card
	second.Name, second.MemUsed = "Test Card 1", 2<<30+1
	old := monitor.GPU{Name: "Test Card 0", Busy: unknown, Enc: unknown, Dec: unknown, Temp: unknown, MemUsed: 2 << 30, MemTotal: 8 << 30, Source: "nvml"}
	wild := card
	wild.Busy, wild.MemUsed, wild.MemTotal = unknown, 0, 0
	for _, test := range []struct {
		name   string
		macros []string
		want   []monitor.GPU
		why    string
	}{
		{"one card", nil, []monitor.GPU{card}, ""},
		{"two cards", []string{"-DCARDS=2"}, []monitor.GPU{card, second}, ""},
		{"an old driver", []string{"-DNO_EXTRAS"}, []monitor.GPU{old}, ""},
		{"nonsense", []string{"-DWILD"}, []monitor.GPU{wild}, ""},
		{"a very old driver", []string{"-DNO_INIT"}, nil, "lacks nvmlInit_v2"},
		{"no kernel module", []string{"-DINIT=9"}, nil, "kernel module is not loaded"},
		{"updated while running", []string{"-DINIT=18"}, nil, "restart the computer"},
		{"no card", []string{"-DCARDS=0"}, nil, "finds no card"},
		{"a lost card", []string{"-DLOST=0"}, nil, "card 0 does not answer: the card has fallen off the bus"},
		{"one of two lost", []string{"-DCARDS=2", "-DLOST=0"}, []monitor.GPU{second}, "card 0 does not answer"},
	} {
		s := sampleWith(t, monitor.Config{NVML: library(t, test.macros...)})
		if !slices.Equal(s.GPUs, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.name, s.GPUs, test.want)
		}
		if test.why == "" && s.NoGPU != "" || !strings.Contains(s.NoGPU, test.why) {
			t.Errorf("%s: reason %q, want %q", test.name, s.NoGPU, test.why)
		}
	}
}

func TestNoLibrary(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage.so")
	if err := os.WriteFile(garbage, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/no/such/library.so", garbage} {
		s := sampleWith(t, monitor.Config{NVML: path})
		if len(s.GPUs) != 0 || !strings.Contains(s.NoGPU, "no graphics card to watch: no NVIDIA driver") ||
			!strings.Contains(s.NoGPU, "no AMD card") {
			t.Errorf("%s: got %v, %q", path, s.GPUs, s.NoGPU)
		}
	}
}

func TestAMD(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"card0/device/gpu_busy_percent":         "37\n",
		"card0/device/mem_info_vram_used":       "1000000\n",
		"card0/device/mem_info_vram_total":      "8000000000\n",
		"card0/device/hwmon/hwmon3/temp1_input": "54500\n",
		"card0/device/device":                   "0x73bf\n",
		"card1/device/gpu_busy_percent":         "garbage",
		"card1/device/mem_info_vram_used":       "-1\n",
		"card1/device/mem_info_vram_total":      "8000000000\n",
		"card1/device/product_name":             "Radeon Pro W7800\n",
		"card2/device/vendor":                   "0x8086\n", // not AMD's: shows no load
		"renderD128/device/gpu_busy_percent":    "37\n",     // card0 again
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const unknown = monitor.Unknown
	want := []monitor.GPU{
		{Name: "AMD card0 (73bf)", Busy: 37, Enc: unknown, Dec: unknown, Temp: 54.5, MemUsed: 1e6, MemTotal: 8e9, Source: "amdgpu"},
		{Name: "Radeon Pro W7800", Busy: unknown, Enc: unknown, Dec: unknown, Temp: unknown, Source: "amdgpu"},
	}
	s := sampleWith(t, monitor.Config{NVML: "/no/such/library.so", DRM: root})
	if !slices.Equal(s.GPUs, want) || s.NoGPU != "" {
		t.Errorf("got %+v, %q; want %+v", s.GPUs, s.NoGPU, want)
	}
}
