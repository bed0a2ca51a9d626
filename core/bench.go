package core

import (
	"context"

	"github.com/tapelight/tapelight/core/restore"
)

// BenchReport is the whole pipeline against its stages run alone.
type BenchReport = restore.BenchReport

// BenchPipeline measures a request's plan. Pictures between the stages lie in temporary space meanwhile: about 4 MB each for SD.
func (s *Service) BenchPipeline(ctx context.Context, req Request) (report *BenchReport, err error) {
	defer s.guard(req.Path, &err)
	p, err := s.Plan(ctx, req, nil)
	if err != nil {
		return nil, err
	}
	r, err := s.runner(ctx, p)
	if err != nil {
		return nil, err
	}
	dir, err := s.scratch.Dir("bench")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return r.Bench(ctx, p, dir.Path())
}
