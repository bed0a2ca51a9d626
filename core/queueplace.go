package core

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// QueueAt says where a queue is, from what a person writes: url is "" for the one in the data folder, or a server's; roots are shared folders as NAME=FOLDER,
// which go with a server alone.
func QueueAt(data, url string, roots []string) (*QueueOptions, error) {
	o := &QueueOptions{Dir: QueueDir(data), URL: url}
	if url == "" {
		if len(roots) > 0 {
			return nil, errors.New("--root goes with --queue: a queue of this machine alone needs no common names")
		}
		return o, nil
	}
	o.Dir, o.Roots = filepath.Join(data, "shared-queue"), map[string]string{}
	for _, r := range roots {
		name, dir, ok := strings.Cut(r, "=")
		if !ok {
			return nil, fmt.Errorf("--root %q: write NAME=FOLDER", r)
		}
		dir, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		o.Roots[name] = dir
	}
	return o, nil
}
