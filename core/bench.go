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
	dir, err := s.scratch.Dir("the measurement")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	if err := dir.Reserve(p.Frames*int64(p.Encode.In.Bytes()) + 2*p.Estimate.Size); err != nil {
		return nil, err
	}
	return r.Bench(ctx, p, dir.Path())
}
