package core

import (
	"os"
	"strconv"
	"syscall"
)

// volumeOf names the file system that a path lies on, or will lie on; the path itself where that can't be told.
func volumeOf(path string) string {
	info, err := os.Stat(standing(path))
	if err != nil {
		return path
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return path
	}
	return strconv.FormatUint(uint64(st.Dev), 16)
}
