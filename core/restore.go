package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/monitor"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/restore"
	"github.com/tapelight/tapelight/core/scratch"
)

// Progress and Report of a run.
type (
	Progress = restore.Progress
	Report   = restore.Report
)

// ErrPaused is the cause of a context that ends a resumable run for now: what it made stays, and a later run goes on with it.
var ErrPaused = restore.ErrPaused

// SpaceError is an output that is expected not to fit.
type SpaceError struct {
	Folder     string
	Need, Free int64 // bytes
	Floor      int64 // of which this much must stay free
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("the output would take about %s, and %s has %s free, of which %s must stay free; make room, or choose a folder on another disk or a lower quality",
		Bytes(e.Need), e.Folder, Bytes(e.Free), Bytes(e.Floor))
}

// room refuses a plan whose output is expected not to fit. Where the free space can't be read it lets the plan pass: the encoder will tell.
func (s *Service) room(p *plan.Plan, resume bool) error {
	folder := filepath.Dir(p.Output)
	free, err := s.free(folder)
	need := p.Estimate.Size
	for _, part := range restore.Parts(p.Output) {
		if st, err := os.Lstat(part); err == nil && resume {
			need -= st.Size()
		}
	}
	if resume && p.Encode.Container != string(recipe.ContainerMKV) {
		need += p.Estimate.Size // the parts stay until they are put together
	}
	floor := s.floor.Load()
	if err != nil || need <= int64(free)-floor {
		return nil
	}
	return &SpaceError{Folder: folder, Need: max(0, need), Free: int64(free), Floor: floor}
}

// Restore plans and runs one request. progress (may be nil) is called a few times a second; while the capture is measured, by several goroutines at
// once. A run that fails leaves a log beside the output and gives a *FailedError; a request that can't begin leaves nothing.
func (s *Service) Restore(ctx context.Context, req Request, progress func(Progress)) (*Report, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	start := time.Now()
	p, err := s.Plan(ctx, req, func(stage string) { progress(Progress{Stage: stage, Elapsed: time.Since(start)}) })
	if err != nil {
		if ctx.Err() == nil {
			s.log.Error("%v", err)
		}
		return nil, err
	}
	report, err := s.Run(ctx, p, req, progress)
	if report != nil {
		report.Wall = time.Since(start).Seconds()
		report.FPS = float64(report.Frames) / report.Wall
	}
	return report, err
}

// Run runs a plan made by Plan of a request. See Restore.
func (s *Service) Run(ctx context.Context, p *plan.Plan, req Request, progress func(Progress)) (*Report, error) {
	report, err := s.run(ctx, p, req, progress)
	if err == nil || ctx.Err() != nil {
		return report, err
	}
	err = named(p.Source.Path, err)
	s.log.Error("%v", err)
	if notBegun(err) {
		return nil, err
	}
	return nil, &FailedError{Err: err, Log: s.leaveLog(p, err)}
}

// notBegun tells errors that say that a run can't begin: no picture was touched, there is nothing to write a log about.
func notBegun(err error) bool {
	if _, ok := errors.AsType[*restore.ExistsError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*ffmpeg.MissingError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*restore.ForeignError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*MemoryError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*scratch.BudgetError](err); ok {
		return true
	}
	_, ok := errors.AsType[*SpaceError](err)
	return ok
}

// runner has what a plan needs: ffmpeg, and the network with its engine.
func (s *Service) runner(ctx context.Context, p *plan.Plan) (*restore.Runner, error) {
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	r := &restore.Runner{Tools: t}
	if p.Network.Name == recipe.NetworkNone {
		return r, nil
	}
	if r.Network, err = s.library.Get(p.Network.Name); err != nil {
		return nil, err
	}
	if r.Engine, err = s.engine(ctx, p.Network.Engine); err != nil {
		return nil, err
	}
	return r, nil
}

func (s *Service) run(ctx context.Context, p *plan.Plan, req Request, progress func(Progress)) (report *Report, err error) {
	defer func() {
		if _, ok := errors.AsType[*PanicError](err); ok {
			os.Remove(p.Partial) // the run was torn down before it could
		}
	}()
	defer s.guard(p.Source.Path, &err)
	own := *p // a plan is shared by all who asked for it: what is changed for this run is not theirs
	own.Warnings = slices.Clip(p.Warnings)
	if req.grant == nil {
		req.grant = s.direct
	}
	if err := s.fit(&own, req.grant); err != nil {
		return nil, err
	}
	if n := tempOf(p); n > 0 && !req.counted {
		release, err := s.scratch.Take("the repaired sound", n)
		if err != nil {
			return nil, err
		}
		defer s.again()
		defer release()
	}
	r, err := s.runner(ctx, p)
	if err != nil {
		return nil, err
	}
	r.Progress, r.Overwrite, r.Resume, r.Temp = progress, req.Overwrite, req.Resume, s.scratch.Used
	r.Keep = func(err error) bool { return passes(err, req) }
	if req.Overwrite || !exists(p.Output) {
		if err := s.room(p, req.Resume); err != nil {
			return nil, err
		}
	}
	peak := monitor.TrackPeak(ctx)
	defer peak.Stop()
	r.Peak = peak.Max
	s.log.Info("%s: %s", filepath.Base(p.Source.Path), Summary(p))
	r.Note = func(text string) {
		s.log.Info("%s", text)
		if strings.HasPrefix(text, restore.Anew) { // work was lost: that is to be seen with the result, too
			own.Warnings = append(own.Warnings, text)
		}
	}
	if report, err = r.Run(ctx, &own); err != nil {
		return nil, err
	}
	s.NoteRun(&own, report)
	s.log.Info("%s: done, %d pictures in %.0f s", filepath.Base(p.Output), report.Frames, report.Wall)
	return report, nil
}

// FailureLog is the name of the log that a failed job leaves beside its output.
func FailureLog(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".failed.log.txt"
}

// leaveLog writes what is known of a failure, as well as it can: it is the last word on a job that has failed already. It returns the log's path,
// or "" if there is none.
func (s *Service) leaveLog(p *plan.Plan, cause error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Tapelight could not restore %s\n\n%v\n\n", p.Source.Path, cause)
	if detail := detail(cause); detail != "" {
		fmt.Fprintf(&b, "What was reported:\n%s\n\n", detail)
	}
	fmt.Fprintf(&b, "The plan was:\n%s\n", p.Text())
	if t := s.tools.Load(); t != nil {
		fmt.Fprintf(&b, "ffmpeg %s at %s\n", t.Version, t.FFmpeg)
	}
	path := FailureLog(p.Output)
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		s.log.Warn("the log of the failure could not be written: %v", err)
		return ""
	}
	return path
}
