package cuda

// Report is what a card is and does, as tests and measurements on it found.
type Report struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Memory     uint64  `json:"memory"`     // bytes
	Capability string  `json:"capability"` // compute capability, "8.6"
	Driver     string  `json:"driver"`     // the CUDA version it speaks
	Tests      []Test  `json:"tests"`
	CopyPeak   float64 `json:"copy_peak,omitempty"`   // bytes read and written a second
	MatrixPeak float64 `json:"matrix_peak,omitempty"` // floating-point operations a second, halves in and floats out
	Speeds     []Speed `json:"speeds,omitempty"`
}

// Test is one set of kernels held against the reference.
type Test struct {
	Kernels  string  `json:"kernels"`
	Distance float64 `json:"distance"` // the largest, as a share of the range
	Error    string  `json:"error,omitempty"`
}

// OK tells whether all tests passed.
func (r *Report) OK() bool {
	for _, t := range r.Tests {
		if t.Error != "" {
			return false
		}
	}
	return len(r.Tests) > 0
}

// Speed is one network at one size and batch.
type Speed struct {
	Network   string   `json:"network"` // channels x body layers
	Channels  int      `json:"channels"`
	Layers    int      `json:"layers"` // of the body
	Width     int      `json:"width"`
	Height    int      `json:"height"`
	Batch     int      `json:"batch"`
	Passes    []string `json:"passes"`     // the kernels, in order
	FPS       float64  `json:"fps"`        // computing alone: the median of several runs
	FLOPS     float64  `json:"flops"`      // useful floating-point operations a second
	Bytes     float64  `json:"bytes"`      // that passes must read and write, a second
	StreamFPS float64  `json:"stream_fps"` // with all transfers, through a session
	Busy      float64  `json:"busy"`       // share of that time during which the card computed
}
