package source

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Identity tells whether a file is still the one it was, without reading all of it.
type Identity struct {
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"`
	Ends    string    `json:"ends"` // SHA-256, hexadecimal, of the size, the first and the last 64 KiB
}

// identityBytes are read at either end.
const identityBytes = 64 << 10

// Same compares content; a copy or a touched file is the same.
func (id Identity) Same(other Identity) bool { return id.Size == other.Size && id.Ends == other.Ends }

// Identify reads path's identity. A file that can't be read gives an *InputError.
func Identify(path string) (Identity, error) {
	info, _, err := openCheck(path)
	if err != nil {
		return Identity{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return Identity{}, &InputError{path, "The file can't be opened: " + err.Error() + ".", err}
	}
	defer f.Close()
	sum := sha256.New()
	fmt.Fprintf(sum, "%d\n", info.Size())
	_, err = io.Copy(sum, io.NewSectionReader(f, 0, identityBytes))
	if tail := max(info.Size()-identityBytes, 0); err == nil && tail > 0 {
		_, err = io.Copy(sum, io.NewSectionReader(f, tail, identityBytes))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return Identity{}, &InputError{path, "The file can't be read: " + err.Error() + ".", err}
	}
	return Identity{info.Size(), info.ModTime(), fmt.Sprintf("%x", sum.Sum(nil))}, nil
}
