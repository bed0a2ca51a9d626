package tape_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/testdata/tape"
)

// seconds is the length that these tests ask for.
const seconds = 1

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample makes one sample in the project's folder of samples.
func sample(t *testing.T, name string) tape.Sample {
	t.Helper()
	return tape.For(t, seconds, name)[name]
}

// right is the filter graph that restores a sample's moments, by its truth.
func right(s tape.Spec) string {
	switch s.Content {
	case tape.Interlaced:
		return "setfield=" + s.Order.String() + ",bwdif=mode=send_field:parity=" + s.Order.String() + ":deint=all"
	case tape.HardTelecine:
		// Head switching makes even repeated frames differ; at its own threshold decimate would then drop the first frame.
		return "setfield=" + s.Order.String() + ",fieldmatch=order=" + s.Order.String() + ":mode=pc_n,decimate=dupthresh=100"
	default:
		return "null"
	}
}

// output runs a tool and gives what it wrote.
func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, said.String())
	}
	return out
}

// decode is all frames of a file through a filter graph, as raw bytes in a pixel format of size bytes a frame.
func decode(t *testing.T, path, graph, format string, size int) [][]byte {
	t.Helper()
	raw := output(t, "ffmpeg", "-nostdin", "-v", "error", "-i", "file:"+path, "-map", "0:v", "-vf", graph,
		"-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", format, "pipe:1")
	if len(raw)%size != 0 {
		t.Fatalf("decoded %d bytes, which is no whole number of frames of %d", len(raw), size)
	}
	var out [][]byte
	for ; len(raw) > 0; raw = raw[size:] {
		out = append(out, raw[:size:size])
	}
	return out
}

// mono is a track's samples.
func mono(t *testing.T, path, stream string) []float32 {
	t.Helper()
	raw := output(t, "ffmpeg", "-nostdin", "-v", "error", "-i", "file:"+path, "-map", "0:"+stream, "-f", "s16le", "-ac", "1",
		"-ar", "48000", "pipe:1")
	out := make([]float32, len(raw)/2)
	for i := range out {
		out[i] = float32(int16(uint16(raw[2*i])|uint16(raw[2*i+1])<<8)) / 32768
	}
	return out
}

type probedFrame struct {
	Interlaced int `json:"interlaced_frame"`
	TopFirst   int `json:"top_field_first"`
	Repeat     int `json:"repeat_pict"`
}

type probed struct {
	Streams []struct {
		Type      string            `json:"codec_type"`
		Codec     string            `json:"codec_name"`
		Width     int               `json:"width"`
		Height    int               `json:"height"`
		Format    string            `json:"pix_fmt"`
		Order     string            `json:"field_order"`
		SAR       string            `json:"sample_aspect_ratio"`
		DAR       string            `json:"display_aspect_ratio"`
		Rate      string            `json:"avg_frame_rate"`
		Matrix    string            `json:"color_space"`
		Primaries string            `json:"color_primaries"`
		Transfer  string            `json:"color_transfer"`
		Start     string            `json:"start_time"`
		Channels  int               `json:"channels"`
		Hz        string            `json:"sample_rate"`
		Tags      map[string]string `json:"tags"`
	} `json:"streams"`
	Frames   []probedFrame `json:"frames"`
	Chapters []any         `json:"chapters"`
	Format   struct {
		Tags map[string]string `json:"tags"`
	} `json:"format"`
}

func probe(t *testing.T, path string, extra ...string) probed {
	t.Helper()
	var p probed
	args := append([]string{"-v", "error", "-of", "json"}, extra...)
	if err := json.Unmarshal(output(t, "ffprobe", append(args, "file:"+path)...), &p); err != nil {
		t.Fatal(err)
	}
	return p
}
