package ffmpeg

import (
	"regexp"
	"strings"
)

// IdetCounts is how many frames ffmpeg's interlace detector put in each class.
type IdetCounts struct{ TFF, BFF, Progressive, Undetermined int }

// IdetStats is the interlace detector's summary. Single judges each frame by itself, Multi also by the frames before it. Repeated counts
// frames of which a field equals the same field of the frame before.
type IdetStats struct {
	RepeatedTop, RepeatedBottom, RepeatedNone int
	Single, Multi                             IdetCounts
}

// Frames is the number of frames looked at.
func (s IdetStats) Frames() int {
	return s.Single.TFF + s.Single.BFF + s.Single.Progressive + s.Single.Undetermined
}

var idetNumber = regexp.MustCompile(`(\w+): *(\d{1,9})\b`)

// ParseIdet finds the summary in ffmpeg's messages. A graph that was rebuilt underway has several, which are added up.
func ParseIdet(messages string) (s IdetStats) {
	for line := range strings.Lines(messages) {
		s.parseLine(strings.TrimRight(line, "\r\n"))
	}
	return s
}

func (s *IdetStats) parseLine(line string) {
	// ffmpeg's prefix is "[Parsed_idet_0 @ 0x...] "; a tag in the file that imitates the summary has other text before it.
	if !strings.HasPrefix(line, "[Parsed_idet_") {
		return
	}
	_, line, _ = strings.Cut(line, "] ")
	var into *IdetCounts
	switch {
	case strings.HasPrefix(line, "Repeated Fields:"):
		line = strings.TrimPrefix(line, "Repeated Fields:")
	case strings.HasPrefix(line, "Single frame detection:"):
		into, line = &s.Single, strings.TrimPrefix(line, "Single frame detection:")
	case strings.HasPrefix(line, "Multi frame detection:"):
		into, line = &s.Multi, strings.TrimPrefix(line, "Multi frame detection:")
	default:
		return
	}
	for _, m := range idetNumber.FindAllStringSubmatch(line, -1) {
		n := jsonText(m[2]).size()
		switch {
		case into == nil && m[1] == "Neither":
			s.RepeatedNone += n
		case into == nil && m[1] == "Top":
			s.RepeatedTop += n
		case into == nil && m[1] == "Bottom":
			s.RepeatedBottom += n
		case into != nil && m[1] == "TFF":
			into.TFF += n
		case into != nil && m[1] == "BFF":
			into.BFF += n
		case into != nil && m[1] == "Progressive":
			into.Progressive += n
		case into != nil && m[1] == "Undetermined":
			into.Undetermined += n
		}
	}
}
