package restore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/matroska"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/source"
)

// ErrPaused is the cause of a context that ends a run for now: with Runner.Resume its partial files stay, and a later run goes on with them.
var ErrPaused = errors.New("paused")

// A resumable run writes Matroska, whatever the output's container: a file cut short anywhere can be read up to there. The first run writes pictures and sound
// into part 1, which becomes the output as it is when nothing happens. A later run cuts the last part after its last complete group of
// pictures, writes the rest of the pictures into a part of its own, and in the end joins all parts' pictures to sound made anew from the capture.

// partPath is the name of part n, from 1.
func partPath(output string, n int) string {
	base := strings.TrimSuffix(output, filepath.Ext(output)) + ".partial"
	if n > 1 {
		base += strconv.Itoa(n)
	}
	return base + ".mkv"
}

// assembledPath is the output's name while it is put together from parts.
func assembledPath(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".partial.whole" + filepath.Ext(output)
}

// mark tells what a part belongs to: the capture's content, and everything in the plan that shows in the pictures. The number of the part's first
// picture follows it.
func mark(p *plan.Plan) (string, error) {
	id, err := source.Identify(p.Source.Path)
	if err != nil {
		return "", err
	}
	e := p.Encode
	e.Audio, e.Subtitles, e.Path, e.Source, e.Comment, e.Container = nil, nil, "", "", "", ""
	n := p.Network
	n.Engine, n.Device, n.Batch, n.Threads = "", "", 0, 0
	d := p.Decode
	d.Path = ""
	text, err := json.Marshal([]any{id.Size, id.Ends, d, n, e})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}

// parts is what earlier runs left.
type parts struct {
	list  []ffmpeg.Part
	done  int64  // pictures in them
	fresh string // why they were not used, in words; empty where they were, or there were none
}

// ForeignError is a file that has the name of a part and was not made by a run: it is nobody's to remove but its owner's.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string {
	return e.Path + " stands where unfinished work would be kept, and is not Tapelight's; move it away or choose another name for the output"
}

// findParts looks for parts of p and cuts the last of them after its last complete group of pictures. Parts of another capture or recipe are removed; a
// file that is no part at all gives a *ForeignError, before anything is touched.
func (r *Runner) findParts(ctx context.Context, p *plan.Plan, mark string) (parts, error) {
	var found parts
	var starts []int64
	hardlyBegun := "" // a part after the first that ends before it says what it is
	seen := 0         // parts of ours
	late := 0.0       // seconds before the first part's first picture
	for n := 1; ; n++ {
		path := partPath(p.Output, n)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return parts{}, err
		}
		start, begins, why := r.readMark(ctx, path, mark)
		if ctx.Err() != nil {
			return parts{}, context.Cause(ctx)
		}
		switch {
		case why == foreign:
			return parts{}, &ForeignError{path}
		case why == "" && n == 1 != (start == 0):
			why = "it is not in order"
		case why == "" && !ffmpeg.Joinable(path):
			why = "its name has a line break"
		}
		seen = n
		if why != "" {
			if why == unreadable && n > 1 {
				hardlyBegun = path
			} else if found.fresh == "" {
				found.fresh = why
			}
			continue
		}
		found.list = append(found.list, ffmpeg.Part{Path: path})
		if n == 1 {
			late = begins
		}
		starts = append(starts, start)
	}
	if hardlyBegun != "" && hardlyBegun != partPath(p.Output, seen) {
		found.fresh = "its parts do not fit together"
	}
	if found.fresh != "" {
		removeParts(p.Output, seen)
		return parts{fresh: found.fresh}, nil
	}
	if hardlyBegun != "" {
		if err := os.Remove(hardlyBegun); err != nil {
			return parts{}, err
		}
	}
	for i := range found.list {
		if i+1 < len(starts) {
			found.list[i].Frames = starts[i+1] - starts[i]
		}
	}
	if len(found.list) == 0 {
		return found, nil
	}
	last := &found.list[len(found.list)-1]
	cut, err := cutPart(last.Path)
	switch {
	case err == nil && cut > 0:
		last.Frames = cut
	case err == nil || errors.Is(err, matroska.ErrNotMatroska): // not one complete group
		if err := os.Remove(last.Path); err != nil {
			return parts{}, err
		}
		found.list = found.list[:len(found.list)-1]
	default:
		return parts{}, err
	}
	for _, part := range found.list {
		if part.Frames <= 0 {
			removeParts(p.Output, seen)
			return parts{fresh: "its parts do not fit together"}, nil
		}
		found.done += part.Frames
	}
	if late > 0 && len(found.list) > 0 {
		if err := r.picturesOnly(ctx, p, found.list[0].Path, late); err != nil {
			return parts{}, err
		}
	}
	return found, nil
}

// picturesOnly leaves the sound out of the first part: it is made anew in the end.
func (r *Runner) picturesOnly(ctx context.Context, p *plan.Plan, path string, late float64) error {
	bare := strings.TrimSuffix(assembledPath(p.Output), filepath.Ext(p.Output)) + ".mkv"
	if err := r.Tools.KeepPictures(ctx, path, bare, late); err != nil {
		os.Remove(bare)
		return err
	}
	if _, err := syncFile(bare); err != nil {
		os.Remove(bare)
		return err
	}
	return os.Rename(bare, path)
}

// What readMark says of files that are not parts: one that ends before it says what it is, and one that somebody else made.
const (
	unreadable = "it can't be read"
	foreign    = "it was not made by a run that can be continued"
)

// headBytes is more than a part's head takes: a larger file that says nothing of itself is no part.
const headBytes = 64 << 10

// readMark reads what a part says of itself: the number of its first picture and that picture's time. why is empty where the part belongs to mark.
func (r *Runner) readMark(ctx context.Context, path, mark string) (first int64, begins float64, why string) {
	probe, err := r.Tools.Probe(ctx, path)
	if err != nil {
		if st, statErr := os.Lstat(path); statErr != nil || !st.Mode().IsRegular() || st.Size() > headBytes {
			return 0, 0, foreign
		}
		return 0, 0, unreadable
	}
	tag := ""
	for k, v := range probe.Tags {
		if strings.EqualFold(k, ffmpeg.MarkTag) {
			tag = v
		}
	}
	id, number, ok := strings.Cut(tag, ":")
	first, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || first < 0 {
		return 0, 0, foreign
	}
	if id != mark {
		return 0, 0, "the capture or the recipe has changed since"
	}
	for _, s := range probe.Streams {
		if s.Kind == "video" {
			return first, s.Start, ""
		}
	}
	return 0, 0, unreadable
}

// cutPart cuts a file after its last complete group of pictures and returns how many pictures remain.
func cutPart(path string) (int64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	cut, err := matroska.LastCut(f, st.Size())
	if err != nil {
		return 0, err
	}
	if cut.Frames == 0 {
		return 0, nil
	}
	if err := f.Truncate(cut.Offset); err != nil {
		return 0, fmt.Errorf("cut %s: %w", path, err)
	}
	return cut.Frames, f.Sync()
}

// removeParts removes the first n parts, known to be ours, and what was put together from them. It does as well as it can: what stays is found, and said,
// by the next run.
func removeParts(output string, n int) {
	os.Remove(assembledPath(output))
	for i := range n {
		os.Remove(partPath(output, i+1))
	}
}

// Discard removes what unfinished resumable runs of an output left. Files that are not ours stay. A run that is under way gives an error.
func (r *Runner) Discard(ctx context.Context, output string) error {
	release, err := claim(partPath(output, 1))
	if err != nil {
		return err
	}
	defer release()
	var faults []error
	for i := range 16 { // sounds that a killed run left
		path := soundPath(output, i)
		if ours, err := ourSound(path); err == nil && ours {
			os.Remove(path)
		}
	}
	for _, path := range Parts(output) {
		if _, _, why := r.readMark(ctx, path, ""); why != foreign {
			faults = append(faults, os.Remove(path))
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return errors.Join(faults...)
}

// Parts lists the files of an unfinished run of this output, the first part first.
func Parts(output string) []string {
	var out []string
	for n := 1; ; n++ {
		path := partPath(output, n)
		if _, err := os.Lstat(path); err != nil {
			return out
		}
		out = append(out, path)
	}
}
