// Package neural reads networks of the compact family and runs them on an Engine.
//
// The compact family: 3x3 convolutions (stride 1, zero padding 1) with bias, each followed by ReLU, LeakyReLU, PReLU or nothing;
// pixel unshuffle before and pixel shuffle after; and the upsampled input added to the result. Real-ESRGAN's SRVGGNetCompact
// networks belong to it, and so do Tapelight's own `tape` networks.
package neural

// Activation follows a convolution.
type Activation uint8

// Leaky keeps x*Slope[0] of negative values; PReLU has one slope per output channel.
const (
	Linear Activation = iota
	ReLU
	Leaky
	PReLU
)

// Layer is one 3x3 convolution with bias and activation.
type Layer struct {
	In, Out int
	Weight  []float32 // [Out][In][3][3]
	Bias    []float32 // [Out]
	Act     Activation
	Slope   []float32 // none, one (Leaky) or Out (PReLU) values
}

// Picture tells which part of an input frame a channel reads. A network with Companion set is fed frames of twice the picture's
// height: the deinterlaced picture above, the same picture after ffmpeg's temporal denoiser below.
type Picture uint8

const (
	Main      Picture = iota // the upper half, or the whole frame where there is no companion
	Companion                // the lower half
)

// Channel is one input channel of the first layer. At grid position (gy, gx) it holds the sample of plane Plane of frame i+T at
// row gy*G+DY, column gx*G+DX, where G is the plane's grid step (Network.GridStep). Frames before the first and after the last are the
// first and the last. Samples are scaled to code/(2^depth-1) - 0.5 for YUV and to code/(2^depth-1) for RGB.
type Channel struct {
	Picture Picture
	T       int
	Plane   int
	DY, DX  int
}

// Upsampling is how the base, to which the last layer's output is added, is enlarged. Positions are half-pixel centred
// (align_corners false), edges repeat. Bicubic is the cubic convolution with a = -0.75 (PyTorch's).
type Upsampling uint8

const (
	NoBase Upsampling = iota
	Nearest
	Bilinear
	Bicubic
)

// Network is what engines run. The output picture is Scale times the input picture in each direction, same chroma layout.
//
// The last layer's channels are, plane after plane, the Scale*G by Scale*G block of output samples that belongs to one grid position
// (G: the plane's grid step), row by row: pixel shuffle in ONNX's CRD order. To each the enlarged centre frame (i) of picture BasePicture
// is added, then the value is clipped to the code range. When FlipBottom is set, frames whose centre has Bottom parity are turned
// upside down before and after, so that the network sees one parity only.
type Network struct {
	Name       string
	Planes     int // 3: YUV420 or RGB; 1: luma only
	RGB        bool
	Grid       int // unshuffle factor of plane 0, 1 or 2 (4 at most)
	Scale      int // 1, 2, 3 or 4
	Companion  bool
	FlipBottom bool
	Inputs     []Channel // len == Layers[0].In
	Base       Upsampling
	BaseFrom   Picture
	Layers     []Layer
	Meta       map[string]string // the file's "tapelight.*" metadata, without that prefix: licence, training, measured gain
}

// GridStep is the distance in samples of plane p between grid positions: Grid for plane 0 and RGB, half of it for 4:2:0 chroma.
func (n *Network) GridStep(p int) int {
	if p == 0 || n.RGB {
		return n.Grid
	}
	return n.Grid / 2
}

// Window is how many frames before and after the centre the inputs reach.
func (n *Network) Window() (before, after int) {
	for _, c := range n.Inputs {
		before, after = max(before, -c.T), max(after, c.T)
	}
	return
}

// MACs is the number of multiply-adds for one output frame of a w by h picture.
func (n *Network) MACs(w, h int) int64 {
	var m int64
	for _, l := range n.Layers {
		m += int64(l.In) * int64(l.Out) * 9
	}
	return m * int64(w/n.Grid) * int64(h/n.Grid)
}
