//go:build cuda && cgo

package cuda

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

// heard collects what an engine says.
type heard struct {
	mu    sync.Mutex
	lines []string
}

func (h *heard) log(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, s)
}

func (h *heard) has(part string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.lines, func(s string) bool { return strings.Contains(s, part) })
}

// failing makes the driver fail after so many launches, and again after so many more.
func failing(t *testing.T, after, again int64) {
	t.Helper()
	fake(t, map[string]int64{"fail_after": after, "fail_again": again})
	t.Cleanup(func() { fakeSet("heal", 1) })
}

// TestFaults: whatever fails in the middle of a stream, every picture comes out once, in order, and right; and people are told.
func TestFaults(t *testing.T) {
	const lost, memory = 719, 2
	live := fakeGet("live")
	n, f := neuraltest.Windowed()
	in := neuraltest.Noise(rand.New(rand.NewPCG(11, 11)), f, 17)
	want := neuraltest.Right(t, n, in)
	for _, c := range []struct {
		name          string
		again         int64 // launches from the first failure to the next, 0 for none
		devices       int64
		device        string
		code, failing int64 // the driver's code; on which device, -1 for whichever is next
		fallback      bool
		want          string
	}{
		{"lost, another goes on", 0, 2, "", lost, 0, false, "goes on from picture"},
		{"lost, the others go on", 0, 3, "cuda:0,1,2", lost, 1, false, "the other cards go on"},
		{"lost, the processor goes on", 0, 1, "", lost, -1, true, "the cpu engine goes on"},
		{"all of two lost", 3, 2, "cuda:0,1", lost, -1, true, "the cpu engine goes on"},
		{"no memory, smaller batches", 0, 1, "", memory, -1, false, "ran out of memory: batches of 2"},
	} {
		for _, after := range []int64{1, 3, 5} {
			t.Run(fmt.Sprint(c.name, " after ", after), func(t *testing.T) {
				fake(t, map[string]int64{"devices": c.devices, "fail_code": c.code, "fail_device": c.failing})
				var h heard
				config := Config{Log: h.log}
				if c.fallback {
					config.Fallback = cpu.New()
				}
				e := New(config)
				if _, _, err := neuraltest.Through(e, n, in[:1], neural.Options{Device: c.device, Batch: 4}); err != nil { // the cards have been tested
					t.Fatal(err)
				}
				failing(t, after, c.again)
				out, st, err := neuraltest.Through(e, n, in, neural.Options{Device: c.device, Batch: 4})
				if err != nil {
					t.Fatal(err)
				}
				if err := neuraltest.Off(want, out, halfBound); err != nil {
					t.Error(err)
				}
				if int(st.Frames) != len(in) || !h.has(c.want) {
					t.Errorf("%+v; it said %q", st, h.lines)
				}
			})
		}
	}
	if now := fakeGet("live"); now != live {
		t.Errorf("%d things of the driver's are left", now-live)
	}
}

// TestNothingLeft: without a fallback, the last card's loss ends the stream with an error.
func TestNothingLeft(t *testing.T) {
	n, f := neuraltest.Windowed()
	e := New(Config{})
	if _, _, err := neuraltest.Through(e, n, neuraltest.Noise(rand.New(rand.NewPCG(1, 1)), f, 1), neural.Options{Batch: 1}); err != nil {
		t.Fatal(err)
	}
	failing(t, 2, 0)
	if _, _, err := neuraltest.Through(e, n, neuraltest.Noise(rand.New(rand.NewPCG(1, 1)), f, 9), neural.Options{Batch: 1}); err == nil || !strings.Contains(err.Error(), "no graphics card is left") {
		t.Errorf("it ended with %v", err)
	}
}

// TestLittleMemory takes memory away step by step: smaller batches, then bands of rows with the same result to the last bit, then the other engine.
func TestLittleMemory(t *testing.T) {
	n := &neural.Network{Name: "tall", Planes: 1, Grid: 1, Scale: 1, FlipBottom: true, Inputs: []neural.Channel{{}, {T: 1}}}
	r := rand.New(rand.NewPCG(3, 3))
	neuraltest.Weigh(r, n, []int{32, 20, 40}, neuraltest.Leaky)
	in := neuraltest.Noise(r, frame.Format{Width: 20, Height: 64, Chroma: frame.Mono, Depth: 10}, 3)
	want := neuraltest.Right(t, n, in)
	for _, capability := range []int64{61, 80} {
		fake(t, map[string]int64{"capability": capability, "memory": 1 << 30})
		bound := halfBound
		if capability == 61 {
			bound = singleBound
		}
		whole, st, err := neuraltest.Through(New(Config{}), n, in, neural.Options{Batch: 4})
		if err != nil || st.Batch != 4 {
			t.Fatal(st, err)
		}
		if err := neuraltest.Off(want, whole, bound); err != nil {
			t.Error(err)
		}
		all, err := cards()
		if err != nil {
			t.Fatal(err)
		}
		g, err := newGeometry(n, in[0].Format)
		if err != nil {
			t.Fatal(err)
		}
		p := New(Config{}).program(all[0], g, fuseReckoned)
		tables := int64(4*(len(p.weights)+len(p.numbers)+len(p.pictureTable)+len(p.channels)+len(p.outs)+len(p.groups))) + 4096
		one := sizeFor(g, 1, 1)
		banded := one
		banded.band = 16
		for _, c := range []struct {
			memory int64
			says   string
		}{{sizeFor(g, 2, 1).bytes(p) + tables, "batches of 2"}, {one.bytes(p) + tables, "batches of 1, 64 of 64"}, {banded.bytes(p) + tables, "16 of 64 rows"}, {tables, "the cpu engine works instead"}} {
			var h heard
			e := New(Config{Fallback: cpu.New(), Log: h.log})
			if err := e.selfTest(all[0], p.variant); err != nil { // which needs memory too
				t.Fatal(err)
			}
			fake(t, map[string]int64{"memory": c.memory})
			out, _, err := neuraltest.Through(e, n, in, neural.Options{Batch: 4})
			if err != nil || !h.has(c.says) {
				t.Fatalf("with %d bytes: %v, it said %q", c.memory, err, h.lines)
			}
			if h.has("works instead") {
				if err := neuraltest.Off(want, out, singleBound); err != nil {
					t.Error(err)
				}
				break
			}
			for i := range out {
				if string(out[i].Data) != string(whole[i].Data) {
					t.Errorf("with %d bytes, %s: picture %d differs", c.memory, c.says, i)
				}
			}
			fakeSet("memory", 1<<30)
		}
	}
}

// TestSelfTest: a card that computes wrongly is refused, with a message, and not asked again.
func TestSelfTest(t *testing.T) {
	n, f := neuraltest.Windowed()
	fake(t, map[string]int64{"corrupt": 1})
	e := New(Config{})
	var wrong *TestError
	if _, err := e.Open(t.Context(), n, f, neural.Options{Batch: 1}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "Fake 0 computes wrongly") {
		t.Fatalf("%v", err)
	}
	fakeSet("corrupt", 0)
	if _, err := e.Open(t.Context(), n, f, neural.Options{Batch: 1}); !errors.As(err, &wrong) {
		t.Errorf("asked again: %v", err)
	}
	var h heard
	s, err := New(Config{Log: h.log}).Open(t.Context(), n, f, neural.Options{Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, v := range variants {
		all, err := cards()
		if err != nil {
			t.Fatal(err)
		}
		d, err := check(all[0], v)
		if err != nil || d > testBound/2 {
			t.Errorf("%s: %.2g, %v", v.name, d, err)
		}
	}
}
