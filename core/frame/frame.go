package frame

// Parity says which lines of a field-rate frame are real; the others were made by the deinterlacer.
type Parity uint8

// A progressive frame has no parity. Top means lines 0, 2, 4... came from the tape.
const (
	Progressive Parity = iota
	Top
	Bottom
)

// Frame is one picture. Its owner is whoever holds it; a frame that came from a Pool goes back by Pool.Put.
type Frame struct {
	Format
	Index  int64 // position in its stream, from 0
	Parity Parity
	Data   []byte // planes one after the other, no padding
}

// New allocates a frame outside any pool.
func New(f Format) *Frame { return &Frame{Format: f, Data: make([]byte, f.Bytes())} }

// Plane is the part of Data that holds plane p.
func (f *Frame) Plane(p int) []byte { return f.Data[f.PlaneOffset(p):f.PlaneOffset(p+1)] }
