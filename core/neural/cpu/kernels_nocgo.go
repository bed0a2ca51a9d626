//go:build !cgo

package cpu

// kernels lists what runs here, best first.
func kernels() []kernel { return []kernel{goKernel{}} }
