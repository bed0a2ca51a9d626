package ffmpeg

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	ff "github.com/u2takey/ffmpeg-go"
)

// sourceIndex as an argument stands for the number ffmpeg will give the capture's input.
const sourceIndex = "@SOURCE@"

// arguments compiles a graph that was built with ffmpeg-go into an argument list. The library panics on a graph it can't express, merges inputs
// it takes for equal, and numbers inputs as it meets them; all three are checked or undone here. It is never asked to run anything.
func arguments(build func() *ff.Stream, inputs ...string) (args []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			args, err = nil, fmt.Errorf("build ffmpeg's arguments: %v", r)
		}
	}()
	args = build().GetArgs()
	var found []string
	for i, a := range args {
		if a == "-i" && i+1 < len(args) {
			found = append(found, args[i+1])
		}
	}
	if len(found) != len(inputs) {
		return nil, fmt.Errorf("build ffmpeg's arguments: %d inputs of %d", len(found), len(inputs))
	}
	source := slices.Index(found, inputs[len(inputs)-1])
	if source < 0 {
		return nil, errors.New("build ffmpeg's arguments: the capture is not among the inputs")
	}
	for i, a := range args {
		if a == sourceIndex { // never inside a name or a title
			args[i] = strconv.Itoa(source)
		}
	}
	return args, nil
}

// apply appends filters to a stream. Options go in as positional text: the library escapes keyed values wrongly.
func apply(s *ff.Stream, filters []Filter) *ff.Stream {
	for _, f := range filters {
		s = s.Filter(f.Name, f.options())
	}
	return s
}

// input opens a capture as plain data: no other protocol, no playlist, no option hidden in the name.
func input(path string, more ff.KwArgs) *ff.Stream {
	kw := ff.KwArgs{"protocol_whitelist": "file", "format_whitelist": demuxers}
	for k, v := range more {
		kw[k] = v
	}
	return ff.Input("file:"+path, kw)
}

// rate writes an exact frame rate.
func rate(num, den int64) string { return fmt.Sprintf("%d/%d", num, den) }

// timeArg writes a time without an exponent, to the microsecond.
func timeArg(t float64) string { return strconv.FormatFloat(t, 'f', 6, 64) }
