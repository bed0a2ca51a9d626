package core

import (
	"runtime"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/recipe"
)

// load is what a plan uses of a machine, as far as it decides what may run beside it.
type load struct {
	Engine  string `json:"engine,omitempty"` // of the network; empty without one
	Device  string `json:"device,omitempty"`
	Encoder string `json:"encoder"`
	Memory  int64  `json:"memory,omitempty"` // bytes, about; 0 where it isn't known
}

func loadOf(p *plan.Plan) load {
	l := load{Encoder: p.Encode.Encoder, Memory: memoryOf(p)}
	if p.Network.Name != recipe.NetworkNone {
		l.Engine, l.Device = p.Network.Engine, p.Network.Device
	}
	return l
}

// wideEncoder is how many cores one software encoder of an enlarged tape can keep busy; with more, a second job helps.
const wideEncoder = 16

// hardwareSlots is how many encodes at once the drivers of each kind take: NVIDIA's allow a few sessions on consumer cards, and one already keeps the
// other kinds busy.
var hardwareSlots = map[string]int{"nvenc": 3, "qsv": 2, "vaapi": 2, "amf": 2}

// slots is how many places of each kind this machine has.
func slots() map[string]int {
	out := map[string]int{"cpu": runtime.NumCPU(), "gpu": 1}
	for kind, n := range hardwareSlots {
		out["encoder:"+kind] = n
	}
	return out
}

// needs is how many places a job takes up here. Two jobs run together only where that helps: a network on the CPU, and a software encoder, fill the machine
// each; a network on a GPU fills that.
func (l load) needs() []queue.Token {
	cores := runtime.NumCPU()
	cpu := max(1, min(cores/4, 4)) // decoding and filters
	var out []queue.Token
	if kind, ok := hardwareKind(l.Encoder); ok {
		out = append(out, queue.Token{Kind: "encoder:" + kind, Count: 1})
	} else {
		cpu = min(cores, wideEncoder)
	}
	switch l.Engine {
	case "":
	case "cpu":
		cpu = cores
	default:
		out = append(out, queue.Token{Kind: "gpu", Count: 1})
	}
	return append(out, queue.Token{Kind: "cpu", Count: cpu})
}

// hardwareKind is the family of a hardware encoder.
func hardwareKind(encoder string) (string, bool) {
	e, err := ffmpeg.LookupEncoder(encoder)
	if err != nil || !e.Hardware {
		return "", false
	}
	for kind := range hardwareSlots {
		if strings.HasSuffix(e.Codec, "_"+kind) {
			return kind, true
		}
	}
	return "", false
}
