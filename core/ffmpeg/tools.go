// Package ffmpeg is the one room that knows ffmpeg: how to find it, which options it takes and what its output means.
package ffmpeg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/tapelight/tapelight/core/process"
)

// Tools are the executables in use and what they can do.
type Tools struct {
	FFmpeg, FFprobe string // absolute paths
	Version         string // "5.1.9-0+deb12u1"
	Major, Minor    int    // 0, 0 for development builds
	filters         map[string]bool
	encoders        map[string]bool
	upmix           measured // by how much surround is late
	opus            measured // see opusEarly
}

// The oldest release whose options and filters the plans use: 5.1 brought -fps_mode.
const minMajor, minMinor = 5, 1

// Without these filters the main job can't run.
var neededFilters = []string{"bwdif", "hqdn3d", "zscale", "scale", "format", "fieldmatch", "decimate", "idet", "setfield", "vstack", "split", "fps", "setpts",
	"crop", "pad", "fillborders", "drawbox", "deblock", "cas", "setsar", "aresample", "aformat", "adelay", "apad", "atrim", "asetpts", "pan", "volume", "ebur128", "adeclip", "highpass"}

// MissingError says that ffmpeg, or a part of it, is not there, and what to install.
type MissingError struct{ What, Hint string }

func (e *MissingError) Error() string { return e.What + ". " + e.Hint }

// Find looks for ffmpeg and ffprobe: in dir if not empty, in $TAPELIGHT_FFMPEG, beside this program, then on PATH; and checks that they are
// new and complete enough. The error is a *MissingError where something has to be installed.
func Find(ctx context.Context, dir string) (*Tools, error) {
	t := &Tools{}
	var err error
	if t.FFmpeg, err = locate("ffmpeg", dir); err != nil {
		return nil, err
	}
	if t.FFprobe, err = locate("ffprobe", dir); err != nil {
		return nil, err
	}
	out, err := process.Output(ctx, process.Spec{Label: "ffmpeg", Path: t.FFmpeg, Args: []string{"-hide_banner", "-version"}}, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", t.FFmpeg, err)
	}
	t.Version, t.Major, t.Minor = parseVersion(string(out))
	if t.Major != 0 && (t.Major < minMajor || t.Major == minMajor && t.Minor < minMinor) {
		return nil, &MissingError{fmt.Sprintf("%s is too old: it is version %s", t.FFmpeg, t.Version), fmt.Sprintf("Version %d.%d or newer is needed. %s", minMajor, minMinor, installHint())}
	}
	if t.filters, err = t.list(ctx, "-filters", filterLine); err != nil {
		return nil, err
	}
	if t.encoders, err = t.list(ctx, "-encoders", encoderLine); err != nil {
		return nil, err
	}
	var missing []string
	for _, f := range neededFilters {
		if !t.filters[f] {
			missing = append(missing, f)
		}
	}
	if missing != nil {
		return nil, &MissingError{fmt.Sprintf("%s lacks the filters %s", t.FFmpeg, strings.Join(missing, ", ")), "A full build is needed. " + installHint()}
	}
	return t, nil
}

// HasFilter tells whether the build has a filter; HasEncoder an encoder (which may still fail on this machine: see TrialEncode).
func (t *Tools) HasFilter(name string) bool  { return t.filters[name] }
func (t *Tools) HasEncoder(name string) bool { return t.encoders[name] }

func locate(name, dir string) (string, error) {
	exe := name
	if runtime.GOOS == "windows" {
		exe += ".exe"
	}
	var dirs []string
	if dir != "" {
		dirs = append(dirs, dir)
	}
	if d := os.Getenv("TAPELIGHT_FFMPEG"); d != "" {
		dirs = append(dirs, d)
	}
	if self, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(self), filepath.Join(filepath.Dir(self), "ffmpeg"))
	}
	for _, d := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(d) { // the folder one happens to be in may hold anybody's files
			dirs = append(dirs, d)
		}
	}
	for _, d := range dirs {
		p := filepath.Join(d, exe)
		st, err := os.Stat(p)
		if err == nil && st.Mode().IsRegular() && (runtime.GOOS == "windows" || st.Mode()&0o111 != 0) {
			return filepath.Abs(p)
		}
	}
	return "", &MissingError{name + " was not found", installHint()}
}

func installHint() string {
	switch runtime.GOOS {
	case "windows":
		return "Put ffmpeg.exe and ffprobe.exe beside Tapelight, or into a folder on PATH."
	default:
		return "Install the package: sudo apt install ffmpeg (Debian, Ubuntu), sudo dnf install ffmpeg (Fedora), sudo pacman -S ffmpeg (Arch)."
	}
}

var (
	versionLine = regexp.MustCompile(`^ffmpeg version (\S+)`)
	// A release's number; development builds carry a date, a count or a hash instead.
	release = regexp.MustCompile(`^[nv]?(\d{1,3})(?:\.(\d{1,3}))?(?:[^0-9]|$)`)
)

func parseVersion(out string) (version string, major, minor int) {
	m := versionLine.FindStringSubmatch(out)
	if m == nil {
		return "unknown", 0, 0
	}
	if n := release.FindStringSubmatch(m[1]); n != nil {
		major, _ = strconv.Atoi(n[1])
		minor, _ = strconv.Atoi(n[2]) // "7" alone is 7.0
	}
	return m[1], major, minor
}

var (
	filterLine  = regexp.MustCompile(`(?m)^ [T.][S.][C.]?\S* +(\w+) +\S+->\S+`)
	encoderLine = regexp.MustCompile(`(?m)^ [VAS][F.][S.][X.][B.][D.] (\w\S*) `)
)

func (t *Tools) list(ctx context.Context, what string, line *regexp.Regexp) (map[string]bool, error) {
	out, err := process.Output(ctx, process.Spec{Label: "ffmpeg", Path: t.FFmpeg, Args: []string{"-hide_banner", what}}, 4<<20)
	if err != nil {
		return nil, fmt.Errorf("ask ffmpeg for its %s: %w", strings.TrimPrefix(what, "-"), err)
	}
	return listed(string(out), line), nil
}

func listed(out string, line *regexp.Regexp) map[string]bool {
	names := map[string]bool{}
	for _, m := range line.FindAllStringSubmatch(out, -1) {
		names[m[1]] = true
	}
	return names
}
