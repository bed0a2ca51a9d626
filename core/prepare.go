package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// Request asks for one capture to be restored.
type Request struct {
	Path   string
	Recipe recipe.Recipe

	Output    string // a file, or empty: OutDir decides
	OutDir    string // a folder, or empty: beside the capture
	Overwrite bool

	Start, Length float64 // seconds; Length 0 is to the end

	Engine  string // "auto", "cpu", ...; "" is as Tuning says
	Device  string
	Batch   int // 0 is as Tuning says
	Threads int

	// Resume makes a run that can be continued, and continues one of the same output that was begun: after a crash, or an end with cause ErrPaused.
	Resume bool `json:"-"` // a plan is the same either way

	// Quick leaves the sound unmeasured: for looking, not for running.
	Quick bool

	grant   func(need int64) int64 // how much memory the run may have; nil is what is left
	counted bool                   // the room for temporary files has been reserved
}

// Probe reads what a capture is, measured. progress (may be nil) is told what is going on, in sentence case, by several goroutines at once. Results are
// cached by the file's content, and who asks for what is being read already waits for it.
func (s *Service) Probe(ctx context.Context, path string, progress func(string)) (src *source.Source, err error) {
	defer s.guard(path, &err)
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	key, err := identity(path)
	if err != nil {
		return nil, err
	}
	release, err := s.probing.enter(ctx, key)
	if err != nil {
		return nil, err
	}
	defer release()
	if src, ok := s.sources.Get(key); ok {
		return src, nil
	}
	kept := measured{filepath.Join(s.opts.CacheDir, "measured")}
	if src, ok := kept.get(key, path); ok {
		s.sources.Add(key, src)
		return src, nil
	}
	if progress == nil {
		progress = func(string) {}
	}
	src, err = source.Read(ctx, t, path, func(stage string) { progress(sentence(stage)) })
	if err != nil {
		return nil, err
	}
	s.sources.Add(key, src)
	if err := kept.put(key, src); err != nil {
		s.log.Debug("what %s is could not be kept: %v", path, err)
	}
	return src, nil
}

func identity(path string) (string, error) {
	id, err := source.Identify(path)
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\x00%d\x00%s\x00%v", abs, id.Size, id.Ends, id.ModTime.UnixNano()), nil
}

// Plan resolves a request. The same capture and request give the same plan from the cache.
func (s *Service) Plan(ctx context.Context, req Request, progress func(string)) (*plan.Plan, error) {
	p, err := s.plan(ctx, req, progress)
	if err != nil {
		return nil, named(req.Path, err)
	}
	return p, nil
}

// named puts the file in front of an error that does not name it.
func named(path string, err error) error {
	if cancelled(err) {
		return err
	}
	if _, ok := errors.AsType[*source.InputError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*ffmpeg.MissingError](err); ok {
		return err
	}
	if strings.Contains(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

func (s *Service) plan(ctx context.Context, req Request, progress func(string)) (p *plan.Plan, err error) {
	defer s.guard(req.Path, &err)
	req = s.tuned(ctx, req)
	if progress == nil {
		progress = func(string) {}
	}
	id, err := identity(req.Path)
	if err != nil {
		return nil, err
	}
	if err := s.Check(req); err != nil {
		return nil, err
	}
	wish, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	key := id + "\x00" + string(wish) + "\x00" + s.networkStamp(req.Recipe.Upscale.Network)
	if p, ok := s.plans.Get(key); ok {
		return p, nil
	}
	src, err := s.Probe(ctx, req.Path, progress)
	if err != nil {
		return nil, err
	}
	in, err := s.input(ctx, req, src)
	if err != nil {
		return nil, err
	}
	if sameFile(in.Output, req.Path) {
		return nil, errors.New("the output would be the capture itself; give it another name")
	}
	if !req.Quick {
		if in.Sound, err = s.treat(ctx, id, src, req, progress); err != nil {
			return nil, err
		}
	}
	if err := s.encoderUsable(ctx, req.Recipe.Output.Encoder); err != nil {
		return nil, err
	}
	if p, err = plan.Make(in); err != nil {
		return nil, err
	}
	s.plans.Add(key, p)
	return p, nil
}

// input is what a plan of a request is made from, with its network and engine, and without its sound.
func (s *Service) input(ctx context.Context, req Request, src *source.Source) (plan.Input, error) {
	network, err := s.network(ctx, req, src)
	if err != nil {
		return plan.Input{}, err
	}
	in := plan.Input{Source: src, Recipe: req.Recipe, Output: req.Target(), Start: req.Start, Length: req.Length,
		Network: network, Device: req.Device, Batch: req.Batch, Threads: req.Threads}
	if network != nil {
		e, err := s.engine(ctx, req.Engine)
		if err != nil {
			return plan.Input{}, err
		}
		in.Engine = e.Name()
		noise, err := s.noise(ctx, src)
		if err != nil {
			return plan.Input{}, err
		}
		in.Noise = noise.least
	}
	return in, nil
}

// networkStamp changes when the person's own network of a name does: plans hold what was read from the file.
func (s *Service) networkStamp(name string) string {
	if name == recipe.NetworkAuto {
		return s.networkStamp(fastTape) + "\x00" + s.networkStamp(bestTape) + "\x00" + s.networkStamp(wholes)
	}
	info, err := os.Stat(filepath.Join(s.NetworksDir(), name+".onnx"))
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

func (s *Service) encoderUsable(ctx context.Context, name string) error {
	e, err := ffmpeg.LookupEncoder(name)
	if err != nil {
		return err
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return err
	}
	if err := t.Usable(ctx, e); err != nil {
		return fmt.Errorf("the encoder %s can't be used here: %w", name, err)
	}
	return nil
}

// network resolves a request's wish; nil means the resampler alone.
func (s *Service) network(ctx context.Context, req Request, src *source.Source) (*neural.Network, error) {
	name := req.Recipe.Upscale.Network
	switch name {
	case recipe.NetworkNone:
		return nil, nil
	case recipe.NetworkAuto:
		if name = s.autoNetwork(ctx, req, src); name == "" {
			return nil, nil
		}
	}
	return s.library.Get(name)
}
