package matroska_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/matroska"
)

// make writes a short file with sound, as the encoder does.
func makeFile(t *testing.T, codec ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mkv")
	args := append([]string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=30000/1001:d=3", "-f", "lavfi", "-i", "sine=d=3", "-c:a", "flac", "-c:v"}, codec...)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", append(args, path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// decoded is how many pictures ffmpeg gets out of a file without any complaint.
func decoded(t *testing.T, file []byte) int64 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cut.mkv")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	// A finished file says how long it was to be; one whose writer was killed does not.
	if rest := strings.TrimSpace(complaints.String()); err != nil || rest != "" && (strings.Contains(rest, "\n") || !strings.Contains(rest, "File ended prematurely")) {
		t.Fatalf("%v: %s", err, rest)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatalf("ffprobe says %q", out)
	}
	return n
}

func TestWhatIsCutIsWhole(t *testing.T) {
	for name, codec := range map[string][]string{
		"x265":   {"libx265", "-x265-params", "log-level=none:keyint=12:open-gop=0"},
		"x264":   {"libx264", "-g", "12"},
		"ffv1":   {"ffv1", "-g", "1"},
		"prores": {"prores_ks"},
		"av1":    {"libsvtav1", "-preset", "12", "-g", "12"},
	} {
		t.Run(name, func(t *testing.T) {
			whole := makeFile(t, codec...)
			for _, share := range []float64{1, 0.9, 0.61, 0.4} {
				part := whole[:int(share*float64(len(whole)))]
				cut, err := matroska.LastCut(bytes.NewReader(part), int64(len(part)))
				if err != nil {
					t.Fatalf("%.0f %%: %v", 100*share, err)
				}
				if cut.Offset > int64(len(part)) {
					t.Fatalf("%.0f %%: cut at %d of %d", 100*share, cut.Offset, len(part))
				}
				if cut.Frames == 0 {
					continue
				}
				if n := decoded(t, part[:cut.Offset]); n != cut.Frames {
					t.Errorf("%.0f %%: %d pictures can be decoded, %d were counted", 100*share, n, cut.Frames)
				}
				if share == 1 && cut.Frames < 70 {
					t.Errorf("only %d of 90 pictures are before the last cut", cut.Frames)
				}
			}
		})
	}
}

// TestAnyEnd cuts a file at every kind of place: never an error after the first picture, never more than there is, and never less further on.
func TestAnyEnd(t *testing.T) {
	whole := makeFile(t, "libx264", "-g", "10")
	first := int64(0)
	for n := int64(0); n <= int64(len(whole)); n++ {
		if _, err := matroska.LastCut(bytes.NewReader(whole), n); err == nil {
			first = n
			break
		}
	}
	if first == 0 {
		t.Fatal("no length is long enough")
	}
	rapid.Check(t, func(rt *rapid.T) {
		a := rapid.Int64Range(first, int64(len(whole))).Draw(rt, "a")
		b := rapid.Int64Range(a, int64(len(whole))).Draw(rt, "b")
		ca, err := matroska.LastCut(bytes.NewReader(whole), a)
		if err != nil {
			rt.Fatal(err)
		}
		cb, err := matroska.LastCut(bytes.NewReader(whole), b)
		if err != nil {
			rt.Fatal(err)
		}
		if ca.Offset > a || cb.Frames < ca.Frames || cb.Offset < ca.Offset {
			rt.Fatalf("at %d: %+v; at %d: %+v", a, ca, b, cb)
		}
	})
}

func TestWhatIsNone(t *testing.T) {
	for name, file := range map[string][]byte{"empty": nil, "text": []byte("Tapelight"), "zeros": make([]byte, 4096), "header only": {0x1A, 0x45, 0xDF, 0xA3, 0x80}} {
		if _, err := matroska.LastCut(bytes.NewReader(file), int64(len(file))); !errors.Is(err, matroska.ErrNotMatroska) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzLastCut(f *testing.F) {
	head := []byte{0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0x16, 0x54, 0xAE, 0x6B, 0x88, 0xAE, 0x86, 0xD7, 0x81, 1, 0x83, 0x81, 1}
	cluster := []byte{0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xA3, 0x85, 0x81, 0, 0, 0x80, 9}
	f.Add(append(bytes.Clone(head), cluster...))
	f.Add(binary.BigEndian.AppendUint64(append(append(bytes.Clone(head), cluster...), cluster...), 1))
	f.Fuzz(func(t *testing.T, file []byte) {
		cut, err := matroska.LastCut(bytes.NewReader(file), int64(len(file)))
		if err == nil && (cut.Offset < 0 || cut.Offset > int64(len(file)) || cut.Frames < 0) {
			t.Fatalf("%+v of %d bytes", cut, len(file))
		}
	})
}
