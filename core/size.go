package core

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// sizeUnits are what may follow a number of bytes, in small letters; those with an i are powers of 1024.
var sizeUnits = map[string]float64{"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}

// ParseBytes reads a size as people write it: "500MB", "1.5 GB", "2G", "4GiB", "1000". Results are 0 to 1e18.
func ParseBytes(text string) (int64, error) {
	s := strings.ToLower(strings.TrimSpace(text))
	end := strings.LastIndexAny(s, "0123456789.") + 1
	unit, known := sizeUnits[strings.TrimSpace(s[end:])]
	number := s[:end]
	v, err := strconv.ParseFloat(number, 64)
	if strings.Trim(number, "0123456789.") != "" || err != nil || !known || v*unit > 1e18 {
		return 0, fmt.Errorf("%q is not a size; write 500MB, 1.5GB or 4GiB", text)
	}
	return int64(math.Round(v * unit)), nil
}
