package monitor

import (
	"cmp"

	"github.com/ebitengine/purego"
)

func loadNVML(path string) (uintptr, error) {
	return purego.Dlopen(cmp.Or(path, "libnvidia-ml.so.1"), purego.RTLD_LAZY|purego.RTLD_LOCAL)
}

func nvmlSymbol(library uintptr, name string) (uintptr, error) { return purego.Dlsym(library, name) }
