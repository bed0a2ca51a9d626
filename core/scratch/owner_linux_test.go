package scratch

import "testing"

func TestParseStat(t *testing.T) {
	for line, want := range map[string]string{
		"12 (ffmpeg) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21": "S 4242",
		"12 (a) b) (c) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 77 20 21": "Z 77",
		"12 (short) S 1 2 3":    "",
		"no brackets 1 2 3 4 5": "",
		"12 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 soon 20": "",
		"": "",
	} {
		state, ticks, ok := parseStat([]byte(line))
		if ok != (want != "") || ok && state+" "+ticks != want {
			t.Errorf("%q: %q %q %v, want %q", line, state, ticks, ok, want)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("12 (ffmpeg) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if _, ticks, ok := parseStat(line); ok && ticks == "" {
			t.Error("no ticks")
		}
	})
}
