// Package frame holds pictures in memory: planar formats, frames and bounded pools of them.
package frame

import "fmt"

// Chroma is how the second and third plane are sampled against the first.
type Chroma uint8

// The planar layouts the pipeline moves. RGB holds red, green and blue in planes 0, 1, 2, all full size.
const (
	Mono Chroma = iota
	YUV420
	YUV422
	YUV444
	RGB
)

// Shift returns the horizontal and vertical subsampling of planes 1 and 2 as powers of two.
func (c Chroma) Shift() (x, y uint) {
	switch c {
	case YUV420:
		return 1, 1
	case YUV422:
		return 1, 0
	}
	return 0, 0
}

// Planes is the number of planes.
func (c Chroma) Planes() int {
	if c == Mono {
		return 1
	}
	return 3
}

func (c Chroma) String() string {
	if int(c) < len(chromaNames) {
		return chromaNames[c]
	}
	return fmt.Sprintf("chroma(%d)", uint8(c))
}

var chromaNames = [...]string{"mono", "4:2:0", "4:2:2", "4:4:4", "rgb"}

// Format describes a tightly packed planar picture. Samples of more than 8 bits take two bytes, little endian, low bits used.
type Format struct {
	Width, Height int // of plane 0, in samples
	Chroma        Chroma
	Depth         int // bits per sample, 8 to 16
}

// PlaneSize is the width and height of plane p in samples; odd sizes round up, as in ffmpeg.
func (f Format) PlaneSize(p int) (w, h int) {
	if p == 0 {
		return f.Width, f.Height
	}
	sx, sy := f.Chroma.Shift()
	return -(-f.Width >> sx), -(-f.Height >> sy)
}

// SampleBytes is 1 for 8-bit formats and 2 for deeper ones.
func (f Format) SampleBytes() int {
	if f.Depth > 8 {
		return 2
	}
	return 1
}

// PlaneOffset is the byte offset of plane p in a frame's Data; PlaneOffset(Planes()) is the frame's size.
func (f Format) PlaneOffset(p int) int {
	n := 0
	for i := range p {
		w, h := f.PlaneSize(i)
		n += w * h
	}
	return n * f.SampleBytes()
}

// Bytes is the size of one frame.
func (f Format) Bytes() int { return f.PlaneOffset(f.Chroma.Planes()) }

// Validate reports a format no buffer can be made for.
func (f Format) Validate() error {
	const limit = 16384
	if f.Width < 1 || f.Height < 1 || f.Width > limit || f.Height > limit {
		return fmt.Errorf("frame size %dx%d is outside 1..%d", f.Width, f.Height, limit)
	}
	if f.Depth < 8 || f.Depth > 16 {
		return fmt.Errorf("sample depth %d is outside 8..16 bits", f.Depth)
	}
	if f.Chroma > RGB {
		return fmt.Errorf("unknown chroma layout %d", f.Chroma)
	}
	return nil
}

func (f Format) String() string {
	return fmt.Sprintf("%dx%d %v %d-bit", f.Width, f.Height, f.Chroma, f.Depth)
}
