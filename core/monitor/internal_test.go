package monitor

import (
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/disk"
	"pgregory.net/rapid"
)

func TestBusyIsAPercentageWhateverTheCounters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) cpu.TimesStat {
			v := rapid.SliceOfN(rapid.Float64Range(0, 1e9), 8, 8).Draw(t, name)
			return cpu.TimesStat{User: v[0], Nice: v[1], System: v[2], Irq: v[3], Softirq: v[4], Steal: v[5], Idle: v[6], Iowait: v[7]}
		}
		if p := busy(draw("before"), draw("now")); !(p >= 0 && p <= 100) {
			t.Errorf("%v %%", p)
		}
	})
	for _, test := range []struct {
		before, now cpu.TimesStat
		want        float64
	}{
		{cpu.TimesStat{User: 10, Idle: 10}, cpu.TimesStat{User: 11, System: 1, Idle: 12}, 50},
		{cpu.TimesStat{Idle: 10}, cpu.TimesStat{Idle: 11, Iowait: 3}, 0},
		{cpu.TimesStat{Idle: 10, Iowait: 5}, cpu.TimesStat{User: 1, Idle: 10, Iowait: 4}, 100},
		{cpu.TimesStat{User: 5}, cpu.TimesStat{User: 5}, 0},
	} {
		if got := busy(test.before, test.now); got != test.want {
			t.Errorf("from %v to %v: %v %%, want %v", test.before, test.now, got, test.want)
		}
	}
}

func TestThroughputCountsEachByteOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("names of Linux")
	}
	reading := func(n uint64) map[string]disk.IOCountersStat {
		m := map[string]disk.IOCountersStat{}
		for _, name := range []string{"sda", "sda1", "sda12", "nvme0n1", "nvme0n1p1", "mmcblk0", "mmcblk0p2", "vdb", "xvda1", "dm-0", "md127", "loop3", "ram0", "zram0"} {
			m[name] = disk.IOCountersStat{ReadBytes: 1000 + n, WriteBytes: 2000 + 2*n}
		}
		return m
	}
	// Whole disks are sda, nvme0n1, mmcblk0, vdb, and xvda1, which some virtual machines have without an xvda.
	if got, want := throughput(reading(0), reading(50), time.Second/2), (Disk{Read: 5 * 100, Write: 5 * 200}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := throughput(reading(50), reading(0), time.Second); got != (Disk{}) {
		t.Errorf("counters that restarted give %v", got)
	}
	if got := throughput(nil, reading(1), time.Second); got != (Disk{}) {
		t.Errorf("a first reading gives %v", got)
	}
	if got := throughput(reading(0), reading(1), 0); math.IsInf(got.Read, 0) || math.IsNaN(got.Read) {
		t.Errorf("no time gives %v", got)
	}
}

func TestPatientGivesTheLastAnswerWhileTheNextIsOut(t *testing.T) {
	answers := make(chan int)
	p := patient[int]{ask: func() int { return <-answers }}
	if v, fresh := p.get(t.Context(), time.Nanosecond); v != 0 || fresh {
		t.Errorf("before any answer: %d, %v", v, fresh)
	}
	answers <- 7
	if v, fresh := p.get(t.Context(), time.Minute); v != 7 || !fresh {
		t.Errorf("got %d, %v", v, fresh)
	}
	for range 3 { // one question at a time
		if v, fresh := p.get(t.Context(), time.Nanosecond); v != 7 || fresh {
			t.Errorf("got %d, %v", v, fresh)
		}
	}
	if p.finish(time.Nanosecond) {
		t.Error("finished with an answer out")
	}
	answers <- 8
	if !p.finish(time.Minute) {
		t.Error("not finished after the answer")
	}
	if v, fresh := p.get(t.Context(), time.Minute); v != 8 || !fresh {
		t.Errorf("after the end: %d, %v", v, fresh)
	}
}
