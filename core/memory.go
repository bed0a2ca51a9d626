package core

import (
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/temporal"
)

// memory is the bound for all that this program and its children take. Jobs get what is left when the program itself, its pictures in memory and one
// preview have their parts: jobs run together only where their estimates fit, and one that would take more gets smaller batches, or is refused.
type memory struct {
	total int64
	cache int64 // of it, for pictures kept
	asked bool  // by a person, who is then told what doesn't fit; else it is as much as there is, and one job runs in any case
}

// What is set aside, in bytes: for the program with its window, and for a preview, whose session has batches of one picture and no encoder.
const (
	programMemory = 250e6 // with software GL; less with a card's
	previewMemory = 250e6
)

// memory is the bound as it is now. Where a person has said none it asks the system, which takes a moment.
func (s *Service) memory() memory {
	t := s.tuning.Load()
	if t.Memory > 0 {
		return memory{t.Memory, t.cache(), true}
	}
	m := s.monitor.Sample(s.ctx).Memory
	if m.Available == 0 { // it can't be read
		return memory{total: 1 << 60, cache: t.cache()}
	}
	return memory{total: int64(min(m.Available+m.Own, 1<<60) / 4 * 3), cache: t.cache()}
}

// preview is what a preview may take while jobs run.
func (m memory) preview() int64 { return min(previewMemory, m.total/4) }

// jobs is what all jobs together may take.
func (m memory) jobs() int64 { return max(0, m.total-programMemory-m.cache-m.preview()) }

// MemoryError is work that would take more memory than it may have.
type MemoryError struct {
	Need, Limit int64 // bytes
	Busy        bool  // it would fit if nothing else ran
}

func (e *MemoryError) Error() string {
	if e.Busy {
		return fmt.Sprintf("it would take about %s of memory, and what else is running leaves %s", Bytes(e.Need), Bytes(max(0, e.Limit)))
	}
	return fmt.Sprintf("it would take about %s of memory, and no more than %s is left of what Tapelight may take; allow more, or choose a lower height or another encoder",
		Bytes(e.Need), Bytes(e.Limit))
}

// fit makes a plan's run take no more memory than grant, which is told the need, lets it have.
func (s *Service) fit(p *plan.Plan, grant func(need int64) (limit int64)) error {
	need := memoryOf(p)
	limit := grant(need)
	if need <= limit {
		return nil
	}
	n := &p.Network
	for batch := batchOf(p) / 2; n.Name != recipe.NetworkNone && batch >= 1 && need > limit; batch /= 2 {
		n.Batch = batch
		need = memoryOf(p)
	}
	for threads := threadsOf(p) / 2; n.Engine == "cpu" && threads >= 1 && need > limit; threads /= 2 {
		n.Threads = threads
		need = memoryOf(p)
	}
	m := s.memory()
	switch {
	case need <= limit:
		s.log.Info("%s: batches of %d, so that it keeps within %s of memory", filepath.Base(p.Source.Path), batchOf(p), Bytes(limit))
	case need <= m.jobs():
		return &MemoryError{Need: need, Limit: limit, Busy: true}
	case m.asked:
		return &MemoryError{Need: need, Limit: min(limit, m.jobs())}
	default:
		s.log.Warn("%s: little memory is free; it may take about %s", filepath.Base(p.Source.Path), Bytes(need))
	}
	return nil
}

// memoryOf is about what a run of p takes at most, in bytes, the program itself left out: decoder, network and encoder. The figures are measured, see
// docs/performance.md; TestMemoryIsNotExceeded holds them against runs.
func memoryOf(p *plan.Plan) int64 {
	need := decoderMemory(p) + sessionMemory(p) + encoderMemory(p)
	if !p.Network.Still.Off() {
		need += int64(temporal.Memory(p.Encode.In))
	}
	return need
}

func decoderMemory(p *plan.Plan) int64 {
	d := p.Decode.Out
	return 60e6 + 24*int64(d.Bytes())
}

// sessionMemory is what frames, tables and kernels take. The rings are those of the engines: batches under way, the one being filled and the
// network's window.
func sessionMemory(p *plan.Plan) int64 {
	in, out := int64(p.Decode.Out.Bytes()), int64(p.Encode.In.Bytes())
	const window = 4
	batch := int64(batchOf(p))
	switch p.Network.Engine {
	case "":
		return 4 * in
	case "cpu":
		// A worker keeps activations of a few rows, wider with the network; its pictures are the most of it.
		return (window+batch+2)*in + (batch+2)*out + int64(threadsOf(p))*4e6
	}
	const depth = 4
	driver := int64(400e6) // CUDA's own memory in a process
	return driver + (window+(depth+1)*batch+2)*in + (depth*batch+2)*out
}

// gpuFrames is how many bytes of pictures the GPU engine takes when it chooses the batch.
const gpuFrames = 1 << 30

// batchOf is the batch that a plan's session will have, or the most that it may choose.
func batchOf(p *plan.Plan) int {
	n := p.Network
	switch {
	case n.Name == recipe.NetworkNone:
		return 1
	case n.Batch > 0:
		return n.Batch
	case n.Engine == "cpu":
		return threadsOf(p)
	}
	batch := MostBatch
	for ; batch > 1; batch /= 2 {
		if int64(5*batch+6)*int64(p.Decode.Out.Bytes())+int64(4*batch+2)*int64(p.Encode.In.Bytes()) <= gpuFrames {
			break
		}
	}
	return batch
}

func threadsOf(p *plan.Plan) int {
	if n := p.Network.Threads; n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// encoderPictures is how many pictures of its input and output's size an encoder keeps, by speed: fast, medium, slow; and how many more for each core
// beyond two.
var encoderPictures = map[string]struct {
	speeds [3]int64
	core   int64
}{
	"x265": {[3]int64{80, 95, 140}, 4}, "x264": {[3]int64{36, 78, 105}, 8}, "svtav1": {[3]int64{110, 140, 200}, 8},
	"ffv1": {[3]int64{60, 60, 60}, 1}, "prores": {[3]int64{12, 12, 12}, 2},
}

func encoderMemory(p *plan.Plan) int64 {
	e := p.Encode
	kept, ok := encoderPictures[e.Encoder]
	if !ok {
		kept.speeds = [3]int64{40, 40, 40} // hardware keeps its pictures in its own memory, or a few here
	}
	picture := frame.Format{Width: e.Width, Height: e.Height, Chroma: frame.YUV420, Depth: 10}
	n := kept.speeds[min(max(0, int(e.Speed)), 2)] + kept.core*int64(min(max(0, runtime.NumCPU()-2), 30))
	return 70e6 + n*int64(picture.Bytes()) + 6*int64(e.In.Bytes())
}

// tempOf is how many bytes of repaired sound a run of p keeps beside its output until it ends, at most: 24-bit samples without any compression.
func tempOf(p *plan.Plan) int64 {
	var bytes float64
	for i, t := range p.Sound {
		if t.Program != nil && i < len(p.Encode.Audio) && !p.Encode.Audio[i].Copy {
			bytes += 3 * float64(t.Program.Rate*t.Program.Channels) * (p.Encode.Duration() + 1)
		}
	}
	return int64(min(bytes, 1e18))
}

// direct is the grant of a run that is no job: what jobs leave, and the preview's part. It is not counted itself.
func (s *Service) direct(int64) int64 {
	m := s.memory()
	return max(0, m.jobs()-s.jobs.memoryTaken("")) + m.preview()
}
