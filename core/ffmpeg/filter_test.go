package ffmpeg

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/process"
)

// echo gives values to a real filter and reads back what it made of them.
func echo(t *testing.T, tools *Tools, values []string) []string {
	t.Helper()
	filters := []Filter{F("atrim", "end_sample", 1)}
	for i, v := range values {
		filters = append(filters, F("ametadata", "mode", "add", "key", "k"+string(rune('a'+i)), "value", v))
	}
	filters = append(filters, F("ametadata", "mode", "print", "file", "-"))
	out, err := process.Output(t.Context(), process.Spec{Label: "ffmpeg", Path: tools.FFmpeg, Args: []string{"-hide_banner", "-loglevel", "error", "-nostdin",
		"-f", "lavfi", "-i", "anullsrc=r=8000:n=64", "-af", Chain(filters), "-f", "null", "-"}}, 1<<20)
	if err != nil {
		t.Fatalf("%v with %q", err, values)
	}
	var got []string
	for i := range values {
		_, rest, ok := strings.Cut("\n"+string(out), "\nk"+string(rune('a'+i))+"=")
		if !ok {
			t.Fatalf("no value %d in %q", i, out)
		}
		line, _, _ := strings.Cut(rest, "\n")
		got = append(got, line)
	}
	return got
}

func filterTools(t *testing.T) *Tools {
	t.Helper()
	tools, err := Find(t.Context(), "")
	var missing *MissingError
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// Values arrive at a real filter as they were, whatever they hold.
func TestEscapingAgainstFFmpeg(t *testing.T) {
	tools := filterTools(t)
	hard := []string{`a:b`, `it's`, `C:\Films\x.mp4`, `[in];out,`, `\`, `\\`, `'`, `''`, `\'`, `a=b`, `%{pts}`, `naïve “日本”`, `a  b`, `;[`, `x\:`, `\\'\\`, `#$&()|<>~"`, ` a`, `a `, `  a b  `, ` `, `  `, `' `, ` \`, `\ `, `a\ `, `: :`, "a\t"}
	for i, got := range echo(t, tools, hard) {
		if got != hard[i] {
			t.Errorf("%q arrives as %q", hard[i], got)
		}
	}
	letters := rapid.StringOfN(rapid.RuneFrom([]rune(`a:\'[],; =%|é"`)), 1, 12, -1)
	for seed := range 3 {
		var values []string
		for i := range 20 {
			values = append(values, letters.Example(100*seed+i))
		}
		for i, got := range echo(t, tools, values) {
			if got != values[i] {
				t.Errorf("%q arrives as %q", values[i], got)
			}
		}
	}
}

func TestFilterText(t *testing.T) {
	f := Filter{Name: "pan", Args: []Arg{{Value: "stereo|c0=c0|c1=-1*c1"}}}
	for _, c := range [][2]string{
		{f.String(), "pan=stereo|c0=c0|c1=-1*c1"},
		{F("null").String(), "null"},
		{F("volume", "volume", 1.5, "precision", "float").String(), "volume=volume=1.5:precision=float"},
		{F("x", "v", "a:b'c").String(), `x=v=a\:b\'c`},
		{Chain([]Filter{F("x", "v", "a:b"), F("y")}), `x=v=a\\:b,y`},
		{Chain(nil), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("got %s, want %s", c[0], c[1])
		}
	}
}
