// Package cuda runs networks on NVIDIA's graphics cards: batches of pictures, their upload, computation and download overlapped on three
// streams, with kernels of its own that the driver compiles for the card at hand. It is built with the tag cuda and starts without a driver.
//
// No library of NVIDIA's is linked: shim.c stands in for the driver's and loads it when it is first needed (see header/gen.go). The kernels'
// source is in kernels, what the pinned compiler makes of it in ptx.
package cuda
