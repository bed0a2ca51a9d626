package core

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/recipe"
)

// Check tells what is wrong with a request whatever its capture is: settings out of range, names that nothing has, an encoder and a container that
// don't go together. Whether the capture can be read, and whether the encoder works here, Plan tells.
func (s *Service) Check(req Request) error {
	if err := req.Recipe.Validate(); err != nil {
		return err
	}
	for name, v := range map[string]float64{"start": req.Start, "length": req.Length} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("a %s of %g seconds is not possible", name, v)
		}
	}
	for name, n := range map[string]int{"batch": req.Batch, "threads": req.Threads} {
		if n < 0 || n > 4096 {
			return fmt.Errorf("%s = %d is not allowed; it may be 0 (chosen) to 4096", name, n)
		}
	}
	out := req.Recipe.Output
	e, err := ffmpeg.LookupEncoder(out.Encoder)
	if err != nil {
		return err
	}
	if !slices.Contains(e.Containers, string(out.Container)) {
		return fmt.Errorf("%s can't go into a .%s file; choose %s", e.Title, out.Container, commas(e.Containers))
	}
	if err := s.checkEngine(req.Engine); err != nil {
		return err
	}
	return s.checkNetwork(req.Recipe.Upscale.Network)
}

func (s *Service) checkEngine(name string) error {
	names := []string{"auto"}
	for _, e := range s.engines {
		names = append(names, e.Name())
	}
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("there is no engine %q; known are %s", name, commas(names))
}

func (s *Service) checkNetwork(name string) error {
	if name == recipe.NetworkAuto || name == recipe.NetworkNone {
		return nil
	}
	_, err := s.library.Get(name)
	if unknown, ok := errors.AsType[*neural.UnknownError](err); ok {
		return unknown
	}
	return nil // if it can't be used, Plan says why
}
