package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// requestFlags are the options that say what is to be done to a capture; restore and plan share them.
type requestFlags struct {
	output, preset, network, engine, encoder, sound, speed, container string
	scan, order, rate                                                 string
	soundCodec, layout, tracks, soundSteps                            string
	loudness                                                          float64
	start, duration                                                   string
	height, quality, denoise, strength, treble                        int
	threads, batch                                                    int
	overwrite, resume, json, text                                     bool
}

// register declares all of them.
func (f *requestFlags) register(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVarP(&f.output, "output", "o", "", "output file, or folder; default: NAME.restored.mkv beside the capture")
	f.registerRecipe(c)
	fl.StringVar(&f.engine, "engine", "auto", "what computes the network: auto, cpu, cuda, or certain graphics cards: cuda:0, cuda:0,1")
	fl.StringVar(&f.start, "start", "", "begin here: seconds, m:ss or h:mm:ss")
	fl.StringVar(&f.duration, "duration", "", "stop after so long: seconds, m:ss or h:mm:ss")
	fl.IntVar(&f.threads, "threads", 0, "CPU threads for the network; 0 takes all cores")
	fl.IntVar(&f.batch, "batch", 0, "pictures a batch; 0 lets the engine choose")
	fl.BoolVar(&f.json, "json", false, "print JSON instead of text")
}

// registerRecipe declares those that make a recipe.
func (f *requestFlags) registerRecipe(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVarP(&f.preset, "preset", "p", "vhs", "preset to start from (see: tapelight-cli presets)")
	fl.StringVar(&f.network, "network", "", `network: a name (see: tapelight-cli models), "auto", or "none" for the resampler alone`)
	fl.IntVar(&f.strength, "strength", 0, "0 to 100 % of the network against the plain path")
	fl.StringVar(&f.encoder, "encoder", "", "video encoder: x265, x264, svtav1, ffv1, prores, or a hardware encoder (see: tapelight-cli doctor)")
	fl.IntVar(&f.quality, "quality", 0, "0 (smallest file) to 100 (no visible loss)")
	fl.StringVar(&f.speed, "speed", "", "encoder speed: fast, medium, slow")
	fl.StringVar(&f.container, "container", "", "container: mkv, mp4, mov; default: by the output's name")
	fl.StringVar(&f.sound, "sound", "", "sound: auto, off (as it is), light, voice, music, strong")
	fl.Float64Var(&f.loudness, "loudness", 0, "integrated loudness in LUFS, -36 to -9; 0 leaves the level alone")
	fl.StringVar(&f.soundCodec, "sound-codec", "", "sound codec: auto, aac, opus, flac, pcm, ac3, eac3")
	fl.StringVar(&f.layout, "layout", "", "sound channels: found (as on the tape), auto (one where both sides carry the same), mono, stereo, or spread over 5.1 or 7.1")
	fl.StringVar(&f.tracks, "tracks", "", "sound tracks: all (treat each), first (treat the first, copy the others), copy")
	fl.StringVar(&f.soundSteps, "sound-steps", "", `strength of single repairs in per cent of the usual, as in "denoise=60,de-ess=0": `+recipe.AllowedSteps())
	fl.IntVar(&f.treble, "treble", 0, "0 to 100 % of what the sound's treble lacks, or has too much of, is mended; 0 leaves it alone")
	fl.IntVar(&f.height, "height", 0, "height of the output in lines, 240 to 4320; 0 keeps the capture's")
	fl.IntVar(&f.denoise, "denoise", 0, "0 to 100, for the plain path")
	fl.StringVar(&f.scan, "scan", "", "what the content is, if measured wrongly: auto, interlaced, progressive, telecine")
	fl.StringVar(&f.order, "field-order", "", "which field is first, if measured wrongly: auto, top, bottom")
	fl.StringVar(&f.rate, "rate", "", `"fields" (59.94 or 50 a second, smooth) or "frames" (29.97 or 25)`)
}

// requests makes one request for each capture. Whatever is wrong with them before a capture is opened is wrong use.
func (f *requestFlags) requests(s *core.Service, c *cobra.Command, captures []string) ([]core.Request, error) {
	list, err := f.build(s, c, captures)
	if err != nil {
		return nil, usageError{err}
	}
	return list, nil
}

func (f *requestFlags) build(s *core.Service, c *cobra.Command, captures []string) ([]core.Request, error) {
	r, err := s.Preset(f.preset)
	if err != nil {
		return nil, err
	}
	f.change(c, &r)
	start, err := parseTime(f.start)
	if err != nil {
		return nil, fmt.Errorf("--start: %w", err)
	}
	length, err := parseTime(f.duration)
	if err != nil {
		return nil, fmt.Errorf("--duration: %w", err)
	}
	if c.Flags().Changed("duration") && length == 0 {
		return nil, errors.New("--duration: 0 would leave nothing")
	}
	file, dir, err := target(f.output, len(captures))
	if err != nil {
		return nil, err
	}
	if file != "" {
		ext := recipe.Choice(strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), "."))
		if c.Flags().Changed("container") && ext != r.Output.Container {
			return nil, fmt.Errorf("--container %s and --output %q contradict each other", f.container, file)
		}
		r.Output.Container = ext
	}
	var out []core.Request
	seen := map[string]bool{}
	for _, path := range captures {
		if seen[path] {
			continue // naming a capture twice does not restore it twice
		}
		seen[path] = true
		engine, device := core.EngineDevice(f.engine)
		req := core.Request{Path: path, Recipe: r, Output: file, OutDir: dir, Overwrite: f.overwrite, Resume: f.resume, Start: start, Length: length, Engine: engine, Device: device, Batch: f.batch, Threads: f.threads}
		if err := s.Check(req); err != nil {
			return nil, inFlags(err)
		}
		out = append(out, req)
	}
	core.DistinctOutputs(out)
	return out, nil
}

// change applies the options that were given to the preset.
func (f *requestFlags) change(c *cobra.Command, r *recipe.Recipe) {
	given := c.Flags().Changed
	set := func(name string, to *string, v string) {
		if given(name) {
			*to = v
		}
	}
	choose := func(name string, to *recipe.Choice, v string) { set(name, (*string)(to), v) }
	number := func(name string, to *int, v int) {
		if given(name) {
			*to = v
		}
	}
	set("network", &r.Upscale.Network, f.network)
	set("encoder", &r.Output.Encoder, f.encoder)
	choose("speed", &r.Output.Speed, f.speed)
	choose("container", &r.Output.Container, f.container)
	choose("sound", &r.Sound.Mode, f.sound)
	choose("sound-codec", &r.Sound.Codec, f.soundCodec)
	choose("layout", &r.Sound.Layout, f.layout)
	choose("tracks", &r.Sound.Tracks, f.tracks)
	if given("sound-steps") {
		r.Sound.Steps = recipe.Steps(f.soundSteps).Canonical()
	}
	number("treble", &r.Sound.Treble, f.treble)
	if given("loudness") {
		r.Sound.Loudness = f.loudness
	}
	choose("scan", &r.Picture.Scan, f.scan)
	choose("field-order", &r.Picture.FieldOrder, f.order)
	choose("rate", &r.Picture.Rate, f.rate)
	number("strength", &r.Upscale.Strength, f.strength)
	number("quality", &r.Output.Quality, f.quality)
	number("height", &r.Upscale.Height, f.height)
	number("denoise", &r.Picture.Denoise, f.denoise)
}

// flagOf names the option behind a setting.
var flagOf = map[string]string{"picture.scan": "scan", "picture.field_order": "field-order", "picture.rate": "rate", "picture.denoise": "denoise",
	"upscale.strength": "strength", "upscale.height": "height", "sound.mode": "sound", "sound.loudness": "loudness", "sound.codec": "sound-codec", "sound.layout": "layout", "sound.tracks": "tracks", "sound.steps": "sound-steps", "sound.treble": "treble", "output.container": "container", "output.quality": "quality", "output.speed": "speed"}

// inFlags says an error about a setting in terms of the option it came from.
func inFlags(err error) error {
	if e, ok := errors.AsType[*recipe.FieldError](err); ok && flagOf[e.Key] != "" {
		return fmt.Errorf("--%s %s is not allowed; it may be %s", flagOf[e.Key], e.Value, e.Allowed)
	}
	return err
}

// target tells a file from a folder: what exists as a folder, or ends in a slash, is a folder, and several outputs need one.
func target(output string, captures int) (file, dir string, err error) {
	if output == "" {
		return "", "", nil
	}
	st, err := os.Stat(output)
	if err == nil && st.IsDir() || strings.HasSuffix(output, "/") || strings.HasSuffix(output, string(filepath.Separator)) {
		return "", output, nil
	}
	if captures > 1 {
		return "", "", fmt.Errorf("--output has to be a folder when there are several captures: write %q", output+"/")
	}
	switch strings.ToLower(filepath.Ext(output)) {
	case ".mkv", ".mp4", ".mov":
		return output, "", nil
	}
	return "", "", fmt.Errorf("--output %q: a file's name has to end in .mkv, .mp4 or .mov, a folder's in a slash", output)
}

// parseTime reads seconds, m:ss or h:mm:ss, with decimals; empty is 0. Results are 0 or more, below 1e7 hours, and finite.
func parseTime(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	parts := strings.Split(s, ":")
	bad := fmt.Errorf("%q is not a time; write seconds, m:ss or h:mm:ss", s)
	if len(parts) > 3 {
		return 0, bad
	}
	t := 0.0
	for i, p := range parts {
		digits := strings.Trim(p, "0123456789")
		if p == "" || digits != "" && (digits != "." || p == "." || i < len(parts)-1) {
			return 0, bad
		}
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || v >= 1e7 || i > 0 && v >= 60 {
			return 0, bad
		}
		t = t*60 + v
	}
	return t, nil
}
