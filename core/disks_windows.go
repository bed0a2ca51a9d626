package core

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// volumeOf names the volume that a path lies on, or will lie on, folders that are mounted disks included; the path's drive where that can't be told.
func volumeOf(path string) string {
	drive := strings.ToLower(filepath.VolumeName(path))
	name, err := windows.UTF16PtrFromString(standing(path))
	if err != nil {
		return drive
	}
	buf := make([]uint16, windows.MAX_LONG_PATH)
	if err := windows.GetVolumePathName(name, &buf[0], uint32(len(buf))); err != nil {
		return drive
	}
	return strings.ToLower(windows.UTF16ToString(buf))
}
