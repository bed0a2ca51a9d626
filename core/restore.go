package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/monitor"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/restore"
)

// Progress and Report of a run.
type (
	Progress = restore.Progress
	Report   = restore.Report
)

// Restore plans and runs one request. progress (may be nil) is called a few times a second. When it fails, a log is left beside the output.
func (s *Service) Restore(ctx context.Context, req Request, progress func(Progress)) (*Report, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	start := time.Now()
	p, err := s.Plan(ctx, req, func(stage string) { progress(Progress{Stage: stage, Elapsed: time.Since(start)}) })
	if err != nil {
		return nil, err
	}
	report, err := s.Run(ctx, p, req.Overwrite, progress)
	if report != nil {
		report.Wall = time.Since(start).Seconds()
		report.FPS = float64(report.Frames) / report.Wall
	}
	return report, err
}

// Run runs a plan made by Plan.
func (s *Service) Run(ctx context.Context, p *plan.Plan, overwrite bool, progress func(Progress)) (*Report, error) {
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	r := &restore.Runner{Tools: t, Progress: progress, Overwrite: overwrite, Temp: s.scratch.Used}
	if p.Network.Name != recipe.NetworkNone {
		if r.Network, err = s.library.Get(p.Network.Name); err != nil {
			return nil, err
		}
		if r.Engine, err = s.engine(ctx, p.Network.Engine); err != nil {
			return nil, err
		}
	}
	peak := monitor.TrackPeak(ctx)
	defer peak.Stop()
	r.Peak = peak.Max
	s.log.Info("%s: %s", filepath.Base(p.Source.Path), Summary(p))
	report, err := r.Run(ctx, p)
	if err != nil {
		if ctx.Err() == nil {
			err = named(p.Source.Path, err)
			s.log.Error("%v", err)
			if _, exists := errors.AsType[*restore.ExistsError](err); !exists {
				s.leaveLog(p, err)
			}
		}
		return nil, err
	}
	s.log.Info("%s: done, %d pictures in %.0f s", filepath.Base(p.Output), report.Frames, report.Wall)
	return report, nil
}

// FailureLog is the name of the log that a failed job leaves beside its output.
func FailureLog(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".failed.log.txt"
}

// leaveLog writes what is known of a failure, as well as it can: it is the last word on a job that has failed already.
func (s *Service) leaveLog(p *plan.Plan, cause error) {
	var b strings.Builder
	fmt.Fprintf(&b, "Tapelight could not restore %s\n\n%v\n\n", p.Source.Path, cause)
	if detail := detail(cause); detail != "" {
		fmt.Fprintf(&b, "What was reported:\n%s\n\n", detail)
	}
	fmt.Fprintf(&b, "The plan was:\n%s\n", p.Text())
	if s.mu.TryLock() {
		if s.tools != nil {
			fmt.Fprintf(&b, "ffmpeg %s at %s\n", s.tools.Version, s.tools.FFmpeg)
		}
		s.mu.Unlock()
	}
	if err := os.WriteFile(FailureLog(p.Output), []byte(b.String()), 0o644); err != nil {
		s.log.Warn("the log of the failure could not be written: %v", err)
	}
}
