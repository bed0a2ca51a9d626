package core

import (
	"context"
	"slices"
	"strings"

	"github.com/tapelight/tapelight/core/neural/cuda"
)

// GPUReport is what tests and measurements found of one graphics card.
type GPUReport = cuda.Report

// EngineDevice splits what people write, "cuda:0,1", into an engine's name and its device, "cuda" and "cuda:0,1". Without a colon no device is named.
func EngineDevice(text string) (engine, device string) {
	engine, _, named := strings.Cut(text, ":")
	if named {
		device = text
	}
	return engine, device
}

// Processor is something that could compute networks.
type Processor struct {
	ID   string // for Tuning.Engine: "cpu", "cuda:0", "cuda:0,1" for two together; "" where it can't be used
	Name string // "Processor, 2 threads, AVX-512", "NVIDIA GeForce RTX 3060"; both names for two together
	GPU  bool
	Why  string // it can't be used, in words
}

// Processors lists what could compute networks, graphics cards first, with those that can't be used and the reason. It asks the drivers, which may take a
// second.
func (s *Service) Processors(ctx context.Context) []Processor {
	var cards, all []Processor
	for _, e := range s.engines {
		list, err := e.Devices(ctx)
		gpu := e.Name() != "cpu"
		if err != nil && gpu {
			all = append(all, Processor{Name: gpuEngineName, GPU: true, Why: err.Error()})
		}
		for _, d := range list {
			p := Processor{ID: d.ID, Name: d.Name, GPU: gpu}
			if all = append(all, p); gpu {
				cards = append(cards, p)
			}
		}
	}
	if len(cards) > 1 {
		all = append(all, together(cards))
	}
	if noGPUEngine != "" {
		all = append(all, Processor{Name: gpuEngineName, GPU: true, Why: noGPUEngine})
	}
	for _, g := range s.monitor.Sample(ctx).GPUs {
		known := slices.ContainsFunc(all, func(p Processor) bool { return p.Name == g.Name })
		if !known && g.Source != "nvml" { // what is wrong with NVIDIA's, the engine has said
			all = append(all, Processor{Name: g.Name, GPU: true, Why: "networks run on NVIDIA's cards and on the processor alone"})
		}
	}
	slices.SortStableFunc(all, func(a, b Processor) int { return rank(a) - rank(b) })
	return all
}

// gpuEngineName is what cards are called where none could be found.
const gpuEngineName = "NVIDIA graphics card"

// together is several cards as one choice.
func together(cards []Processor) Processor {
	var names, numbers []string
	for _, c := range cards {
		_, n, _ := strings.Cut(c.ID, ":")
		names, numbers = append(names, c.Name), append(numbers, n)
	}
	engine, _, _ := strings.Cut(cards[0].ID, ":")
	return Processor{ID: engine + ":" + strings.Join(numbers, ","), Name: strings.Join(names, " + "), GPU: true}
}

func rank(p Processor) int {
	switch {
	case p.GPU && p.ID != "":
		return 0
	case p.ID != "":
		return 1
	}
	return 2
}
