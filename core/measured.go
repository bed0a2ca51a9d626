package core

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"

	"github.com/tapelight/tapelight/core/source"
)

// measured keeps on disk what captures were measured to be, so that a tape of three hours is not measured again after a restart. It is a cache: what can't
// be read or written is measured anew.
type measured struct{ dir string }

const (
	// measuredForm changes when source.Source or what is measured does.
	measuredForm = "source 1\n"
	// measuredMost is how many captures are kept.
	measuredMost = 1000
)

func (m measured) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(m.dir, hex.EncodeToString(sum[:16])+".gob")
}

// get finds the capture of an identity.
func (m measured) get(key, path string) (*source.Source, bool) {
	data, err := os.ReadFile(m.path(key))
	if err != nil {
		return nil, false
	}
	rest, ok := bytes.CutPrefix(data, []byte(measuredForm))
	if !ok || len(rest) < sha256.Size {
		return nil, false
	}
	sum := sha256.Sum256(rest[sha256.Size:])
	if !bytes.Equal(sum[:], rest[:sha256.Size]) {
		return nil, false
	}
	src := &source.Source{}
	if gob.NewDecoder(bytes.NewReader(rest[sha256.Size:])).Decode(src) != nil || src.Video == nil {
		return nil, false
	}
	src.Path = path
	return src, true
}

// put keeps a capture.
func (m measured) put(key string, src *source.Source) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(src); err != nil {
		return err
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return err
	}
	m.trim()
	f, err := os.CreateTemp(m.dir, "new-*")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	_, err = f.Write(slices.Concat([]byte(measuredForm), sum[:], body.Bytes()))
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), m.path(key))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// trim makes room: the oldest go, and with them what a crash left half written.
func (m measured) trim() {
	list, err := os.ReadDir(m.dir)
	if err != nil || len(list) < measuredMost {
		return
	}
	age := func(e os.DirEntry) int64 {
		info, err := e.Info()
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	slices.SortFunc(list, func(a, b os.DirEntry) int { return int(min(1, max(-1, age(a)-age(b)))) })
	for _, e := range list[:len(list)-measuredMost+measuredMost/10] {
		os.Remove(filepath.Join(m.dir, e.Name()))
	}
}
