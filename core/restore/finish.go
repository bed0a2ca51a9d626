package restore

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// stages tells how each stage spent the time until now. A stage is idle while it waits for another: the decoder while no frame is free, the
// network while it has no input or no room for output, the encoder while it is not given pictures.
func (s *stream) stages(now time.Time) []StageReport {
	wall := now.Sub(s.start).Seconds()
	if wall <= 0 {
		wall = 1e-9
	}
	share := func(idle time.Duration) float64 { return min(1, max(0, 1-idle.Seconds()/wall)) }
	network := s.networkCPU
	if network == 0 {
		network = s.session.Stats().BusySeconds
	}
	out := []StageReport{
		{Name: "decode", Busy: s.decoder.CPU().Seconds(), Utilisation: share(time.Duration(s.starved.Load()))},
		{Name: "network", Busy: network, Utilisation: min(1, network/wall)},
		{Name: "encode", Busy: s.encoder.CPU().Seconds(), Utilisation: share(time.Duration(s.waited.Load()))},
	}
	slowest := 0
	for i := range out {
		if out[i].Utilisation > out[slowest].Utilisation {
			slowest = i
		}
	}
	out[slowest].Slowest = true
	return out
}

// finish checks the partial file, gives it its name and writes the report.
func (s *stream) finish(ctx context.Context) (*Report, error) {
	p := s.plan
	fail := func(step string, err error) (*Report, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &StepError{step, s.file, err}
	}
	decoded := s.base + s.decoded.Load()
	counted, err := s.Tools.CountPackets(ctx, s.file, 0)
	if err != nil {
		return fail("check the output", err)
	}
	if counted.Damaged != nil {
		return fail("check the output", counted.Damaged)
	}
	if counted.Packets != decoded {
		return fail("check the output", fmt.Errorf("it holds %d pictures, %d were made", counted.Packets, decoded))
	}
	size, err := syncFile(s.file)
	if err != nil {
		return fail("write the output to disk", err)
	}
	rename := renameNew
	if s.Overwrite {
		rename = os.Rename
	}
	if err := rename(s.file, p.Output); err != nil {
		return fail("name the output", err)
	}
	syncDir(p.Output)

	wall := s.end.Sub(s.start).Seconds()
	report := &Report{Source: p.Source.Path, Output: p.Output, FramesIn: decoded, Frames: counted.Packets, Size: size, Wall: wall, FPS: float64(s.decoded.Load()) / wall,
		Seconds: float64(decoded) * float64(p.Encode.RateDen) / float64(p.Encode.RateNum), Stages: s.stages(s.end), Warnings: slices.Clone(p.Warnings)}
	if s.Peak != nil {
		report.PeakOwn, report.PeakTree = s.Peak()
	}
	if s.Temp != nil {
		report.Temp = s.Temp()
	}
	if decoded != p.Frames {
		report.Warnings = append(report.Warnings, fmt.Sprintf("%d pictures were expected and %d could be decoded: parts of the capture are damaged.", p.Frames, decoded))
	} else if n := s.decoder.Problems(); n > 0 && p.Source.Video.Lead == 0 { // a capture that begins in the middle reports that, and nothing is lost
		report.Warnings = append(report.Warnings, fmt.Sprintf("Damaged parts of the capture were covered as well as possible (%d reports).", n))
	}
	return report, nil
}
