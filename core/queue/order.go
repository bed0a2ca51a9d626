package queue

import (
	"crypto/rand"
	"strings"
)

// Places in the list are texts that sort as bytes, so that a move writes one record: between any two there is another. A place is a number of
// wholeDigits digits in base 62, then a fraction of any length that doesn't end in 0. New jobs get the next whole numbers, far apart.
const (
	digits      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	wholeDigits = 8
	placeGap    = 1 << 20 // 62^8 / 2^20: room for 200 million places before the numbers run out
)

var (
	wholeEnd   = pow62(wholeDigits)
	firstPlace = wholeEnd / 2
)

func pow62(n int) int64 {
	p := int64(1)
	for range n {
		p *= 62
	}
	return p
}

func formatWhole(n int64) string {
	var b [wholeDigits]byte
	for i := wholeDigits - 1; i >= 0; i-- {
		b[i] = digits[n%62]
		n /= 62
	}
	return string(b[:])
}

// splitPlace reads a place. What isn't one is taken for the nearest that is.
func splitPlace(place string) (whole int64, fraction string) {
	for i := range wholeDigits {
		d := 0
		if i < len(place) {
			d = max(0, strings.IndexByte(digits, place[i]))
		}
		whole = whole*62 + int64(d)
	}
	if len(place) > wholeDigits {
		fraction = place[wholeDigits:]
	}
	return whole, fraction
}

// between is a place after a and before b; an empty a is the beginning, an empty b the end. If a and b leave no room (a is not before b), it is
// just after a.
func between(a, b string) string {
	lo, lof := splitPlace(a)
	hi, hif := splitPlace(b)
	switch {
	case a == "" && b == "":
		return formatWhole(firstPlace)
	case b == "":
		if lo+placeGap < wholeEnd {
			return formatWhole(lo + placeGap)
		}
		return formatWhole(lo) + fractionBetween(lof, "")
	case a == "":
		if hi >= placeGap {
			return formatWhole(hi - placeGap)
		}
		if hi > 0 {
			return formatWhole(hi / 2)
		}
		return formatWhole(0) + fractionBetween("", hif)
	}
	switch {
	case hi-lo >= 2:
		return formatWhole(lo + (hi-lo)/2)
	case hi == lo && lof < hif:
		return formatWhole(lo) + fractionBetween(lof, hif)
	}
	return formatWhole(lo) + fractionBetween(lof, "")
}

// fractionBetween is a fraction between a and b, a < b; an empty b is 1.
func fractionBetween(a, b string) string {
	digit := func(s string, i, none int) int {
		if i >= len(s) {
			return none
		}
		return max(0, strings.IndexByte(digits, s[i]))
	}
	var out []byte
	open := b == "" // what is above the digits so far is free
	for i := 0; ; i++ {
		if i >= len(a) && i >= len(b) {
			open = true // b is not after a, as it should be
		}
		lo, hi := digit(a, i, 0), 62
		if !open {
			hi = digit(b, i, 0)
		}
		if hi-lo >= 2 {
			return string(append(out, digits[lo+(hi-lo)/2]))
		}
		out = append(out, digits[lo])
		if hi > lo {
			open = true
		}
	}
}

// placeBetween is between, made to differ from what another machine chooses at this moment by three digits of chance. They leave it before b:
// a digit of the place itself is below that of b.
func placeBetween(a, b string) string {
	place := between(a, b)
	var by [3]byte
	rand.Read(by[:]) // never fails
	return place + string([]byte{digits[by[0]%62], digits[by[1]%62], digits[1+by[2]%61]})
}
