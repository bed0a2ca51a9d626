//go:build cuda && cgo

package cuda

/*
#cgo CFLAGS: -std=gnu99 -I${SRCDIR}/include
#cgo LDFLAGS: -L${SRCDIR}/lib
#cgo linux LDFLAGS: -ldl -Wl,--as-needed
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// neededDriver is the oldest CUDA version the driver may speak, as cuDriverGetVersion counts, and in words. PTX 7.0, which the kernels for
// tensor cores are written in, came with it.
const (
	neededDriver      = 11000
	neededDriverWords = "version 450.80 or newer (452.39 on Windows)"
)

// DriverError says why the driver can't be used. Its text is meant for people.
type DriverError struct {
	Missing bool // there is none
	Reason  string
}

func (e *DriverError) Error() string { return e.Reason }

// loadDriver loads NVIDIA's driver. The outcome of the first call is that of all.
func loadDriver() error {
	var code C.int
	var why *C.char
	switch C.tl_load(&code, &why) {
	case C.TL_NO_LIBRARY:
		return &DriverError{Missing: true, Reason: fmt.Sprintf("no NVIDIA driver (%s)", C.GoString(why))}
	case C.TL_NOT_STARTED:
		if code == C.CUDA_ERROR_NO_DEVICE {
			return &DriverError{Reason: "the NVIDIA driver finds no graphics card"}
		}
		return &DriverError{Reason: fmt.Sprintf("the NVIDIA driver does not start: %s", C.GoString(why))}
	}
	if v := cu.Version(); v < neededDriver {
		return &DriverError{Reason: fmt.Sprintf("the NVIDIA driver is too old: it speaks CUDA %d.%d; %s is needed", v/1000, v%1000/10, neededDriverWords)}
	}
	return nil
}

// register tells the driver to keep memory where it is, for transfers that run beside other work. The memory must be pinned in Go's eyes too.
func register(b []byte) error {
	return status(C.cuMemHostRegister(unsafe.Pointer(&b[0]), C.size_t(len(b)), C.CU_MEMHOSTREGISTER_PORTABLE))
}

func unregister(b []byte) error { return status(C.cuMemHostUnregister(unsafe.Pointer(&b[0]))) }

// allowShared lets f use that many bytes of dynamic shared memory; above 48 KiB it must be asked for.
func allowShared(f cu.Function, bytes int) error {
	return status(C.cuFuncSetAttribute(*(*C.CUfunction)(unsafe.Pointer(&f)), C.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, C.int(bytes)))
}

// codeError is a driver's error in its own words.
type codeError struct {
	code int
	text string
}

func (e *codeError) Error() string { return e.text }

func status(r C.CUresult) error {
	if r == C.CUDA_SUCCESS {
		return nil
	}
	return &codeError{int(r), errorName(int(r))}
}

func errorName(code int) string {
	var s *C.char
	if C.cuGetErrorName(C.CUresult(code), &s) == C.CUDA_SUCCESS && s != nil {
		return C.GoString(s)
	}
	return fmt.Sprintf("CUDA error %d", code)
}
