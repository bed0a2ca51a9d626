package neural

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The parts of onnx.proto that networks of the family use, read without generated code. Counts are bounded before anything is kept, so
// that memory stays in proportion to the file.
const (
	maxNodes      = 4096
	maxTensors    = 4096
	maxAttributes = 32
	maxNames      = 16 // inputs or outputs of a node
	maxRank       = 8
	maxMetadata   = 256
	maxInts       = 4096
)

type protoModel struct {
	graph *protoGraph
	meta  map[string]string
}

type protoGraph struct {
	nodes   []protoNode
	tensors map[string]*protoTensor
	inputs  []protoInput
	outputs []string
}

// protoInput has -1 for sizes the file leaves open.
type protoInput struct {
	name string
	dims []int64
}

type protoNode struct {
	name, op, domain string
	in, out          []string
	attributes       map[string]protoAttribute
}

type protoAttribute struct {
	f      float32
	i      int64
	s      string
	t      *protoTensor
	floats []float32
	ints   []int64
	nested bool // holds a graph or another thing no operator of the family has
}

// eachField calls f for each field of a message: v holds numbers, b the content of length-delimited fields.
func eachField(msg []byte, f func(num protowire.Number, v uint64, b []byte) error) error {
	for len(msg) > 0 {
		num, typ, n := protowire.ConsumeTag(msg)
		if n < 0 {
			return fmt.Errorf("%w: %v", ErrMalformed, protowire.ParseError(n))
		}
		msg = msg[n:]
		var v uint64
		var b []byte
		switch typ {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(msg)
		case protowire.Fixed32Type:
			var v32 uint32
			v32, n = protowire.ConsumeFixed32(msg)
			v = uint64(v32)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(msg)
		case protowire.BytesType:
			b, n = protowire.ConsumeBytes(msg)
			if n >= 0 && b == nil {
				b = []byte{}
			}
		default:
			n = protowire.ConsumeFieldValue(num, typ, msg)
		}
		if n < 0 {
			return fmt.Errorf("%w: %v", ErrMalformed, protowire.ParseError(n))
		}
		msg = msg[n:]
		if err := f(num, v, b); err != nil {
			return err
		}
	}
	return nil
}

func tooMany(what string, limit int) error {
	return fmt.Errorf("%w: more than %d %s", ErrMalformed, limit, what)
}

// addInts appends one varint, or all of a packed field.
func addInts(to []int64, v uint64, packed []byte, limit int, what string) ([]int64, error) {
	if packed == nil {
		if len(to) >= limit {
			return nil, tooMany(what, limit)
		}
		return append(to, int64(v)), nil
	}
	for len(packed) > 0 {
		v, n := protowire.ConsumeVarint(packed)
		if n < 0 {
			return nil, fmt.Errorf("%w: %v", ErrMalformed, protowire.ParseError(n))
		}
		if len(to) >= limit {
			return nil, tooMany(what, limit)
		}
		packed = packed[n:]
		to = append(to, int64(v))
	}
	return to, nil
}

func readModel(msg []byte) (*protoModel, error) {
	m := &protoModel{meta: map[string]string{}}
	err := eachField(msg, func(num protowire.Number, _ uint64, b []byte) error {
		switch num {
		case 7:
			if m.graph != nil {
				return fmt.Errorf("%w: two graphs", ErrMalformed)
			}
			g, err := readGraph(b)
			m.graph = g
			return err
		case 14:
			var key, value string
			err := eachField(b, func(num protowire.Number, _ uint64, b []byte) error {
				switch num {
				case 1:
					key = string(b)
				case 2:
					value = string(b)
				}
				return nil
			})
			if len(m.meta) >= maxMetadata {
				return tooMany("metadata entries", maxMetadata)
			}
			m.meta[key] = value
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if m.graph == nil {
		return nil, fmt.Errorf("%w: it holds no graph", ErrMalformed)
	}
	return m, nil
}

func readGraph(msg []byte) (*protoGraph, error) {
	g := &protoGraph{tensors: map[string]*protoTensor{}}
	err := eachField(msg, func(num protowire.Number, _ uint64, b []byte) error {
		switch num {
		case 1:
			if len(g.nodes) >= maxNodes {
				return tooMany("nodes", maxNodes)
			}
			n, err := readNode(b)
			g.nodes = append(g.nodes, n)
			return err
		case 5:
			if len(g.tensors) >= maxTensors {
				return tooMany("initialisers", maxTensors)
			}
			t, err := readTensor(b)
			if err == nil {
				g.tensors[t.name] = t
			}
			return err
		case 15:
			return &UnsupportedError{Op: "sparse initialiser"}
		case 11:
			if len(g.inputs) >= maxTensors {
				return tooMany("inputs", maxTensors)
			}
			in, err := readValueInfo(b)
			g.inputs = append(g.inputs, in)
			return err
		case 12:
			if len(g.outputs) >= maxNames {
				return tooMany("outputs", maxNames)
			}
			out, err := readValueInfo(b)
			g.outputs = append(g.outputs, out.name)
			return err
		}
		return nil
	})
	return g, err
}

// readValueInfo reads name and sizes: ValueInfoProto.type.tensor_type.shape.dim.dim_value.
func readValueInfo(msg []byte) (in protoInput, err error) {
	err = eachField(msg, func(num protowire.Number, _ uint64, b []byte) error {
		switch num {
		case 1:
			in.name = string(b)
		case 2:
			return within(b, 1, func(b []byte) error {
				return within(b, 2, func(b []byte) error {
					return within(b, 1, func(b []byte) error {
						if len(in.dims) >= maxRank {
							return tooMany("sizes of an input", maxRank)
						}
						size := int64(-1)
						err := eachField(b, func(num protowire.Number, v uint64, _ []byte) error {
							if num == 1 && int64(v) > 0 {
								size = int64(v)
							}
							return nil
						})
						in.dims = append(in.dims, size)
						return err
					})
				})
			})
		}
		return nil
	})
	return in, err
}

// within calls f for each field num of a message.
func within(msg []byte, want protowire.Number, f func([]byte) error) error {
	return eachField(msg, func(num protowire.Number, _ uint64, b []byte) error {
		if num == want {
			return f(b)
		}
		return nil
	})
}

func readNode(msg []byte) (protoNode, error) {
	n := protoNode{attributes: map[string]protoAttribute{}}
	err := eachField(msg, func(num protowire.Number, _ uint64, b []byte) error {
		switch num {
		case 1, 2:
			if len(n.in) >= maxNames || len(n.out) >= maxNames {
				return tooMany("inputs or outputs of a node", maxNames)
			}
			if num == 1 {
				n.in = append(n.in, string(b))
			} else {
				n.out = append(n.out, string(b))
			}
		case 3:
			n.name = string(b)
		case 4:
			n.op = string(b)
		case 7:
			n.domain = string(b)
		case 5:
			if len(n.attributes) >= maxAttributes {
				return tooMany("attributes of a node", maxAttributes)
			}
			return readAttribute(b, n.attributes)
		}
		return nil
	})
	return n, err
}

func readAttribute(msg []byte, to map[string]protoAttribute) error {
	var a protoAttribute
	var name string
	err := eachField(msg, func(num protowire.Number, v uint64, b []byte) (err error) {
		switch num {
		case 1:
			name = string(b)
		case 2:
			a.f = float32FromBits(v)
		case 3:
			a.i = int64(v)
		case 4:
			a.s = string(b)
		case 5:
			a.t, err = readTensor(b)
		case 7:
			a.floats, err = addFloats(a.floats, v, b, maxInts)
		case 8:
			a.ints, err = addInts(a.ints, v, b, maxInts, "values in an attribute")
		case 6, 9, 10, 11:
			a.nested = true
		}
		return err
	})
	to[name] = a
	return err
}
