package core

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Tuning is how the machine is used, whatever the recipe. The zero value leaves everything to Tapelight.
type Tuning struct {
	// Engine computes networks where a request names none: "" or "auto", "cpu", "cuda", or certain cards, "cuda:0,1". One that can't be used leaves it to
	// Tapelight.
	Engine string
	// Batch is how many pictures a network works on at a time where a request doesn't say: 1 to MostBatch; 0 lets the engine choose.
	Batch int
	// Memory is how much memory, in bytes, this program and its children may take; 0 is three quarters of what is free. See memory.
	Memory int64
	// Temp is how much room, in bytes, temporary files may take; 0 is DefaultTemp.
	Temp int64
	// TempDir is where they lie: in a folder of their own in it. "" is the cache folder. What repaired sound takes beside an output counts, too.
	TempDir string
}

const (
	// DefaultTemp is how much room temporary files may take unless Tuning says otherwise.
	DefaultTemp = 20e9
	// MostBatch is the largest batch that can be asked for.
	MostBatch = 64
	// LeastMemory is the smallest bound for memory that can be asked for: no work fits into less.
	LeastMemory = 256e6
)

// Check tells what is out of range.
func (t Tuning) Check() error {
	switch {
	case t.Batch < 0 || t.Batch > MostBatch:
		return fmt.Errorf("a batch of %d is not possible; it may be 1 to %d, or 0 for the engine's choice", t.Batch, MostBatch)
	case t.Memory < 0 || t.Memory > 0 && t.Memory < LeastMemory:
		return fmt.Errorf("%s of memory are too little; at least %s are needed", Bytes(t.Memory), Bytes(LeastMemory))
	case t.Temp < 0:
		return errors.New("room for temporary files can't be less than none")
	}
	return nil
}

// Tune changes how the machine is used, from the next job and the next temporary file on. Where temporary files can't be made in TempDir they stay where
// they were, the rest holds, and the error says so.
func (s *Service) Tune(t Tuning) error {
	if err := t.Check(); err != nil {
		return err
	}
	s.tuning.Store(&t)
	s.inUse.Store(nil)
	s.preferring.Store(nil)
	s.scratch.SetBudget(t.temp())
	s.previews().pictures.bound(t.cache())
	err := s.scratch.Move(s.tempDir(t))
	s.again()
	return err
}

// cache is how much previews kept in memory may take.
func (t Tuning) cache() int64 {
	if t.Memory > 0 {
		return min(previewBytes, t.Memory/8)
	}
	return previewBytes
}

func (t Tuning) temp() int64 {
	if t.Temp > 0 {
		return t.Temp
	}
	return DefaultTemp
}

func (s *Service) tempDir(t Tuning) string {
	if t.TempDir == "" {
		return filepath.Join(s.opts.CacheDir, "scratch")
	}
	return filepath.Join(t.TempDir, "tapelight-temp")
}

// again has waiting jobs looked at again, after a change that is in no record.
func (s *Service) again() {
	if s.jobs != nil {
		s.jobs.look()
		s.jobs.tell()
	}
}

// tuned is a request with what it leaves open.
func (s *Service) tuned(ctx context.Context, req Request) Request {
	if req.Engine == "" && req.Device == "" {
		req.Engine, req.Device = s.preferred(ctx)
	}
	if req.Batch == 0 {
		req.Batch = s.tuning.Load().Batch
	}
	return req
}

// preference is the engine and device to use where none is named.
type preference struct{ engine, device string }

// preferred is what Tuning.Engine means here and now: "" for any.
func (s *Service) preferred(ctx context.Context) (engine, device string) {
	if p := s.preferring.Load(); p != nil {
		return p.engine, p.device
	}
	text := s.tuning.Load().Engine
	p := &preference{}
	if err := s.deviceUsable(ctx, text); err == nil {
		p.engine, p.device = EngineDevice(text)
	} else if ctx.Err() == nil {
		s.log.Warn("What is chosen to compute networks, %s, can't be used (%v): Tapelight chooses.", text, err)
	}
	if ctx.Err() == nil {
		s.preferring.Store(p)
	}
	return p.engine, p.device
}

// deviceUsable tells why an engine or device, as Tuning.Engine has it, can't be used.
func (s *Service) deviceUsable(ctx context.Context, text string) error {
	engine, device := EngineDevice(text)
	if engine == "" || engine == "auto" {
		return nil
	}
	e, err := s.engine(ctx, engine)
	if err != nil {
		return err
	}
	list, err := e.Devices(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	for _, id := range deviceIDs(device) {
		if !slices.Contains(ids, id) {
			return fmt.Errorf("%s is not there; %s are", id, commas(ids))
		}
	}
	return nil
}

// deviceIDs are the single devices of "cuda:0,1".
func deviceIDs(device string) []string {
	engine, list, ok := strings.Cut(device, ":")
	if !ok {
		return nil
	}
	var out []string
	for _, n := range strings.Split(list, ",") {
		out = append(out, engine+":"+n)
	}
	return out
}

// engineInUse is the name of the engine that a job's network would run on now; "" where there is none.
func (s *Service) engineInUse() string {
	if name := s.inUse.Load(); name != nil {
		return *name
	}
	wish, _ := s.preferred(s.ctx)
	name := ""
	if e, err := s.engine(s.ctx, wish); err == nil {
		name = e.Name()
	}
	if s.ctx.Err() == nil {
		s.inUse.Store(&name)
	}
	return name
}
