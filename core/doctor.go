package core

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/monitor"
)

// Check is one thing a machine has or lacks.
type Check struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Required bool   `json:"required"` // without it the main job can't run
	Detail   string `json:"detail"`
	Hint     string `json:"hint,omitempty"` // what to do, when not OK
}

// DoctorReport is what this machine has. OK tells whether the main job can run.
type DoctorReport struct {
	OK     bool    `json:"ok"`
	Checks []Check `json:"checks"`
}

// Doctor looks at the machine: ffmpeg, encoders (hardware ones by a short trial), engines, networks, folders and free space.
func (s *Service) Doctor(ctx context.Context) DoctorReport {
	s.tools.Store(nil) // look again: it may have been installed since
	var r DoctorReport
	add := func(c Check) { r.Checks = append(r.Checks, c) }

	t, err := s.findTools(ctx)
	if err != nil {
		c := Check{Name: "ffmpeg", Required: true, Detail: err.Error()}
		if missing, ok := errors.AsType[*ffmpeg.MissingError](err); ok {
			c.Detail, c.Hint = missing.What, missing.Hint
		}
		add(c)
	} else {
		add(Check{Name: "ffmpeg", OK: true, Required: true, Detail: fmt.Sprintf("%s at %s", t.Version, t.FFmpeg)})
		for _, e := range ffmpeg.VideoEncoders() {
			c := Check{Name: "encoder " + e.Name, OK: true, Required: e.Name == "x265", Detail: e.Title}
			if err := t.Usable(ctx, e); err != nil {
				c.OK, c.Detail = false, e.Title+": "+strings.TrimPrefix(err.Error(), e.Title+" ") // child processes go by the title too
			}
			add(c)
		}
	}
	for _, e := range s.engines {
		devices, err := e.Devices(ctx)
		if err != nil {
			add(Check{Name: "engine " + e.Name(), Detail: err.Error()})
			continue
		}
		for _, d := range devices {
			add(Check{Name: "engine " + e.Name(), OK: true, Required: e.Name() == "cpu", Detail: d.Name})
		}
	}
	sample := s.monitor.Sample(ctx)
	for _, g := range sample.GPUs {
		add(Check{Name: "GPU", OK: true, Detail: g.Name})
	}
	if sample.NoGPU != "" {
		add(Check{Name: "GPU", Detail: sample.NoGPU})
	}
	for _, n := range s.Networks() {
		if n.Name == "" { // a folder that can't be read
			n.Name = n.Path
		}
		c := Check{Name: "network " + n.Name, OK: n.Err == nil, Required: n.BuiltIn}
		if n.Err != nil {
			c.Detail, c.Hint = n.Err.Error(), "Remove the file, or replace it by one of the compact family."
		} else {
			c.Detail = n.Network.Meta["gain"]
		}
		add(c)
	}
	if _, err := s.Presets(); err != nil {
		add(Check{Name: "presets", Detail: err.Error(), Hint: "Correct or remove the file."})
	} else {
		add(Check{Name: "presets", OK: true, Detail: "own presets in " + s.PresetsDir()})
	}
	for _, v := range sample.Volumes {
		add(space(v))
	}
	r.OK = true
	for _, c := range r.Checks {
		if c.Required && !c.OK {
			r.OK = false
		}
	}
	return r
}

// lowDisk is how little free space is worth a warning.
const lowDisk = 2 << 30

func space(v monitor.VolumeUse) Check {
	if v.Total == 0 {
		return Check{Name: "space for " + v.Name, Detail: "the free space at " + v.Path + " can't be read", Hint: "Check that the disk is connected."}
	}
	c := Check{Name: "space for " + v.Name, OK: v.Free > lowDisk, Detail: fmt.Sprintf("%s free at %s", Bytes(int64(v.Free)), v.Path)}
	if !c.OK {
		c.Hint = "Make room, or choose a folder on another disk."
	}
	return c
}
