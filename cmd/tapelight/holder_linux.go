package main

import (
	"os"
	"path/filepath"
	"strconv"
)

// nameOf is the name of a process's file, "" where it can't be told.
func nameOf(pid int) string {
	path, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe"))
	if err != nil {
		return ""
	}
	return filepath.Base(path)
}
