package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shirou/gopsutil/v3/disk"
)

type volumeReading struct {
	use    []VolumeUse
	unread []string
}

func readVolumes(list func() []Volume) (r volumeReading) {
	if list == nil {
		return r
	}
	for _, v := range list() {
		u := VolumeUse{Volume: v}
		path, err := existing(v.Path)
		if err == nil {
			var d *disk.UsageStat
			if d, err = disk.Usage(path); err == nil {
				u.Free, u.Total = d.Free, d.Total
			}
		}
		if err != nil {
			r.unread = append(r.unread, fmt.Sprintf("free space of %s: %v", v.Name, err))
		}
		r.use = append(r.use, u)
	}
	return r
}

// existing is path or the nearest parent that exists.
func existing(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for {
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return path, err
		}
		path = parent
	}
}

// Free is the space in bytes that this program may still use on the file system that holds path, which need not exist yet: then its nearest
// parent counts.
func Free(path string) (uint64, error) {
	path, err := existing(path)
	if err != nil {
		return 0, err
	}
	d, err := disk.Usage(path)
	if err != nil {
		return 0, fmt.Errorf("read the free space of %s: %w", path, err)
	}
	return d.Free, nil
}
