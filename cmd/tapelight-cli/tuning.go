package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// tuningFlags say how the machine is used.
type tuningFlags struct {
	memory, budget, dir string

	engine string // of a worker; other commands name it in their requests
	batch  int
}

// register declares what all commands have that do work.
func (f *tuningFlags) register(c *cobra.Command) {
	f.registerScratch(c)
	c.Flags().StringVar(&f.memory, "memory", "auto", `the most memory that this command and its children may take: "2GB"; auto is three quarters of what is free`)
}

// registerScratch declares what is about temporary files.
func (f *tuningFlags) registerScratch(c *cobra.Command) {
	c.Flags().StringVar(&f.budget, "scratch-budget", "auto", fmt.Sprintf(`the most room for temporary files, repaired sound beside the output included: "5GB"; auto is %d GB`, int64(core.DefaultTemp/1e9)))
	c.Flags().StringVar(&f.dir, "scratch-dir", "", "folder for temporary files; default: the cache folder")
}

// registerEngine declares what restore has among the options of its request.
func (f *tuningFlags) registerEngine(c *cobra.Command) {
	c.Flags().StringVar(&f.engine, "engine", "auto", "what computes networks: auto, cpu, cuda, or certain graphics cards: cuda:0, cuda:0,1")
	c.Flags().IntVar(&f.batch, "batch", 0, "pictures a batch; 0 lets the engine choose")
}

// apply makes a service work like that. What is wrong is wrong use.
func (f *tuningFlags) apply(s *core.Service) error {
	t, err := f.tuning()
	if err == nil && f.engine != "" {
		engine, _ := core.EngineDevice(f.engine)
		err = s.Check(core.Request{Recipe: recipe.Default(), Engine: engine})
	}
	if err == nil {
		err = s.Tune(t)
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

func (f *tuningFlags) tuning() (core.Tuning, error) {
	t := core.Tuning{Engine: f.engine, Batch: f.batch, TempDir: f.dir}
	for name, size := range map[string]struct {
		text string
		to   *int64
	}{"memory": {f.memory, &t.Memory}, "scratch-budget": {f.budget, &t.Temp}} {
		if size.text == "" || size.text == "auto" {
			continue
		}
		n, err := core.ParseBytes(size.text)
		if err == nil && n == 0 {
			err = fmt.Errorf("%q is nothing", size.text)
		}
		if err != nil {
			return t, fmt.Errorf("--%s: %w", name, err)
		}
		*size.to = n
	}
	return t, nil
}
