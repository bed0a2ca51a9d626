package neural_test

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A tiny ONNX writer: enough to make files of the family and files beside it.

type writer []byte

func (w *writer) text(num protowire.Number, s string) {
	*w = protowire.AppendString(protowire.AppendTag(*w, num, protowire.BytesType), s)
}

func (w *writer) message(num protowire.Number, m writer) {
	*w = protowire.AppendBytes(protowire.AppendTag(*w, num, protowire.BytesType), m)
}

func (w *writer) integer(num protowire.Number, v int64) {
	*w = protowire.AppendVarint(protowire.AppendTag(*w, num, protowire.VarintType), uint64(v))
}

func (w *writer) float(num protowire.Number, v float32) {
	*w = protowire.AppendFixed32(protowire.AppendTag(*w, num, protowire.Fixed32Type), math.Float32bits(v))
}

// how weights are stored
const (
	rawFloat = iota
	floatData
	rawHalf
)

func tensor(name string, how int, dims []int64, values []float32) writer {
	var t, packed writer
	for _, d := range dims {
		t.integer(1, d)
	}
	t.text(8, name)
	switch how {
	case rawFloat, floatData:
		t.integer(2, 1)
		for _, v := range values {
			packed = binary.LittleEndian.AppendUint32(packed, math.Float32bits(v))
		}
		t.message(map[int]protowire.Number{rawFloat: 9, floatData: 4}[how], packed)
	case rawHalf: // only for values that are sums of a few powers of two
		t.integer(2, 10)
		for _, v := range values {
			b := math.Float32bits(v)
			h := uint16(b >> 16 & 0x8000)
			if v != 0 {
				h |= uint16(b>>23&255-112)<<10 | uint16(b>>13&1023)
			}
			packed = binary.LittleEndian.AppendUint16(packed, h)
		}
		t.message(9, packed)
	}
	return t
}

func shape(name string, values ...int64) writer {
	var t, packed writer
	t.integer(1, int64(len(values)))
	t.integer(2, 7)
	t.text(8, name)
	for _, v := range values {
		packed = binary.LittleEndian.AppendUint64(packed, uint64(v))
	}
	t.message(9, packed)
	return t
}

type attr func(*writer)

func attribute(name string, fill attr) attr {
	return func(n *writer) {
		var a writer
		a.text(1, name)
		fill(&a)
		n.message(5, a)
	}
}

func ints(name string, v ...int64) attr {
	return attribute(name, func(a *writer) {
		for _, x := range v {
			a.integer(8, x)
		}
	})
}

func integer(name string, v int64) attr { return attribute(name, func(a *writer) { a.integer(3, v) }) }
func float(name string, v float32) attr { return attribute(name, func(a *writer) { a.float(2, v) }) }
func text(name, v string) attr          { return attribute(name, func(a *writer) { a.text(4, v) }) }
func node(op string, in []string, out string, attrs ...attr) writer {
	var n writer
	for _, s := range in {
		n.text(1, s)
	}
	n.text(2, out)
	n.text(3, op+"_of_"+out)
	n.text(4, op)
	for _, a := range attrs {
		a(&n)
	}
	return n
}

func valueInfo(name string, dims ...int64) writer {
	var v, typ, tens, shp writer
	v.text(1, name)
	for _, d := range dims {
		var dim writer
		if d < 0 {
			dim.text(2, "open")
		} else {
			dim.integer(1, d)
		}
		shp.message(1, dim)
	}
	tens.integer(1, 1)
	tens.message(2, shp)
	typ.message(1, tens)
	v.message(2, typ)
	return v
}

// onnx joins a file: the graph's input is "x" with c channels, its output "y".
func onnx(c int64, nodes, tensors []writer, meta map[string]string) []byte {
	var g, m writer
	for _, n := range nodes {
		g.message(1, n)
	}
	g.text(2, "graph")
	for _, t := range tensors {
		g.message(5, t)
	}
	g.message(11, valueInfo("x", 1, c, -1, -1))
	g.message(12, valueInfo("y", 1, -1, -1, -1))
	m.integer(1, 8)
	m.message(7, g)
	for k, v := range meta {
		var e writer
		e.text(1, k)
		e.text(2, v)
		m.message(14, e)
	}
	return m
}
