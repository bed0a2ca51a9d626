package core

import (
	"context"

	"github.com/tapelight/tapelight/core/recipe"
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
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	r := &restore.Runner{Tools: t}
	if p.Network.Name != recipe.NetworkNone {
		if r.Network, err = s.library.Get(p.Network.Name); err != nil {
			return nil, err
		}
		if r.Engine, err = s.engine(ctx, p.Network.Engine); err != nil {
			return nil, err
		}
	}
	dir, err := s.scratch.Dir("bench")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return r.Bench(ctx, p, dir.Path())
}
