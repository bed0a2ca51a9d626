//go:build !uibench

package main

import (
	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/ui"
)

// backend is what the window shows.
func backend(s *core.Service) ui.Backend { return s }
