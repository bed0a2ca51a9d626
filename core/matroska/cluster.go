package matroska

import "io"

// cluster reads a cluster of n bytes. key tells whether its first picture is a key picture, pictures how many it holds; end, that the file ends in
// it, so that what it holds may be incomplete.
func (s *scanner) cluster(n int64) (key bool, pictures int64, end bool) {
	limit := s.size
	if n != unknown {
		if n > s.size-s.pos {
			end = true
		} else {
			limit = s.pos + n
		}
	}
	for s.pos < limit {
		before := s.pos
		id, size, err := s.header()
		if err != nil {
			return key, pictures, true
		}
		if n == unknown && topLevel(id) { // an unfinished cluster ends where the next element of its parent begins
			s.peeked, s.peekID, s.peekSize, s.peekLength = true, id, size, s.pos-before
			s.pos = before
			return key, pictures, false
		}
		video, isKey := false, false
		switch id {
		case idSimpleBlock:
			video, isKey, err = s.block(size, true)
		case idBlockGroup:
			video, isKey, err = s.group(size)
		default:
			err = s.skip(size)
		}
		if err != nil {
			return key, pictures, true
		}
		if video {
			if pictures == 0 {
				key = isKey
			}
			pictures++
		}
	}
	return key, pictures, end || s.pos >= s.size && n == unknown
}

// topLevel tells elements that can't stand inside a cluster.
func topLevel(id uint32) bool { return id > 0xFFFFFF }

// block reads the head of a block of n bytes and passes over the rest.
func (s *scanner) block(n int64, simple bool) (video, key bool, err error) {
	if n < 4 || n > s.size-s.pos {
		return false, false, io.ErrUnexpectedEOF
	}
	end := s.pos + n
	track, _, err := s.vint(8, true)
	if err != nil {
		return false, false, err
	}
	head, err := s.number(3) // relative time, flags
	if err != nil || s.pos > end {
		return false, false, io.ErrUnexpectedEOF
	}
	return track == s.video, simple && head&0x80 != 0, s.skip(end - s.pos)
}

// group reads a block group of n bytes: a key picture is one that refers to no other.
func (s *scanner) group(n int64) (video, key bool, err error) {
	if n < 0 || n > s.size-s.pos {
		return false, false, io.ErrUnexpectedEOF
	}
	key = true
	for end := s.pos + n; s.pos < end; {
		id, size, err := s.header()
		if err != nil {
			return false, false, err
		}
		switch id {
		case idBlock:
			video, _, err = s.block(size, false)
		case idReference:
			key = false
			err = s.skip(size)
		default:
			err = s.skip(size)
		}
		if err != nil {
			return false, false, err
		}
	}
	return video, key, nil
}
