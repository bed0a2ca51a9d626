package source

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const motion = "testsrc2=s=352x288:r=50"

func TestUnusableFilesSayWhy(t *testing.T) {
	tools := installed(t)
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sound, picture, cut := filepath.Join(dir, "s.wav"), filepath.Join(dir, "p.mp4"), filepath.Join(dir, "cut.mp4")
	encode(t, tools, "-f", "lavfi", "-i", "sine", "-t", "0.2", sound)
	encode(t, tools, "-f", "lavfi", "-i", motion, "-t", "0.2", "-c:v", "mpeg4", picture)
	cover := filepath.Join(dir, "cover.mkv")
	encode(t, tools, "-f", "lavfi", "-i", "sine", "-f", "lavfi", "-i", motion, "-t", "0.2", "-map", "0", "-c:a", "pcm_s16le", cover)
	data, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, data[:len(data)/2], 0o600); err != nil { // its index is at the end
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "gone.avi"): "no such file",
		dir:                            "folder",
		write("empty.avi", ""):         "empty",
		write("notes.avi", strings.Repeat("Dear diary. ", 99)):    "not a video",
		write("list.avi", "#EXTM3U\n#EXTINF:1,\np.mp4\n"):         "playlist",
		write("list.mkv", "\xef\xbb\xbf\nffconcat version 1.0\n"): "playlist",
		write("concat.txt", "file 'p.mp4'\n"):                     "playlist",
		write("dash.mp4", "<?xml version='1.0'?>\n<MPD></MPD>"):   "playlist",
		write("riff.avi", "RIFF\x00\x00\x00\x00AVI garbage"):      "damaged",
		sound:                "no picture",
		cover:                "no picture",
		cut:                  "index is missing",
		dir + "/nul\x00.avi": "zero character",
	} {
		src, err := Read(t.Context(), tools, path, nil)
		var bad *InputError
		if !errors.As(err, &bad) || !strings.Contains(bad.Reason, want) || !strings.HasSuffix(bad.Reason, ".") || bad.Path != path || src != nil {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 {
		locked := write("locked.avi", "x")
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
		var bad *InputError
		if _, err := Read(t.Context(), tools, locked, nil); !errors.As(err, &bad) || !errors.Is(err, os.ErrPermission) {
			t.Errorf("locked: %v", err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Read(ctx, tools, picture, nil); !errors.Is(err, stop) && !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A tape on which nothing moves gives no evidence: the container's word and the standard are the best guess, with low confidence.
func TestStillTapes(t *testing.T) {
	tools := installed(t)
	const still = "color=gray:s=720x576:r=25,format=yuv420p,noise=alls=20:allf=t"
	for name, c := range map[string]struct {
		args  []string
		scan  Scan
		order FieldOrder
	}{
		"dv.avi":      {[]string{"-vf", "setfield=bff", "-c:v", "dvvideo", "-pix_fmt", "yuv420p"}, Interlaced, BottomFirst},
		"flagged.mpg": {[]string{"-vf", "setfield=tff", "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-b:v", "6M"}, Interlaced, TopFirst},
		"plain.mp4":   {[]string{"-c:v", "mpeg4"}, Progressive, NoOrder},
	} {
		path := filepath.Join(t.TempDir(), name)
		encode(t, tools, append(append([]string{"-f", "lavfi", "-i", still, "-t", "0.6"}, c.args...), path)...)
		src, err := Read(t.Context(), tools, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if f := src.Video.Fields; f.Scan != c.scan || f.Order != c.order || f.Confidence > 0.5 || f.Ambiguous || f.Note != "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestHeavyNoiseAndLyingFlags(t *testing.T) {
	tools := installed(t)
	for _, c := range []struct {
		name, source, filter string
		scan                 Scan
		order                FieldOrder
	}{
		{"top", motion, "noise=c0s=60:c0f=t,tinterlace=mode=interleave_top,setfield=bff", Interlaced, TopFirst},
		{"bottom", motion, "noise=c0s=60:c0f=t,tinterlace=mode=interleave_bottom,setfield=tff", Interlaced, BottomFirst},
		{"unsaid", motion, "noise=c0s=60:c0f=t,tinterlace=mode=interleave_bottom,setfield=prog", Interlaced, BottomFirst},
		{"whole", "testsrc2=s=352x288:r=25", "noise=c0s=60:c0f=t,setfield=tff", Progressive, NoOrder},
		{"film", "testsrc2=s=352x240:r=24000/1001", "telecine=first_field=bottom,noise=c0s=60:c0f=t,setfield=tff", HardTelecine, BottomFirst},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.mkv")
			encode(t, tools, "-f", "lavfi", "-i", c.source, "-t", "1.4", "-vf", "format=yuv420p,"+c.filter, "-c:v", "ffv1", path)
			src, err := Read(t.Context(), tools, path, nil)
			if err != nil {
				t.Fatal(err)
			}
			f := src.Video.Fields
			if f.Scan != c.scan || f.Order != c.order || f.Ambiguous || f.Note == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestCutOffRecordingsAreUsedAsFarAsTheyGo(t *testing.T) {
	tools := installed(t)
	path := filepath.Join(t.TempDir(), "cut.mkv")
	encode(t, tools, "-f", "lavfi", "-i", motion, "-t", "2", "-c:v", "mjpeg", path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	src, err := Read(t.Context(), tools, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := src.Video; v.Frames < 40 || v.Frames > 60 || math.Abs(v.Duration-float64(v.Frames)/50) > 0.03 {
		t.Errorf("%d frames, %.3f s", v.Frames, v.Duration)
	}
	if notes := strings.Join(src.Notes, " "); !strings.Contains(notes, "2.0 s") {
		t.Errorf("notes %q", notes)
	}
}

func TestUnevenCamerasAreVariable(t *testing.T) {
	tools := installed(t)
	path := filepath.Join(t.TempDir(), "phone.mp4")
	encode(t, tools, "-f", "lavfi", "-i", "testsrc2=s=320x240:r=30", "-t", "2", "-vf", "settb=1/90000,setpts='PTS+if(mod(N,3),0,0.012/TB)'", "-fps_mode", "vfr", "-video_track_timescale", "90000", "-enc_time_base", "1/90000", "-c:v", "libx264", "-preset", "ultrafast", path)
	src, err := Read(t.Context(), tools, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := src.Video; !v.Variable || v.Frames != 60 || v.Fields.Scan != Progressive {
		t.Errorf("%+v", v)
	}
}

func TestIdentityFollowsContent(t *testing.T) {
	dir := t.TempDir()
	data := make([]byte, 200<<10)
	for i := range data {
		data[i] = byte(i * 31)
	}
	id := func(change int) Identity {
		t.Helper()
		d := append([]byte(nil), data...)
		if change >= 0 {
			d[change]++
		}
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, d, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Identify(path)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	same := id(-1)
	if !same.Same(id(-1)) {
		t.Error("the same content differs")
	}
	for _, at := range []int{0, 64<<10 - 1, len(data) - 64<<10, len(data) - 1} {
		if same.Same(id(at)) {
			t.Errorf("a change at %d goes unseen", at)
		}
	}
	var bad *InputError
	if _, err := Identify(filepath.Join(dir, "gone")); !errors.As(err, &bad) {
		t.Errorf("missing: %v", err)
	}
}

func TestWindowsSpread(t *testing.T) {
	if starts, span := windows(20, 0); len(starts) != 1 || starts[0] != 0 || span < 20 {
		t.Errorf("short: %v, %v", starts, span)
	}
	seen := map[float64]bool{}
	for round := range 2 {
		starts, span := windows(3600, round)
		for _, s := range starts {
			if s < 0 || s+span > 3600 || seen[s] {
				t.Errorf("round %d: window at %v", round, s)
			}
			seen[s] = true
		}
	}
	if len(seen) < 2*windowCount-1 {
		t.Errorf("%d windows", len(seen))
	}
}
