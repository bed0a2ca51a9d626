package core

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/tapelight/tapelight/core/restore"
)

// ExistsError is a file that is there already and is not replaced unasked.
type ExistsError = restore.ExistsError

// SavePNG writes a picture to path: beside it first, put on disk, then named. An existing file is replaced where overwrite says so, else the error is an
// *ExistsError. Nothing is left where it fails.
func SavePNG(m image.Image, path string, overwrite bool) (err error) {
	if m == nil || m.Bounds().Empty() {
		return fmt.Errorf("save %s: there is no picture", path)
	}
	if !overwrite && exists(path) { // asked again below; this spares the work
		return &ExistsError{Path: path}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tapelight-*.png")
	if err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temp)
			if _, ok := errors.AsType[*ExistsError](err); !ok {
				err = fmt.Errorf("save %s: %w", path, err)
			}
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, m); err != nil {
		return err
	}
	if err = errors.Join(w.Flush(), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	if overwrite {
		return os.Rename(temp, path)
	}
	// A link never takes a file's place, as a rename would; file systems without links fall back to looking first.
	switch err = os.Link(temp, path); {
	case err == nil:
		return os.Remove(temp)
	case errors.Is(err, os.ErrExist), exists(path):
		err = &ExistsError{Path: path}
		return err
	}
	return os.Rename(temp, path)
}
