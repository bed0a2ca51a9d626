// Package monitor measures what the program uses and what the machine has left: processor, memory, disk, graphics cards. It samples
// on demand and keeps nothing running between samples. Graphics cards: NVIDIA on Linux and Windows, AMD on Linux; on Windows, NVIDIA
// only.
package monitor

import "time"

// Unknown stands for a percentage or temperature that the machine doesn't tell.
const Unknown = -1

// Sample is one measurement. Rates and percentages are averages since the sample before.
type Sample struct {
	Time   time.Time
	Span   time.Duration // since the sample before
	CPU    CPU
	Memory Memory
	Disk   Disk

	Volumes              []VolumeUse // in the order of Config.Volumes
	TempUsed, TempBudget int64       // bytes; a budget of 0 is no bound

	GPUs  []GPU
	NoGPU string // why GPUs is empty, or incomplete; for the user

	Unread []string // what could not be measured, and why; its fields are zero, or the last ones known
}

// CPU holds percentages of processor time, each 0 to 100.
type CPU struct {
	Total float64   // of all cores together
	Cores []float64 // of each
	Own   float64   // this program and its children, of all cores together
}

// Memory is in bytes.
type Memory struct {
	Own                 uint64 // resident, this program and its children; pages they share count more than once
	Total, Available    uint64
	SwapUsed, SwapTotal uint64
}

// Disk is the throughput of all disks together, in bytes a second.
type Disk struct{ Read, Write float64 }

// Volume is a place whose free space matters, such as the output folder. Path need not exist yet: then its nearest parent counts.
type Volume struct{ Name, Path string }

// VolumeUse is the space of the file system that holds a volume, in bytes. Free is what this user may take.
type VolumeUse struct {
	Volume
	Free, Total uint64
}

// GPU is one graphics card.
type GPU struct {
	Name              string
	Busy              float64 // percent of the time in which a kernel ran, or Unknown
	Enc, Dec          float64 // percent, of the video encoder and decoder, or Unknown
	MemUsed, MemTotal uint64  // bytes; both 0 where not told
	Temp              float64 // degrees Celsius, or Unknown
	Source            string  // who tells: "nvml" or "amdgpu"
}
