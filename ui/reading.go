package ui

import "github.com/tapelight/tapelight/core"

// readingOf turns core's sample into what the strip shows.
func readingOf(s core.Sample) reading {
	r := reading{
		at: s.Time, cpu: s.CPU.Total / 100, ownCPU: s.CPU.Own / 100,
		memory: s.Memory.Total - min(s.Memory.Available, s.Memory.Total), memoryAll: s.Memory.Total, ownMemory: s.Memory.Own,
		noGPU: s.NoGPU, scratch: s.TempUsed, scratchBudget: s.TempBudget, readRate: s.Disk.Read, writeRate: s.Disk.Write,
	}
	for _, g := range s.GPUs {
		r.gpus = append(r.gpus, gpuReading{name: g.Name, busy: g.Busy / 100, celsius: g.Temp, memory: g.MemUsed, memoryAll: g.MemTotal})
	}
	for _, v := range s.Volumes {
		if v.Total > 0 {
			r.volumes = append(r.volumes, volumeReading{name: v.Name, path: v.Path, free: v.Free})
		}
	}
	return r
}
