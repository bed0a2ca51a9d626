//go:build cuda && cgo

package cuda

import (
	"errors"
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// submit begins a batch and comes back before it is computed. The flight must be idle.
func (l *lane) submit(b *batch) error {
	p, f := l.program, b.flight
	return l.with(func() error {
		items := f.items[:0]
		for _, pic := range b.pictures {
			flip := int32(0)
			if pic.flip {
				flip = 1
			}
			items = append(items, flip, int32(pic.slot))
			for _, fr := range pic.window {
				items = append(items, int32(fr.slot))
				if l.holds[fr.slot] == fr.number {
					continue
				}
				if err := cu.MemcpyHtoDAsync(l.inputs+cu.DevicePtr(int64(fr.slot)*l.inFrame), unsafe.Pointer(&fr.Data[0]), l.inFrame, l.up); err != nil {
					return fmt.Errorf("upload: %w", err)
				}
				l.holds[fr.slot] = fr.number
			}
		}
		table := l.table + cu.DevicePtr(f.offset)
		if err := cu.MemcpyHtoDAsync(table, unsafe.Pointer(&items[0]), int64(4*len(items)), l.up); err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		if err := errors.Join(f.uploaded.Record(l.up), l.run.Wait(f.uploaded, 0), f.started.Record(l.run)); err != nil {
			return err
		}
		for y := 0; y < p.gh; y += l.band {
			if err := l.launch(len(b.pictures), table, y, min(y+l.band, p.gh)); err != nil {
				return err
			}
		}
		if err := errors.Join(f.ended.Record(l.run), l.down.Wait(f.ended, 0)); err != nil {
			return err
		}
		for _, pic := range b.pictures {
			from := l.outputs + cu.DevicePtr(int64(pic.slot)*l.outSize)
			if err := cu.MemcpyDtoHAsync(unsafe.Pointer(&pic.out.Data[0]), from, l.outSize, l.down); err != nil {
				return fmt.Errorf("download: %w", err)
			}
		}
		return f.done.Record(l.down)
	})
}

// launch begins all passes for rows y0..y1-1 of n pictures.
func (l *lane) launch(n int, items cu.DevicePtr, y0, y1 int) error {
	p := l.program
	in0, inRows := 0, 0
	for i := range p.passes {
		ps := &p.passes[i]
		from, to := p.rows(i, y0, y1)
		x, y := l.between[(i+1)%2], l.between[i%2]
		first, last := &p.net.Layers[ps.first], &p.net.Layers[ps.last]
		l.args = append(l.args[:0], uint64(l.pictures), uint64(l.chans), uint64(l.outs), uint64(items), uint64(l.inputs), uint64(l.outputs), uint64(x), uint64(y),
			uint64(l.weights)+uint64(4*ps.weights), uint64(l.numbers)+uint64(4*ps.numbers))
		var gridX, gridY, gridZ, threads int
		if ps.fused {
			group := uint64(l.groups) + uint64(4*ps.group)
			gridX, gridZ, threads = (p.gw+16*ps.tiles-2*ps.edge-1)/(16*ps.tiles-2*ps.edge), n, fusedThreads
			// Enough blocks for all processors, but each high enough to be worth the rows it makes twice.
			gridY = max(min((4*l.card.processors+gridX*n-1)/(gridX*n), (to-from)/(8*(ps.edge+1))), 1)
			rows := (to - from + gridY - 1) / gridY
			gridY = (to - from + rows - 1) / rows
			l.args = append(l.args, group, group+32, uint64(rows))
		} else {
			slopes := uint64(l.numbers) + uint64(4*(ps.numbers+up(first.Out, 16)))
			height := 8
			if !p.variant.half {
				height = 16
			}
			gridX, gridY, threads = (p.gw+31)/32, (to-from+height-1)/height, convThreads
			gridZ = n * ((up(last.Out, 16) + ps.width - 1) / ps.width)
			l.args = append(l.args, slopes, uint64(first.In), uint64(first.Out))
		}
		l.args = append(l.args, uint64(in0), uint64(inRows), uint64(from), uint64(to-from))
		l.pointers = l.pointers[:0]
		for k := range l.args {
			l.pointers = append(l.pointers, unsafe.Pointer(&l.args[k]))
		}
		if err := l.functions[i].Launch(gridX, gridY, gridZ, threads, 1, 1, ps.shared, l.run, l.pointers); err != nil {
			return fmt.Errorf("launch %s: %w", ps.kernel, err)
		}
		in0, inRows = from, to-from
	}
	return nil
}

// wait waits for a batch that was submitted, without keeping a core busy.
func (l *lane) wait(b *batch) error {
	return l.with(func() error {
		if err := b.flight.done.Synchronize(); err != nil {
			return err
		}
		ms, err := b.flight.started.Elapsed(b.flight.ended)
		b.seconds = ms / 1000
		return err
	})
}
