package core

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Target is the path of the file that a request makes: Output, or the capture's name with ".restored" in OutDir or beside the capture.
func (r Request) Target() string {
	if r.Output != "" {
		return r.Output
	}
	dir := r.OutDir
	if dir == "" {
		dir = filepath.Dir(r.Path)
	}
	base := filepath.Base(r.Path)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	return filepath.Join(dir, base+".restored."+string(r.Recipe.Output.Container))
}

// DistinctOutputs numbers outputs ("tape.restored 2.mkv") so that no two of the requests make the same file.
func DistinctOutputs(list []Request) {
	taken := map[string]bool{}
	key := func(path string) string {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		return strings.ToLower(path) // there are file systems that don't tell case apart
	}
	for i := range list {
		want := list[i].Target()
		name := freeName(want, func(name string) bool { return taken[key(name)] })
		if name != want {
			list[i].Output = name
		}
		taken[key(name)] = true
	}
}

// freeName is want, or want with the first number that is not taken.
func freeName(want string, taken func(string) bool) string {
	ext := filepath.Ext(want)
	name := want
	for n := 2; taken(name); n++ {
		name = strings.TrimSuffix(want, ext) + " " + strconv.Itoa(n) + ext
	}
	return name
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// sameFile tells whether two names are one file, by name or by what lies there.
func sameFile(a, b string) bool {
	x, errX := filepath.Abs(a)
	y, errY := filepath.Abs(b)
	if errX == nil && errY == nil && x == y {
		return true
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
