package core_test

import (
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
)

func TestSizesAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1000": 1000, "500MB": 5e8, " 1.5 GB ": 15e8, "2g": 2e9, "4GiB": 4 << 30, "3k": 3000, "1 TiB": 1 << 40, "0.0004kb": 0} {
		if got, err := core.ParseBytes(text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GB", "-1", "1e9", "1.2.3", "5 parsecs", "0x10", "inf", "nan", "9999999999TB", "1_000", "+5"} {
		if got, err := core.ParseBytes(text); err == nil || !strings.Contains(err.Error(), "is not a size") {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

func FuzzParseBytes(f *testing.F) {
	for _, s := range []string{"1.5 GB", "4GiB", "x", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := core.ParseBytes(text); n < 0 || n > 1e18 || err != nil && n != 0 {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	})
}
