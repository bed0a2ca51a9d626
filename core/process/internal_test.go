package process

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Cancelling ends a child within a second, whatever it and its descendants do.
const _ = uint(time.Second - time.Nanosecond - grace - afterStop)

func TestTailAgreesWithSplittingTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.StringOf(rapid.SampledFrom([]rune("abc\r\n")))).Draw(t, "pieces")
		var got []string
		tail := &tail{max: 1 << 10, line: func(s string) { got = append(got, s) }}
		for _, p := range pieces {
			if n, err := tail.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		tail.flush()
		whole := strings.Join(pieces, "")
		want := strings.FieldsFunc(whole, func(r rune) bool { return r == '\r' || r == '\n' })
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("lines %q, want %q", got, want)
		}
		if kept := whole[max(0, len(whole)-1<<10):]; tail.String() != kept {
			t.Errorf("kept %q, want %q", tail.String(), kept)
		}
	})
}

func TestLineWithoutEndIsBounded(t *testing.T) {
	var got []int
	tail := &tail{max: 100, line: func(s string) { got = append(got, len(s)) }}
	for range 50 {
		tail.Write([]byte(strings.Repeat("x", 33)))
	}
	tail.Write([]byte("\nshort\n"))
	if len(got) != 2 || got[0] != 100 || got[1] != 5 {
		t.Errorf("line lengths %v, want the long line cut to 100 and the next whole", got)
	}
}

func FuzzLastLine(f *testing.F) {
	f.Add("a\nb\n\n")
	f.Add("\x1b[31mred\xff\r")
	f.Fuzz(func(t *testing.T, s string) {
		if got := lastLine(s); strings.ContainsAny(got, "\r\n\x1b\x00") {
			t.Errorf("%q shows control characters of %q", got, s)
		}
	})
}
