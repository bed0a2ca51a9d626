package ffmpeg

import (
	"strconv"
	"time"
)

const (
	// soundLead is by how many seconds earlier than it is wanted sound is looked for: in containers without an index a seek lands at a picture, and the sound
	// that belongs to it may have been stored before. What comes too early is cut to the sample.
	soundLead = 3.0
	// soundNear is where no seek is made: ffmpeg makes up for pictures that are stored out of order by seeking earlier, which in AVI leads to before the file's
	// beginning and from there to the second group of pictures, sound missing until then.
	soundNear = 0.5
)

// seekSound are the seek (0: none is to be made), and the shift of times, that let a sound begin at start exactly.
func seekSound(start float64) (seek, shift float64) {
	if start-soundLead < soundNear {
		return 0, -start
	}
	return start - soundLead, -soundLead
}

// soundArgs opens one sound stream of path and nothing else. The filters come first of all: they lay it on the file's clock, beginning at start.
func soundArgs(path string, streamIndex int, start, duration time.Duration) (args []string, filters []Filter) {
	args = []string{"-hide_banner", "-nostdin", "-nostats", "-vn", "-sn", "-dn"}
	filters = []Filter{FillGaps()}
	length := duration.Seconds()
	if start > 0 {
		seek, shift := seekSound(start.Seconds())
		if seek > 0 {
			args = append(args, "-ss", timeArg(seek))
		} else if duration > 0 { // it counts from the first sound, whatever is cut
			filters = append(filters, F("atrim", "end", timeArg(length)))
			length += start.Seconds()
		}
		args = append(args, "-itsoffset", timeArg(shift))
	}
	if duration > 0 {
		args = append(args, "-t", timeArg(length))
	}
	args = append(args, inputArgs(path)...)
	return append(args, "-map", "0:"+strconv.Itoa(streamIndex)), filters
}
