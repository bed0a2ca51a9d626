//go:build cuda && cgo

package cuda

import (
	"errors"
	"unsafe"

	"gorgonia.org/cu"
)

// measure gives the seconds that the card computes for n pictures, planes on the card to planes on the card, the mean of several batches
// after one to warm up. Whatever lies in the slots is taken as pictures. Nothing may be under way.
func (l *lane) measure(n, batches int) (seconds float64, err error) {
	p, f := l.program, l.flights[0]
	items := f.items[:0]
	for i := range n {
		items = append(items, 0, int32(i%l.size.outputs))
		for k := range p.before + p.after + 1 {
			items = append(items, int32((i+k)%l.size.inputs))
		}
	}
	err = l.with(func() error {
		table := l.table + cu.DevicePtr(f.offset)
		if err := cu.MemcpyHtoD(table, unsafe.Pointer(&items[0]), int64(4*len(items))); err != nil {
			return err
		}
		if err := cu.Synchronize(); err != nil { // see allocate
			return err
		}
		for i := range batches + 1 {
			if i == 1 {
				if err := f.started.Record(l.run); err != nil {
					return err
				}
			}
			for y := 0; y < p.gh; y += l.band {
				if err := l.launch(n, table, y, min(y+l.band, p.gh)); err != nil {
					return err
				}
			}
		}
		if err := errors.Join(f.ended.Record(l.run), f.done.Record(l.run), f.done.Synchronize()); err != nil {
			return err
		}
		ms, err := f.started.Elapsed(f.ended)
		seconds = ms / 1000 / float64(batches)
		return err
	})
	return seconds, err
}
