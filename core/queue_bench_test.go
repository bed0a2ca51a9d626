package core_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core"
)

// BenchmarkTenThousand is a queue of 10,000 jobs: opening it, and what a person does with it, beside an empty one.
func BenchmarkTenThousand(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		dir := b.TempDir()
		open := func() *core.Service {
			s, err := core.New(core.Options{ConfigDir: dir, CacheDir: dir, Queue: &core.QueueOptions{Dir: filepath.Join(dir, "queue"), Idle: true}})
			if err != nil {
				b.Fatal(err)
			}
			return s
		}
		s := open()
		if n > 0 {
			var paths []string
			for i := range n {
				paths = append(paths, fmt.Sprintf("/tapes/%d/summer holiday %d.mpg", i/100, i))
			}
			if _, err := s.Add(paths, fast(), "/tapes/done"); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("open/%d", n), func(b *testing.B) {
			for b.Loop() {
				s := open()
				if len(s.Snapshot().Jobs) != n {
					b.Fatal("jobs are missing")
				}
				b.StopTimer()
				s.Close()
				b.StartTimer()
			}
		})
		s = open()
		ids := []string{}
		b.Run(fmt.Sprintf("add/%d", n), func(b *testing.B) {
			for b.Loop() {
				added, err := s.Add([]string{fmt.Sprintf("/more/%d.mpg", len(ids))}, fast(), "")
				if err != nil {
					b.Fatal(err)
				}
				ids = append(ids, added.IDs...)
			}
		})
		b.Run(fmt.Sprintf("list/%d", n), func(b *testing.B) {
			for b.Loop() {
				s.Snapshot()
			}
		})
		b.Run(fmt.Sprintf("move/%d", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				to := core.MoveTop
				if i++; i%2 == 0 {
					to = core.MoveBottom
				}
				if err := s.Move(ids[0], to); err != nil {
					b.Fatal(err)
				}
			}
		})
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
