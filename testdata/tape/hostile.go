package tape

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// HostileFile is a file that must be refused, or opened despite its name, without harm.
type HostileFile struct {
	Name  string // short, for test names
	Path  string
	What  string
	Plays bool // a good video all the same: it must open and restore like the "webcam" or "odd-size" sample
}

// Hostile makes the hostile files in dir and returns them. Names that a system does not allow are left out there.
func Hostile(ctx context.Context, dir string) ([]HostileFile, error) {
	good, err := MakeShort(ctx, dir, 1, "webcam", "odd-size", "ntsc-vhs")
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(filepath.Join(dir, "hostile"))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	video, err := os.ReadFile(good["webcam"].Path)
	if err != nil {
		return nil, err
	}
	oddVideo, err := os.ReadFile(good["odd-size"].Path)
	if err != nil {
		return nil, err
	}
	mpg, err := os.ReadFile(good["ntsc-vhs"].Path)
	if err != nil {
		return nil, err
	}
	noise, r := make([]byte, 64<<10), seeded(99)
	for i := range noise {
		noise[i] = byte(r.next())
	}
	playlist := "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\ntarget.mp4\n#EXT-X-ENDLIST\n"
	files := []struct {
		name, file, what string
		data             []byte
		plays            bool
	}{
		{"empty", "empty.mp4", "no bytes at all", nil, false},
		{"truncated", "truncated.mpg", "a capture cut off at three fifths, inside a picture", mpg[:len(mpg)*3/5], true},
		{"truncated-mp4", "truncated.mp4", "an MP4 cut off before its index", video[:len(video)/2], false},
		{"random", "random.mp4", "random bytes", noise, false},
		{"target", "target.mp4", "a good video, which the disguised scripts point at", video, true},
		{"hls", "playlist.mp4", "an HLS playlist in disguise that points at target.mp4", []byte(playlist), false},
		{"concat", "concat.mkv", "a concat script in disguise that points at target.mp4", []byte("ffconcat version 1.0\nfile target.mp4\n"), false},
		{"odd-size", "odd 333x251.mkv", "odd width and height", oddVideo, true},
		{"unicode", "Übung – 夏祭り 🎞.mp4", "letters of several scripts in the name", video, true},
		{"quote", "it's.mp4", "an apostrophe in the name", video, true},
		{"double-quote", "say \"ah\".mp4", "double quotes in the name", video, true},
		{"dash", "-y.mp4", "a name that looks like an option", video, true},
		{"newline", "two\nlines.mp4", "a newline in the name", video, true},
		{"percent", "100%d done %03d.mp4", "a name that looks like an image sequence", video, true},
		{"colon", "concat:a|b.mp4", "a name that looks like a protocol", video, true},
		{"filter", "a,b;[c]=d\\e.mp4", "a name full of filter graph syntax", video, true},
	}
	var out []HostileFile
	for _, f := range files {
		if runtime.GOOS == "windows" && strings.ContainsAny(f.file, "\n\"<>:|?*\\") {
			continue
		}
		path := filepath.Join(dir, f.file)
		if err := writeWhole(path, f.data); err != nil {
			return nil, fmt.Errorf("make hostile file %q: %w", f.name, err)
		}
		out = append(out, HostileFile{f.name, path, f.what, f.plays})
	}
	sound := HostileFile{"audio-only", filepath.Join(dir, "audio-only.mp4"), "sound without a picture", false}
	stamp := fmt.Sprintf("version %d\n", version)
	err = once(ctx, dir, "audio-only.mp4", stamp, func(work string) error {
		spec := good["webcam"].Spec
		pcm := filepath.Join(work, "sound.pcm")
		if err := writePCM(pcm, SoundOf(spec, 0).Render()); err != nil {
			return err
		}
		return runFFmpeg(ctx, []string{"-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f", "s16le",
			"-ar", strconv.Itoa(SampleRate), "-ac", "1", "-i", pcm, "-c:a", "aac", "-fflags", "+bitexact",
			"file:" + filepath.Join(work, "audio-only.mp4")}, nil)
	})
	return append(out, sound), err
}

// writeWhole writes a file so that others see all of it or nothing, and leaves it alone when it is there already.
func writeWhole(path string, data []byte) error {
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	if _, err := part.Write(data); err != nil {
		part.Close()
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
