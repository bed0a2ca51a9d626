package queue

import (
	"testing"
)

// The benchmarks work on a list of so many jobs.
const many = 10000

func crowded(b *testing.B) (string, *Queue) {
	b.Helper()
	dir := b.TempDir()
	q, err := Open(within30(b), Config{Dir: dir})
	must(b, err)
	_, _, err = q.Add(within30(b), specs(names("/a/folder/with/tapes/tape-", many)...)...)
	must(b, err)
	return dir, q
}

func BenchmarkOpenEmpty(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		q, err := Open(within30(b), Config{Dir: dir})
		must(b, err)
		q.Close()
	}
}

func BenchmarkOpen10000(b *testing.B) {
	dir, q := crowded(b)
	q.Close()
	for b.Loop() {
		q, err := Open(within30(b), Config{Dir: dir})
		must(b, err)
		if n := len(q.Snapshot().Jobs); n != many {
			b.Fatal(n)
		}
		b.StopTimer()
		q.Close()
		b.StartTimer()
	}
}

func BenchmarkAdd10000AtOnce(b *testing.B) {
	for b.Loop() {
		_, q := crowded(b)
		q.Close()
	}
}

func BenchmarkAddOneTo10000(b *testing.B) {
	_, q := crowded(b)
	defer q.Close()
	for i := 0; b.Loop(); i++ {
		_, _, err := q.Add(within30(b), specs(names("new", i+1)[i])...)
		must(b, err)
	}
}

func BenchmarkMoveIn10000(b *testing.B) {
	_, q := crowded(b)
	defer q.Close()
	for i := 0; b.Loop(); i++ {
		must(b, q.Move(within30(b), q.Snapshot().Jobs[(i*7919)%many].ID, To((i*31)%many)))
	}
}

func BenchmarkSnapshotOf10000(b *testing.B) {
	_, q := crowded(b)
	defer q.Close()
	for b.Loop() {
		q.Wake() // as if something had changed
		if len(q.Snapshot().Jobs) != many {
			b.Fatal()
		}
	}
}
