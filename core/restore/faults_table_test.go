package restore_test

import (
	"errors"
	"os"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/restore"
	"github.com/tapelight/tapelight/testdata/faults"
)

// soak asks for the long forms.
func soak() bool { return os.Getenv("TAPELIGHT_SOAK") == "1" }

// fault is one that ends a run, and how the run tells of it.
type fault struct {
	role  faults.Role
	kind  faults.Kind
	step  string // of the StepError
	says  string
	about func(error) bool
	goOn  bool // CI lets it go on afterwards; TAPELIGHT_SOAK=1 all
}

func isExit(signal string) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*process.ExitError](err)
		return ok && e.Signal == signal
	}
}

func isStall(stage string) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*restore.StalledError](err)
		return ok && e.Stage == stage && e.Temporary()
	}
}

func isFull(err error) bool {
	e, ok := errors.AsType[*restore.DiskFullError](err)
	return ok && errors.Is(err, ffmpeg.ErrDiskFull) && e.Kept
}

func anything(error) bool { return true }

var endings = []fault{
	{faults.Decode, faults.Exit, "decode", "decoder failed (exit 1): [fatal] it broke in the middle", isExit(""), true},
	{faults.Decode, faults.Hang, "decode", "the decoder did nothing for 4s and was stopped", isStall("decoder"), false},
	{faults.Decode, faults.Close, "decode", "the decoder did nothing for 4s and was stopped", isStall("decoder"), false},
	{faults.Decode, faults.Half, "decode", "decoder: picture 20 ended after", anything, false},
	{faults.Decode, faults.Kill, "decode", "decoder was killed", isExit("killed"), false},
	{faults.Encode, faults.Exit, "encode", "encoder failed (exit 1): [fatal] it broke in the middle", isExit(""), false},
	{faults.Encode, faults.Hang, "encode", "the encoder did nothing for 4s and was stopped", isStall("encoder"), false},
	{faults.Encode, faults.Close, "encode", "the encoder did nothing for 4s and was stopped", isStall("encoder"), false},
	{faults.Encode, faults.Half, "encode", "encoder: it ended after", anything, false},
	{faults.Encode, faults.Kill, "encode", "encoder was killed", isExit("killed"), true},
	{faults.Encode, faults.Full, "encode", "the disk is full", isFull, true},
	{faults.Probe, faults.Exit, "check the output", "it broke in the middle", isExit(""), false},
	{faults.Probe, faults.Kill, "check the output", "killed", isExit("killed"), true},
}
