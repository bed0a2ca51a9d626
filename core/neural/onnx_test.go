package neural_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// TestTorch compares files PyTorch exported with what PyTorch computed: testdata/compact.py.
func TestTorch(t *testing.T) {
	const w, h = 14, 10
	for name, want := range map[string]neural.Network{
		"compact1x":           {Scale: 1, Grid: 1, Base: neural.Nearest},
		"compact2x":           {Scale: 2, Grid: 1, Base: neural.Nearest},
		"compact2x_unshuffle": {Scale: 2, Grid: 2, Base: neural.Bilinear},
		"compact3x_bicubic":   {Scale: 3, Grid: 1, Base: neural.Bicubic},
		"compact4x_opset9":    {Scale: 4, Grid: 1, Base: neural.Nearest},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := neural.ReadFile(filepath.Join("testdata", name+".onnx"))
			if err != nil {
				t.Fatal(err)
			}
			if n.Name != name || n.Scale != want.Scale || n.Grid != want.Grid || n.Base != want.Base || !n.RGB {
				t.Fatalf("read as %s: scale %d, grid %d, base %d, RGB %v", n.Name, n.Scale, n.Grid, n.Base, n.RGB)
			}
			f := frame.New(frame.Format{Width: w, Height: h, Chroma: frame.RGB, Depth: 8})
			for c := range 3 {
				for y := range h {
					for x := range w {
						f.Plane(c)[y*w+x] = byte(37*c + 11*y*y + 7*x + 3*x*y)
					}
				}
			}
			got, err := neural.ReferencePlanes(n, []*frame.Frame{f}, 0)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(filepath.Join("testdata", name+".bin"))
			if err != nil {
				t.Fatal(err)
			}
			size := w * h * n.Scale * n.Scale
			if len(data) != 3*size*4 {
				t.Fatalf("%d bytes of torch output for %d values", len(data), 3*size)
			}
			inside := 0
			for k := range 3 * size {
				v := float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*k:])))
				if v > 0 && v < 1 {
					inside++
				}
				if d := math.Abs(got[k/size][k%size] - min(max(v, 0), 1)); d > 1e-5 {
					t.Fatalf("value %d of plane %d: %v, torch %v", k%size, k/size, got[k/size][k%size], v)
				}
			}
			if inside < size {
				t.Errorf("only %d values are inside the range: too few to tell", inside)
			}
		})
	}
}

func ramp(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i%7-3) / 8
	}
	return v
}

var same = ints("pads", 1, 1, 1, 1)

// chain is two convolutions, 3 to 2 to out channels, with a LeakyRelu between, from x to the given name.
func chain(how int, out int64, to string) (nodes, tensors []writer) {
	return []writer{
			node("Conv", []string{"x", "w1", "b1"}, "c1", same, ints("kernel_shape", 3, 3), ints("strides", 1, 1), integer("group", 1)),
			node("LeakyRelu", []string{"c1"}, "a1", float("alpha", 0.25)),
			node("Conv", []string{"a1", "w2"}, to, same),
		}, []writer{
			tensor("w1", how, []int64{2, 3, 3, 3}, ramp(54)), tensor("b1", how, []int64{2}, ramp(2)),
			tensor("w2", how, []int64{out, 2, 3, 3}, ramp(int(out)*18)),
		}
}

const ownLayout = `{"grid":2,"scale":1,"companion":true,"flip_bottom":true,"base":"bicubic","base_from":"companion","planes":1,
	"inputs":[{"picture":"main","t":-2,"plane":0,"dy":0,"dx":0},{"picture":"companion","t":0,"plane":0,"dy":1,"dx":0},{"picture":"main","t":1,"plane":0,"dy":1,"dx":1}]}`

func own(how int, layout string) []byte {
	nodes, tensors := chain(how, 4, "y")
	return onnx(3, nodes, tensors, map[string]string{"tapelight.layout": layout, "tapelight.licence": "CC0", "tapelight.name": "tape", "author": "x"})
}

func TestOwnForm(t *testing.T) {
	for _, how := range []int{rawFloat, floatData, rawHalf} {
		n, err := neural.Read(bytes.NewReader(own(how, ownLayout)))
		if err != nil {
			t.Fatal(err)
		}
		if n.Name != "tape" || n.Grid != 2 || n.Scale != 1 || !n.Companion || !n.FlipBottom || n.Base != neural.Bicubic || n.BaseFrom != neural.Companion || n.Planes != 1 || n.RGB {
			t.Errorf("layout read as %+v", n)
		}
		want := []neural.Channel{{T: -2}, {Picture: neural.Companion, DY: 1}, {T: 1, DY: 1, DX: 1}}
		if !slices.Equal(n.Inputs, want) {
			t.Errorf("inputs %+v", n.Inputs)
		}
		if len(n.Meta) != 1 || n.Meta["licence"] != "CC0" {
			t.Errorf("metadata %v", n.Meta)
		}
		if len(n.Layers) != 2 || n.Layers[0].Act != neural.Leaky || n.Layers[0].Slope[0] != 0.25 || n.Layers[1].Act != neural.Linear {
			t.Fatalf("layers %+v", n.Layers)
		}
		if !slices.Equal(n.Layers[0].Weight, ramp(54)) || !slices.Equal(n.Layers[0].Bias, ramp(2)) || !slices.Equal(n.Layers[1].Bias, make([]float32, 4)) {
			t.Error("weights changed on the way")
		}
	}
}

// shuffled is a compact network whose last steps are the given nodes, from "c2" to "y".
func shuffled(out int64, extra []writer, nodes ...writer) []byte {
	n, tensors := chain(rawFloat, out, "c2")
	return onnx(3, append(n, nodes...), append(tensors, extra...), nil)
}

func TestDepthToSpaceOrders(t *testing.T) {
	read := func(data []byte) *neural.Network {
		t.Helper()
		n, err := neural.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	in := []string{"c2"}
	crd := read(shuffled(12, nil, node("DepthToSpace", in, "y", integer("blocksize", 2), text("mode", "CRD"))))
	dcr := read(shuffled(12, nil, node("DepthToSpace", in, "y", integer("blocksize", 2))))
	written := func(perm ...int64) *neural.Network {
		first := shape("s1", 1, 3, 2, 2, 48, 72)
		if perm[1] == 3 {
			first = shape("s1", 1, 2, 2, 3, 48, 72)
		}
		return read(shuffled(12, []writer{first, shape("s2", 1, 3, -1, 144)}, node("Reshape", []string{"c2", "s1"}, "r1"),
			node("Transpose", []string{"r1"}, "r2", ints("perm", perm...)), node("Reshape", []string{"r2", "s2"}, "y")))
	}
	last := func(n *neural.Network) []float32 { return n.Layers[1].Weight }
	if !slices.Equal(last(crd), ramp(216)) || !slices.Equal(last(crd), last(written(0, 1, 4, 2, 5, 3))) {
		t.Error("CRD is the networks' own order: its weights must stay")
	}
	if !slices.Equal(last(dcr), last(written(0, 3, 4, 1, 5, 2))) {
		t.Error("DCR and its written form differ")
	}
	for c := range 3 {
		for d := range 4 {
			if a, b := (c*4+d)*18, (d*3+c)*18; !slices.Equal(last(dcr)[a:a+18], ramp(216)[b:b+18]) {
				t.Errorf("DCR channel %d of colour %d is not where CRD has it", d, c)
			}
		}
	}
	if crd.Base != neural.NoBase || crd.Scale != 2 {
		t.Errorf("without Add: base %d, scale %d", crd.Base, crd.Scale)
	}
}

func TestOneByOneKernel(t *testing.T) {
	n, err := neural.Read(bytes.NewReader(onnx(3, []writer{node("Conv", []string{"x", "w"}, "y")}, []writer{tensor("w", rawFloat, []int64{3, 3, 1, 1}, ramp(9))}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range n.Layers[0].Weight {
		want := float32(0)
		if i%9 == 4 {
			want = ramp(9)[i/9]
		}
		if v != want {
			t.Fatalf("weight %d is %v, not %v", i, v, want)
		}
	}
}

func TestRefused(t *testing.T) {
	conv := func(attrs ...attr) []byte {
		return onnx(3, []writer{node("Conv", []string{"x", "w"}, "y", attrs...)}, []writer{tensor("w", rawFloat, []int64{3, 3, 3, 3}, ramp(81))}, nil)
	}
	inf := ramp(81)
	inf[5] = float32(math.Inf(1))
	up := node("Resize", []string{"x", "", "sc"}, "u", text("mode", "nearest"), text("coordinate_transformation_mode", "align_corners"))
	for name, c := range map[string]struct {
		data []byte
		says string // in the message
	}{
		"operator":   {shuffled(3, nil, node("Sigmoid", []string{"c2"}, "y")), `Sigmoid is not supported (at "Sigmoid_of_y")`},
		"stride":     {conv(same, ints("strides", 2, 2)), "strides [2 2]"},
		"dilation":   {conv(same, ints("dilations", 2, 2)), "dilations"},
		"group":      {conv(same, integer("group", 3)), "group 3"},
		"no padding": {conv(), "pads [0 0 0 0]"},
		"two acts":   {shuffled(3, nil, node("Relu", []string{"c2"}, "r"), node("Relu", []string{"r"}, "y")), "second activation"},
		"skip":       {shuffled(2, nil, node("Add", []string{"c2", "a1"}, "y")), "Add"},
		"clip":       {shuffled(3, nil, node("Clip", []string{"c2"}, "y", float("max", 6))), "to 6 instead of 1"},
		"corners":    {shuffled(12, []writer{tensor("sc", rawFloat, []int64{4}, []float32{1, 1, 2, 2})}, up, node("DepthToSpace", []string{"c2"}, "d", integer("blocksize", 2)), node("Add", []string{"d", "u"}, "y")), "align_corners"},
		"channels":   {shuffled(5, nil, node("Identity", []string{"c2"}, "y")), "output of 5 channels"},
		"layout":     {own(rawFloat, `{"grid":2,"zoom":1}`), "zoom"},
		"unfinished": {shuffled(12, []writer{shape("s1", 1, 3, 2, 2, 48, 72)}, node("Reshape", []string{"c2", "s1"}, "y")), "not supported"},
	} {
		var u *neural.UnsupportedError
		if _, err := neural.Read(bytes.NewReader(c.data)); !errors.As(err, &u) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", name, err, c.says)
		}
	}
	for name, data := range map[string][]byte{
		"empty":        {},
		"text":         []byte("<html>not found</html>"),
		"cut":          own(rawFloat, ownLayout)[:300],
		"not finite":   onnx(3, []writer{node("Conv", []string{"x", "w"}, "y", same)}, []writer{tensor("w", rawFloat, []int64{3, 3, 3, 3}, inf)}, nil),
		"missing data": onnx(3, []writer{node("Conv", []string{"x", "w"}, "y", same)}, []writer{tensor("w", rawFloat, []int64{512, 512, 3, 3}, ramp(3))}, nil),
		"order":        onnx(3, []writer{node("Relu", []string{"later"}, "y")}, nil, nil),
		"layout":       own(rawFloat, strings.Replace(ownLayout, `"t":-2`, `"t":-200`, 1)),
		"wrong scale":  own(rawFloat, strings.Replace(ownLayout, `"scale":1`, `"scale":2`, 1)),
	} {
		if _, err := neural.Read(bytes.NewReader(data)); !errors.Is(err, neural.ErrMalformed) {
			t.Errorf("%s: error %v, not ErrMalformed", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(own(rawFloat, ownLayout))
	f.Add(own(rawHalf, ownLayout))
	f.Add(shuffled(12, nil, node("DepthToSpace", []string{"c2"}, "y", integer("blocksize", 2))))
	files, err := filepath.Glob("testdata/*.onnx")
	if err != nil || len(files) == 0 {
		f.Fatal("no files to start from", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := neural.Read(bytes.NewReader(data))
		if (n == nil) == (err == nil) {
			t.Fatalf("network %v with error %v", n, err)
		}
		if n != nil && n.Validate() != nil {
			t.Fatal("an invalid network was returned")
		}
	})
}
