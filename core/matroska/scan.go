// Package matroska reads just as much of Matroska files as is needed to go on with one that was cut short: where its last complete group of
// pictures ends. The format is RFC 9559, its encoding RFC 8794.
package matroska

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Cut is where an unfinished file can be cut so that what remains is whole: every picture before Offset can be decoded, and the next picture
// would have been a key picture.
type Cut struct {
	Offset int64 // bytes
	Frames int64 // pictures before it
}

// ErrNotMatroska is a file that is none, or that ends before its first picture.
var ErrNotMatroska = errors.New("this is no Matroska file with a picture")

// The elements that matter, by their ids.
const (
	idEBML        = 0x1A45DFA3
	idSegment     = 0x18538067
	idTracks      = 0x1654AE6B
	idTrackEntry  = 0xAE
	idTrackNumber = 0xD7
	idTrackType   = 0x83
	idCluster     = 0x1F43B675
	idSimpleBlock = 0xA3
	idBlockGroup  = 0xA0
	idBlock       = 0xA1
	idReference   = 0xFB
)

// unknown is the size of an element that was not finished, or that is streamed: it ends where its parent does.
const unknown = -1

// LastCut finds the last place where size bytes of r, a file written by ffmpeg with one picture track, can be cut. Frames is 0 where not even one
// group of pictures is complete. ffmpeg begins a cluster with each key picture, so a cut is the beginning of a cluster.
func LastCut(r io.ReaderAt, size int64) (Cut, error) {
	s := &scanner{in: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16), size: size}
	id, n, err := s.header()
	if err != nil || id != idEBML || n < 0 || n > 1<<16 || s.skip(n) != nil {
		return Cut{}, ErrNotMatroska
	}
	if id, _, err = s.header(); err != nil || id != idSegment {
		return Cut{}, ErrNotMatroska
	}
	var cut Cut
	var frames int64
	found := false
	for {
		at := s.pos
		id, n, err := s.header()
		if err != nil {
			break // the file ends here, or in the middle of a header
		}
		switch id {
		case idTracks:
			if err := s.tracks(n); err != nil {
				return Cut{}, ErrNotMatroska
			}
		case idCluster:
			if s.video == 0 {
				return Cut{}, ErrNotMatroska
			}
			key, pictures, end := s.cluster(n)
			if key {
				cut, found = Cut{Offset: at, Frames: frames}, true
			}
			frames += pictures
			if end {
				return finish(cut, found)
			}
			continue
		default:
			if n == unknown || s.skip(n) != nil {
				return finish(cut, found)
			}
		}
	}
	return finish(cut, found)
}

func finish(c Cut, found bool) (Cut, error) {
	if !found {
		return Cut{}, ErrNotMatroska
	}
	return c, nil
}

// scanner walks elements. A read beyond the end is an error, however the file claims to go on.
type scanner struct {
	in    *bufio.Reader
	pos   int64
	size  int64
	video uint64 // number of the picture track

	// The header read last, when the cluster before it had to read it to find its own end.
	peeked     bool
	peekID     uint32
	peekSize   int64
	peekLength int64
}

// header reads an element's id and size.
func (s *scanner) header() (id uint32, size int64, err error) {
	if s.peeked {
		s.peeked = false
		s.pos += s.peekLength
		return s.peekID, s.peekSize, nil
	}
	raw, _, err := s.vint(4, false)
	if err != nil {
		return 0, 0, err
	}
	n, length, err := s.vint(8, true)
	if err != nil {
		return 0, 0, err
	}
	size = int64(n)
	if n == 1<<(7*length)-1 {
		size = unknown
	}
	return uint32(raw), size, nil
}

// vint reads a variable-size integer of at most limit bytes, with or without its marker bit.
func (s *scanner) vint(limit int, unmark bool) (value uint64, length int, err error) {
	first, err := s.in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	s.pos++
	length = 1
	for mask := byte(0x80); length <= limit && first&mask == 0; mask >>= 1 {
		length++
	}
	if length > limit {
		return 0, 0, fmt.Errorf("a number of more than %d bytes at %d", limit, s.pos-1)
	}
	value = uint64(first)
	if unmark {
		value &= 1<<(8-length) - 1
	}
	for range length - 1 {
		b, err := s.in.ReadByte()
		if err != nil {
			return 0, 0, err
		}
		s.pos++
		value = value<<8 | uint64(b)
	}
	return value, length, nil
}

func (s *scanner) skip(n int64) error {
	if n < 0 || n > s.size-s.pos {
		return io.ErrUnexpectedEOF
	}
	for n > 0 {
		step := min(n, 1<<30)
		d, err := s.in.Discard(int(step))
		s.pos += int64(d)
		n -= int64(d)
		if err != nil {
			return err
		}
	}
	return nil
}

// number reads an unsigned integer element of n bytes.
func (s *scanner) number(n int64) (uint64, error) {
	if n < 0 || n > 8 {
		return 0, io.ErrUnexpectedEOF
	}
	var v uint64
	for range n {
		b, err := s.in.ReadByte()
		if err != nil {
			return 0, err
		}
		s.pos++
		v = v<<8 | uint64(b)
	}
	return v, nil
}

// tracks finds the picture track's number in a Tracks element of n bytes.
func (s *scanner) tracks(n int64) error {
	if n < 0 || n > s.size-s.pos {
		return io.ErrUnexpectedEOF
	}
	var number, kind uint64
	take := func() {
		if kind == 1 && s.video == 0 {
			s.video = number
		}
		number, kind = 0, 0
	}
	for end := s.pos + n; s.pos < end; {
		id, size, err := s.header()
		if err != nil {
			return err
		}
		switch id {
		case idTrackEntry: // its children follow
			take()
		case idTrackNumber:
			number, err = s.number(size)
		case idTrackType:
			kind, err = s.number(size)
		default:
			err = s.skip(size)
		}
		if err != nil {
			return err
		}
	}
	take()
	return nil
}
