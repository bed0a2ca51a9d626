package neural

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// MaxFile is the largest network file that is read, in bytes.
const MaxFile = 64 << 20

// ErrMalformed says that a file is damaged or no ONNX file at all.
var ErrMalformed = errors.New("not a readable ONNX file")

// UnsupportedError names what puts an ONNX file outside the compact family.
type UnsupportedError struct {
	Op     string // operator, attribute or property
	Node   string // the node or tensor, where it has a name
	Reason string // more, where there is more to say
}

func (e *UnsupportedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the network is not of the compact family: %s is not supported", e.Op)
	if e.Node != "" {
		fmt.Fprintf(&b, " (at %q)", e.Node)
	}
	if e.Reason != "" {
		b.WriteString(": " + e.Reason)
	}
	return b.String()
}

// metaPrefix starts the keys of Tapelight's own metadata; Network.Meta has them without it.
const metaPrefix = "tapelight."

// ReadFile reads an ONNX file; the network is named after the file where the file itself has no name for it.
func ReadFile(path string) (*Network, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readNamed(f, path)
}

func readNamed(r io.Reader, path string) (*Network, error) {
	n, err := Read(r)
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", path, err)
	}
	if n.Name == "" {
		n.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return n, nil
}

// Read reads an ONNX network of the compact family, in one of two forms:
//
//   - Tapelight's own: the packed channels in, convolutions and activations, the channels of the output blocks out. The metadata
//     "tapelight.layout" says in JSON how both lie in the pictures.
//   - What people export from SRVGGNetCompact: RGB of 0..1 in, pixel unshuffle (or none), convolutions and activations, pixel shuffle,
//     and the enlarged input added.
//
// Other files give an *UnsupportedError or an error that wraps ErrMalformed.
func Read(r io.Reader) (*Network, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%w: larger than %d MiB", ErrMalformed, MaxFile>>20)
	}
	m, err := readModel(data)
	if err != nil {
		return nil, err
	}
	f, err := follow(m.graph)
	if err != nil {
		return nil, err
	}
	n := &Network{Layers: f.layers, Meta: map[string]string{}}
	own := ""
	for k, v := range m.meta {
		switch k, mine := strings.CutPrefix(k, metaPrefix); {
		case !mine:
		case k == "layout":
			own = v
		case k == "name":
			n.Name = v
		default:
			n.Meta[k] = v
		}
	}
	if own != "" {
		err = n.applyLayout(own, f)
	} else {
		err = n.applyCompact(f)
	}
	if err != nil {
		return nil, err
	}
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	return n, nil
}

// applyCompact fills in what follows from the graph of an RGB network.
func (n *Network) applyCompact(f *feature) error {
	switch {
	case len(f.layers) == 0:
		return &UnsupportedError{Op: "a graph without convolutions"}
	case f.inputs != 3:
		return &UnsupportedError{Op: fmt.Sprintf("an input of %d channels", f.inputs), Reason: "RGB has 3, and there is no tapelight.layout"}
	case f.pending != nil || f.channels != 3:
		return &UnsupportedError{Op: fmt.Sprintf("an output of %d channels", f.channels), Reason: "RGB has 3"}
	case f.shuffle%f.unshuffle != 0:
		return &UnsupportedError{Op: "a scale below 1"}
	}
	n.Planes, n.RGB = 3, true
	n.Grid, n.Scale = f.unshuffle, f.shuffle/f.unshuffle
	n.Base = f.base
	n.Inputs = f.order
	return nil
}
