package queue

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPlaces(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		list := []string{}
		hot := rapid.Bool().Draw(r, "always at one place")
		for range rapid.IntRange(1, 300).Draw(r, "n") {
			i := len(list) / 2
			if !hot {
				i = rapid.IntRange(0, len(list)).Draw(r, "at")
			}
			a, b := "", ""
			if i > 0 {
				a = list[i-1]
			}
			if i < len(list) {
				b = list[i]
			}
			p := placeBetween(a, b)
			if p <= a || b != "" && p >= b {
				r.Fatalf("%q is not between %q and %q", p, a, b)
			}
			if len(p) > 120 {
				r.Fatalf("%q is long", p)
			}
			list = slices.Insert(list, i, p)
		}
	})
}

func TestPlacesOfOthersNeverHang(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := rapid.String().Draw(r, "a"), rapid.String().Draw(r, "b")
		if p := placeBetween(a, b); p == "" {
			r.Fatal("no place")
		}
	})
}
