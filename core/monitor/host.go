package monitor

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/disk"
	"github.com/shirou/gopsutil/v3/mem"
)

// host holds the machine's counters of the sample before.
type host struct {
	total, cores []cpu.TimesStat
	disks        map[string]disk.IOCountersStat
}

// read fills in what concerns the machine; elapsed is the time since the last call.
func (h *host) read(ctx context.Context, s *Sample, elapsed time.Duration) {
	unread := func(what string, err error) {
		s.Unread = append(s.Unread, fmt.Sprintf("%s: %v", what, err))
	}
	total, err := cpu.TimesWithContext(ctx, false)
	if err == nil && len(total) > 0 {
		if len(h.total) > 0 {
			s.CPU.Total = busy(h.total[0], total[0])
		}
		h.total = total
	} else {
		unread("processor", err)
	}
	if cores, err := cpu.TimesWithContext(ctx, true); err != nil {
		unread("cores", err)
	} else {
		s.CPU.Cores = make([]float64, len(cores))
		if len(h.cores) == len(cores) { // a core can be switched on or off between samples
			for i := range cores {
				s.CPU.Cores[i] = busy(h.cores[i], cores[i])
			}
		}
		h.cores = cores
	}
	if v, err := mem.VirtualMemoryWithContext(ctx); err != nil {
		unread("memory", err)
	} else {
		s.Memory.Total, s.Memory.Available = v.Total, v.Available
	}
	if v, err := mem.SwapMemoryWithContext(ctx); err != nil {
		unread("swap", err)
	} else {
		s.Memory.SwapUsed, s.Memory.SwapTotal = v.Used, v.Total
	}
	if disks, err := disk.IOCountersWithContext(ctx); err != nil {
		unread("disk throughput", err)
	} else {
		s.Disk = throughput(h.disks, disks, elapsed)
		h.disks = disks
	}
}

// busy is the percentage of time between two readings that was not idle. Waiting for a disk is idle.
func busy(before, now cpu.TimesStat) float64 {
	work := func(t cpu.TimesStat) float64 { return t.User + t.Nice + t.System + t.Irq + t.Softirq + t.Steal }
	worked := max(0, work(now)-work(before))
	idle := max(0, now.Idle+now.Iowait-before.Idle-before.Iowait) // Linux says that its iowait may go backwards
	return percent(worked, worked+idle)
}

// percent is 100*part/whole, 0 to 100.
func percent(part, whole float64) float64 {
	if !(whole > 0) {
		return 0
	}
	return min(max(100*part/whole, 0), 100)
}

// throughput sums over all disks that are in both readings.
func throughput(before, now map[string]disk.IOCountersStat, elapsed time.Duration) (d Disk) {
	if elapsed <= 0 {
		return d
	}
	for name, n := range now {
		b, ok := before[name]
		if !ok || !wholeDisk(name, now) || n.ReadBytes < b.ReadBytes || n.WriteBytes < b.WriteBytes { // counters restart with the device
			continue
		}
		d.Read += float64(n.ReadBytes-b.ReadBytes) / elapsed.Seconds()
		d.Write += float64(n.WriteBytes-b.WriteBytes) / elapsed.Seconds()
	}
	return d
}

// wholeDisk tells disks from their partitions and from devices that lie upon other disks, whose bytes would count twice.
func wholeDisk(name string, all map[string]disk.IOCountersStat) bool {
	if runtime.GOOS != "linux" {
		return true // one counter a drive letter
	}
	for _, layer := range []string{"loop", "ram", "zram", "dm-", "md", "bcache", "drbd"} {
		if strings.HasPrefix(name, layer) {
			return false
		}
	}
	parent := strings.TrimRight(name, "0123456789")
	if parent == name {
		return true
	}
	_, partition := all[parent]                         // sda1 of sda
	_, numbered := all[strings.TrimSuffix(parent, "p")] // nvme0n1p2 of nvme0n1
	return !partition && !(numbered && strings.HasSuffix(parent, "p"))
}
