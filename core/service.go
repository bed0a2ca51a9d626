package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/tapelight/tapelight/core/events"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/monitor"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/power"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/scratch"
	"github.com/tapelight/tapelight/core/source"
	"github.com/tapelight/tapelight/resources"
)

// Options say where Tapelight keeps its things. Empty means the system's usual place.
type Options struct {
	ConfigDir string // the user's presets and networks
	CacheDir  string // what can be made anew, and temporary files unless Tuning says otherwise
	FFmpegDir string // where to look for ffmpeg first
	Tuning    Tuning // see Service.Tune
	Log       *events.Log

	Queue *QueueOptions // nil for a service without a queue
	Quit  func()        // ends the program, when that is asked for after the queue; may be nil
}

// Service is Tapelight without a face. All methods may be called from any goroutine.
type Service struct {
	opts    Options
	log     *events.Log
	library *neural.Library
	engines []neural.Engine
	scratch *scratch.Space

	tuning     atomic.Pointer[Tuning]     // never nil
	preferring atomic.Pointer[preference] // what tuning.Engine means here; nil until it is asked
	inUse      atomic.Pointer[string]     // the engine of jobs; nil until it is asked
	monitor    *monitor.Monitor

	tools   atomic.Pointer[ffmpeg.Tools]
	finding chan struct{} // holds one while ffmpeg is looked for
	free    func(path string) (uint64, error)
	volume  func(path string) string // names the disk that a path lies on

	keepAwake func(ctx context.Context, reason string) (release func(), err error)
	perform   func(ctx context.Context, what After) error

	probing    turns
	sources    *lru.Cache[string, *source.Source]
	sounds     *lru.Cache[string, []plan.Treatment]
	plans      *lru.Cache[string, *plan.Plan]
	thumbnails *thumbnails
	previews   func() *previews
	jobs       *jobs        // nil without a queue
	floor      atomic.Int64 // bytes that must stay free on disks that are written to
	awake      atomic.Bool  // the machine is kept awake while jobs run

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	close  func() error
}

// New starts the service. A missing ffmpeg is no error here: Doctor tells, and work that needs it fails with a message.
func New(o Options) (*Service, error) {
	if err := defaults(&o); err != nil {
		return nil, err
	}
	s := &Service{opts: o, log: o.Log, engines: newEngines(o), finding: make(chan struct{}, 1), free: monitor.Free, volume: volumeOf}
	s.tuning.Store(&o.Tuning)
	ctx, cancel := context.WithCancelCause(context.Background())
	// What runs when the program ends is continued when the same capture is restored again.
	s.ctx, s.cancel = ctx, func() { cancel(ErrPaused) }
	s.library = neural.NewLibrary(resources.Models(), filepath.Join(o.ConfigDir, "models"))
	var err error
	if s.scratch, err = scratch.Open(s.tempDir(Tuning{}), o.Tuning.temp()); err != nil {
		s.cancel()
		return nil, fmt.Errorf("open the folder for temporary files: %w", err)
	}
	if err := s.scratch.Move(s.tempDir(o.Tuning)); err != nil {
		s.log.Warn("%v: they are in the cache folder", err)
	}
	s.sources, _ = lru.New[string, *source.Source](256) // New fails for sizes below 1 only
	s.sounds, _ = lru.New[string, []plan.Treatment](256)
	s.plans, _ = lru.New[string, *plan.Plan](64)
	s.thumbnails = newThumbnails(thumbnailBytes)
	s.previews = sync.OnceValue(func() *previews { return newPreviews(o.CacheDir, int(s.tuning.Load().cache())) })
	s.floor.Store(DiskFloor)
	s.keepAwake, s.perform = power.Machine{App: "Tapelight"}.KeepAwake, s.followers
	s.awake.Store(true)
	s.monitor = s.newMonitor()
	s.close = sync.OnceValue(func() error {
		s.cancel()
		err := s.jobs.shut()
		s.work.Wait()
		return errors.Join(err, s.monitor.Close(), s.scratch.Close())
	})
	if o.Queue != nil {
		jobs, err := openJobs(s, *o.Queue)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.jobs = jobs
		jobs.start(s.ctx)
	}
	return s, nil
}

func defaults(o *Options) error {
	if err := o.Tuning.Check(); err != nil {
		return err
	}
	if o.ConfigDir == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find the folder for settings: %w", err)
		}
		o.ConfigDir = filepath.Join(dir, "tapelight")
	}
	if o.CacheDir == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("find the cache folder: %w", err)
		}
		o.CacheDir = filepath.Join(dir, "tapelight")
	}
	if o.Log == nil {
		o.Log = events.NewLog(events.LogConfig{})
	}
	return nil
}

// Close lets go of all jobs, which go on at the next start, waits for them and frees everything. Calls that were given a context end by that one. Closing again gives the same answer.
func (s *Service) Close() error { return s.close() }

// PresetsDir is where the user's own presets are kept.
func (s *Service) PresetsDir() string { return filepath.Join(s.opts.ConfigDir, "presets") }

// Presets lists the built-in presets and the user's own, in the order to show them. Presets that can't be read are reported by the error and
// left out of the list, which is complete otherwise.
func (s *Service) Presets() ([]recipe.Recipe, error) {
	return recipe.Load(resources.Presets(), s.PresetsDir())
}

// Preset finds one by name.
func (s *Service) Preset(name string) (recipe.Recipe, error) {
	list, bad := s.Presets()
	var names []string
	for _, r := range list {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	err := fmt.Errorf("there is no preset %q; known are %s", name, commas(names))
	if bad != nil {
		err = fmt.Errorf("%w (and these can't be read: %s)", err, strings.ReplaceAll(bad.Error(), "\n", "; "))
	}
	return recipe.Recipe{}, err
}

// SavePreset keeps r as the user's own preset and returns the file's path.
func (s *Service) SavePreset(r recipe.Recipe) (string, error) { return recipe.Save(s.PresetsDir(), r) }

// DeletePreset removes a preset of the user's own.
func (s *Service) DeletePreset(name string) error {
	r, err := s.Preset(name)
	if err != nil {
		return err
	}
	if r.BuiltIn {
		return fmt.Errorf("the preset %q comes with the program and can't be removed", name)
	}
	return os.Remove(r.File)
}

// RenamePreset gives a preset of the user's own another title. The name that it is kept and found by stays.
func (s *Service) RenamePreset(name, title string) error {
	r, err := s.Preset(name)
	if err != nil {
		return err
	}
	if r.BuiltIn {
		return fmt.Errorf("the preset %q comes with the program and can't be renamed", name)
	}
	if title = strings.TrimSpace(title); title == "" {
		return errors.New("a preset needs a title")
	}
	r.Title = title
	_, err = s.SavePreset(r)
	return err
}

// Networks lists the built-in networks and the user's own.
func (s *Service) Networks() []neural.Entry { return s.library.List() }

// findTools returns the ffmpeg in use, looking for it if it was not found yet. Who waits for another's look still hears the own context.
func (s *Service) findTools(ctx context.Context) (*ffmpeg.Tools, error) {
	if t := s.tools.Load(); t != nil {
		return t, nil
	}
	select {
	case s.finding <- struct{}{}:
		defer func() { <-s.finding }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if t := s.tools.Load(); t != nil {
		return t, nil
	}
	t, err := ffmpeg.Find(ctx, s.opts.FFmpegDir)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	s.tools.Store(t)
	return t, nil
}

// engine finds one by name; "" and "auto" take the first that has a device.
func (s *Service) engine(ctx context.Context, name string) (neural.Engine, error) {
	var names []string
	var why error
	for _, e := range s.engines {
		names = append(names, e.Name())
		if name != "" && name != "auto" && name != e.Name() {
			continue
		}
		if _, why = e.Devices(ctx); why == nil {
			return e, nil
		}
		if name == e.Name() {
			return nil, fmt.Errorf("the engine %s can't run here: %w", name, why)
		}
	}
	if why != nil {
		return nil, why
	}
	return nil, fmt.Errorf("there is no engine %q; known are %s", name, commas(append([]string{"auto"}, names...)))
}

func (s *Service) newMonitor() *monitor.Monitor {
	return monitor.New(monitor.Config{Children: process.Live, Temp: func() (int64, int64) { return s.scratch.Used(), s.scratch.Budget() },
		Volumes: s.volumes})
}
