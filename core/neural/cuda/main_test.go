//go:build cuda && cgo

package cuda

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ebitengine/purego"
	"go.uber.org/goleak"
)

// The stand-in for NVIDIA's driver (testdata/driver) that all tests of this room run on.
var (
	fakeSet func(name string, v int64)
	fakeGet func(name string) int64
)

func TestMain(m *testing.M) { os.Exit(tests(m)) }

func tests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cuda")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	lib := filepath.Join(dir, "libfake.so")
	if out, err := exec.Command("testdata/build.sh", lib).CombinedOutput(); err != nil {
		fmt.Printf("build the driver for tests: %v\n%s", err, out)
		return 1
	}
	os.Setenv("TAPELIGHT_CUDA_DRIVER", lib)
	handle, err := purego.Dlopen(lib, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	purego.RegisterLibFunc(&fakeSet, handle, "fake_set")
	purego.RegisterLibFunc(&fakeGet, handle, "fake_get")
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	return code
}

// fake sets the driver's numbers for one test.
func fake(t *testing.T, numbers map[string]int64) {
	t.Helper()
	for name, v := range numbers {
		old := fakeGet(name)
		fakeSet(name, v)
		t.Cleanup(func() { fakeSet(name, old) })
	}
}

// The bounds engines are held to, as shares of the range, beside half a code: single precision, and halves between layers.
const (
	singleBound = 1e-3
	halfBound   = 4e-3
)
