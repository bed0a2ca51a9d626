package core

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// captures are the file names that are taken from folders.
var captures = []string{".3gp", ".asf", ".avi", ".dv", ".flv", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv"}

// expand replaces folders by the captures in them, in order of name, and patterns like "*.avi", which not every shell replaces, by the files they
// match. Hidden files, partial and restored ones are left out of folders.
func expand(paths []string) []string {
	var out []string
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			p = abs
		}
		st, err := os.Stat(p)
		if err != nil && strings.ContainsAny(p, "*?[") {
			if list, bad := filepath.Glob(p); bad == nil && len(list) > 0 {
				out = append(out, expand(list)...)
				continue
			}
		}
		if err != nil || !st.IsDir() {
			out = append(out, p) // what is wrong with it, the job will say
			continue
		}
		var found []string
		_ = filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
			name := strings.ToLower(filepath.Base(path))
			switch {
			case err != nil:
				return nil // a folder that can't be read holds nothing for us
			case strings.HasPrefix(name, ".") && path != p && d.IsDir():
				return filepath.SkipDir
			case d.Type().IsRegular() && slices.Contains(captures, filepath.Ext(name)) && !strings.HasPrefix(name, ".") && !strings.Contains(name, ".partial.") && !strings.Contains(name, ".restored"):
				found = append(found, path)
			}
			return nil
		})
		slices.SortFunc(found, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
		out = append(out, found...)
	}
	return out
}
