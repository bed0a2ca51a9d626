package ffmpeg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		line         string
		version      string
		major, minor int
	}{
		{"ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2025 the FFmpeg developers", "5.1.9-0+deb12u1", 5, 1},
		{"ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021 the FFmpeg developers", "4.4.2-0ubuntu0.22.04.1", 4, 4},
		{"ffmpeg version 7.0.2-essentials_build-www.gyan.dev Copyright", "7.0.2-essentials_build-www.gyan.dev", 7, 0},
		{"ffmpeg version 7.1-full_build-www.gyan.dev Copyright", "7.1-full_build-www.gyan.dev", 7, 1},
		{"ffmpeg version n6.1.1 Copyright", "n6.1.1", 6, 1},
		{"ffmpeg version n7.1.1-56-gc2184b65d2-20250716 Copyright", "n7.1.1-56-gc2184b65d2-20250716", 7, 1},
		{"ffmpeg version 8.0 Copyright", "8.0", 8, 0},
		{"ffmpeg version 5.0.git Copyright", "5.0.git", 5, 0},
		{"ffmpeg version 10.12.3 Copyright", "10.12.3", 10, 12},
		{"ffmpeg version 7", "7", 7, 0},
		{"ffmpeg version N-109468-gd39b34123d-20221230 Copyright", "N-109468-gd39b34123d-20221230", 0, 0},
		{"ffmpeg version 2024-09-16-git-76ff97cef5-full_build-www.gyan.dev Copyright", "2024-09-16-git-76ff97cef5-full_build-www.gyan.dev", 0, 0},
		{"ffmpeg version git-2020-06-01-d8f1a4c Copyright", "git-2020-06-01-d8f1a4c", 0, 0},
		{"ffmpeg version 20230101 Copyright", "20230101", 0, 0},
		{"ffmpeg version 99999999999999999999.1 x", "99999999999999999999.1", 0, 0},
		{"avconv version 12", "unknown", 0, 0},
		{"", "unknown", 0, 0},
	} {
		if v, major, minor := parseVersion(c.line); v != c.version || major != c.major || minor != c.minor {
			t.Errorf("%q: %s, %d.%d", c.line, v, major, minor)
		}
	}
}

func TestListsOfAbilities(t *testing.T) {
	filters := listed(string(recorded(t, "filters-5.1.txt")), filterLine)
	for _, f := range neededFilters {
		if !filters[f] {
			t.Errorf("filter %s is not seen", f)
		}
	}
	if len(filters) < 400 || filters["T"] || filters["A"] || filters["="] {
		t.Errorf("%d filters seen, the legend among them: %v", len(filters), filters["A"])
	}
	encoders := listed(string(recorded(t, "encoders-5.1.txt")), encoderLine)
	for _, e := range []string{"libx264", "libx265", "libsvtav1", "ffv1", "prores_ks", "aac", "libopus", "flac", "ac3", "mov_text", "hevc_nvenc"} {
		if !encoders[e] {
			t.Errorf("encoder %s is not seen", e)
		}
	}
	if encoders["="] || encoders["Video"] {
		t.Error("the legend is taken for an encoder")
	}
	// Other releases and line ends.
	for _, line := range []string{" .. cas               V->V       Contrast", " TSC cas               V->V       Contrast", " T.. cas               V->V       x\r"} {
		if !listed("Filters:\r\n"+line+"\n", filterLine)["cas"] {
			t.Errorf("not seen: %q", line)
		}
	}
}

// fakeInstall puts an ffmpeg and an ffprobe that are this program into a folder.
func fakeInstall(t *testing.T, version, filters, encoders string) string {
	t.Helper()
	tools := fakeTools(t, "tools")
	t.Setenv(fakeVersion, version)
	t.Setenv(fakeFilters, filters)
	t.Setenv(fakeEncoders, encoders)
	dir := t.TempDir()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if err := os.Link(tools.FFmpeg, filepath.Join(dir, name)); err == nil {
			continue
		}
		program, err := os.ReadFile(tools.FFmpeg)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), program, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	most := strings.Join(neededFilters, " ")
	for _, c := range []struct {
		name, version, filters string
		says                   []string // of a *MissingError; nil: found
	}{
		{"complete", "ffmpeg version 5.1.2 Copyright", most, nil},
		{"development", "ffmpeg version N-120000-gabcdef Copyright", most, nil},
		{"old", "ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright", most, []string{"4.4.2-0ubuntu0.22.04.1", "too old", "5.1"}},
		{"nearly", "ffmpeg version 5.0.1 Copyright", most, []string{"5.0.1", "too old", "5.1 or newer"}},
		{"reduced", "ffmpeg version 6.0 Copyright", strings.ReplaceAll(strings.ReplaceAll(most, "zscale ", ""), "bwdif ", ""), []string{"lacks", "bwdif, zscale", "full build"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := fakeInstall(t, c.version, c.filters, "libx264")
			tools, err := Find(t.Context(), dir)
			if c.says == nil {
				if err != nil {
					t.Fatal(err)
				}
				if filepath.Dir(tools.FFmpeg) != dir || filepath.Dir(tools.FFprobe) != dir || !tools.HasFilter("scale") || tools.HasFilter("nlmeans") || !tools.HasEncoder("libx264") || tools.HasEncoder("libx265") {
					t.Errorf("found %+v", tools)
				}
				x264, _ := LookupEncoder("x264")
				x265, _ := LookupEncoder("x265")
				if tools.Usable(t.Context(), x264) != nil || tools.Usable(t.Context(), x265) == nil {
					t.Error("encoders are usable that are not there, or the other way round")
				}
				return
			}
			missing, ok := errors.AsType[*MissingError](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			hint := "apt install ffmpeg"
			if runtime.GOOS == "windows" {
				hint = "ffmpeg.exe"
			}
			for _, s := range append(c.says, hint) {
				if !strings.Contains(missing.Error(), s) {
					t.Errorf("%q does not say %q", missing, s)
				}
			}
		})
	}
}

func TestFindWithoutAnything(t *testing.T) {
	t.Setenv("TAPELIGHT_FFMPEG", "")
	t.Setenv("PATH", t.TempDir())
	_, err := Find(t.Context(), "")
	if missing, ok := errors.AsType[*MissingError](err); !ok || !strings.Contains(missing.What, "ffmpeg was not found") {
		t.Fatalf("got %v", err)
	}
	// What lies in the folder one happens to be in is not trusted, nor what can't be run.
	dir := fakeInstall(t, "ffmpeg version 6.0", strings.Join(neededFilters, " "), "")
	t.Chdir(dir)
	for _, path := range []string{".", ""} {
		t.Setenv("PATH", path)
		if _, err := Find(t.Context(), ""); err == nil {
			t.Errorf("with PATH=%q the current folder was searched", path)
		}
	}
	t.Setenv("PATH", "."+string(os.PathListSeparator)+dir)
	if tools, err := Find(t.Context(), ""); err != nil || filepath.Dir(tools.FFmpeg) != dir {
		t.Errorf("on PATH: %+v, %v", tools, err)
	}
	t.Setenv("TAPELIGHT_FFMPEG", dir)
	t.Setenv("PATH", "")
	if _, err := Find(t.Context(), ""); err != nil {
		t.Errorf("in TAPELIGHT_FFMPEG: %v", err)
	}
	if runtime.GOOS != "windows" {
		plain := t.TempDir()
		for _, name := range []string{"ffmpeg", "ffprobe"} {
			if err := os.WriteFile(filepath.Join(plain, name), []byte("words"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("TAPELIGHT_FFMPEG", plain)
		if _, err := Find(t.Context(), ""); err == nil {
			t.Error("a file that can't be run was taken")
		}
	}
}

func TestFindStopsWhenCancelled(t *testing.T) {
	dir := fakeInstall(t, "ffmpeg version 6.0", "", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
