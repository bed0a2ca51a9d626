package monitor

import (
	"os"
	"time"

	"github.com/shirou/gopsutil/v3/process"
)

// tree follows this program and its children by their ids. (Not by gopsutil's Children, which runs pgrep for every process.)
type tree struct{ procs map[int]*member }

type member struct {
	proc *process.Process
	cpu  time.Duration // used until the sample before
}

// read returns the processor time that the members spent since the last call, and their resident memory in bytes. A child that has
// gone meanwhile counts nothing. The error is that of this program itself.
func (t *tree) read(children []int, now time.Time, elapsed time.Duration) (spent time.Duration, rss uint64, err error) {
	next := make(map[int]*member, len(children)+1)
	since := now.Add(-elapsed)
	if t.procs == nil {
		since = time.Time{}
	}
	for i, pid := range append([]int{os.Getpid()}, children...) {
		if next[pid] != nil {
			continue
		}
		m, delta, resident, failed := t.follow(pid, since)
		if failed != nil {
			if i == 0 {
				err = failed
			}
			continue
		}
		next[pid] = m
		spent += delta
		rss += resident
	}
	t.procs = next
	return spent, rss, err
}

// follow reads one process; since is when the counters were read last, zero for never.
func (t *tree) follow(pid int, since time.Time) (m *member, spent time.Duration, rss uint64, err error) {
	m = t.procs[pid]
	first := m == nil
	if first {
		proc, err := process.NewProcess(int32(pid))
		if err != nil {
			return nil, 0, 0, err
		}
		m = &member{proc: proc}
	}
	times, err := m.proc.Times()
	if err != nil {
		return nil, 0, 0, err
	}
	memory, err := m.proc.MemoryInfo()
	if err != nil {
		return nil, 0, 0, err
	}
	used := time.Duration((times.User + times.System) * float64(time.Second))
	switch {
	case first && since.IsZero(): // the first reading of all
	case first:
		// A child is in the list from its start, so all that one seen for the first time has spent, it has spent since. One that is
		// older came to the list late. (Linux tells the start to a second only.)
		if created, err := m.proc.CreateTime(); err == nil && time.UnixMilli(created).After(since.Add(-2*time.Second)) {
			spent = used
		}
	default:
		spent = max(0, used-m.cpu)
	}
	m.cpu = used
	return m, spent, memory.RSS, nil
}
