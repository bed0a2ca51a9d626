package masknet

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// ErrWeights is wrapped by the errors of Read: the file does not hold this network.
var ErrWeights = errors.New("not the weights of a sound denoiser")

// most is far above the size of any file of this kind.
const most = 16 << 20

// tensors reads a file in the safetensors format: the length of the header (8 bytes, little-endian), the header (JSON: of each tensor its type, shape
// and place), then the numbers. Only F32 is taken.
type tensors struct {
	entries map[string]entry
	data    []byte
}

type entry struct {
	Type  string `json:"dtype"`
	Shape []int  `json:"shape"`
	Place [2]int `json:"data_offsets"`
}

func parse(file []byte) (*tensors, error) {
	if len(file) < 8 || len(file) > most {
		return nil, fmt.Errorf("read sound network: %w: %d bytes", ErrWeights, len(file))
	}
	n := binary.LittleEndian.Uint64(file)
	if n > uint64(len(file)-8) {
		return nil, fmt.Errorf("read sound network: %w: its header ends beyond the file", ErrWeights)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(file[8:8+n], &raw); err != nil {
		return nil, fmt.Errorf("read sound network: %w: %w", ErrWeights, err)
	}
	t := &tensors{entries: map[string]entry{}, data: file[8+n:]}
	for name, v := range raw {
		if name == "__metadata__" {
			continue
		}
		var e entry
		if err := json.Unmarshal(v, &e); err != nil {
			return nil, fmt.Errorf("read sound network: %w: %q: %w", ErrWeights, name, err)
		}
		t.entries[name] = e
	}
	return t, nil
}

// take is the tensor of that name and size, whatever its shape.
func (t *tensors) take(name string, size int) ([]float32, error) {
	e, ok := t.entries[name]
	switch from, upto := e.Place[0], e.Place[1]; {
	case !ok:
		return nil, fmt.Errorf("read sound network: %w: %q is missing", ErrWeights, name)
	case e.Type != "F32" || from < 0 || upto > len(t.data) || upto-from != 4*size:
		return nil, fmt.Errorf("read sound network: %w: %q is %s of %v at %v, wanted are %d numbers of F32", ErrWeights, name, e.Type, e.Shape, e.Place, size)
	}
	out := make([]float32, size)
	for i := range out {
		v := math.Float32frombits(binary.LittleEndian.Uint32(t.data[e.Place[0]+4*i:]))
		if v != v || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("read sound network: %w: %q holds %v", ErrWeights, name, v)
		}
		out[i] = v
	}
	return out, nil
}
