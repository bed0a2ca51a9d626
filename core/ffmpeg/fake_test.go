package ffmpeg

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// fakePicture is the size of the pictures that the fakes and their tests exchange: 4x2 samples, 4:2:0, 10 bits.
const fakePicture = 4 * 2 * 3

// picturesOut writes n pictures, each filled with its number.
func picturesOut(n int) {
	for i := range n {
		os.Stdout.Write(slices.Repeat([]byte{byte(i)}, fakePicture))
	}
}

// play does what mode says and returns the exit code.
func play(mode string) int {
	complain := func(s string) { io.WriteString(os.Stderr, s+"\n") }
	switch mode {
	case "tools": // answers like an ffmpeg whose abilities the environment tells
		return playTools()
	case "decode well":
		complain("[mpeg @ 0x1] [error] damaged block\n[info] [error-free] and fine\n[h264 @ 0x2] [fatal] lost")
		picturesOut(5)
		return 0
	case "decode fails":
		picturesOut(3)
		complain("first\n[fatal] the tape ran out")
		return 1
	case "decode part":
		picturesOut(2)
		os.Stdout.Write(make([]byte, fakePicture/2))
		return 0
	case "decode nothing":
		return 0
	case "decode closes":
		picturesOut(1)
		os.Stdout.Close()
		complain("[fatal] nobody listens")
		return 1
	case "decode flood":
		picturesOut(1)
		line := strings.Repeat("all work and no play ", 50) + "\n"
		for n := 0; n < 10<<20; n += len(line) {
			io.WriteString(os.Stderr, line)
		}
		picturesOut(2)
		return 0
	case "hang":
		signal.Ignore(syscall.SIGTERM)
		fmt.Print("frame=1\nprogress=continue\n")
		hang()
	case "encode well":
		n, _ := io.Copy(io.Discard, os.Stdin)
		fmt.Printf("frame=%d\nout_time_us=N/A\ntotal_size=%d\nprogress=end\n", n/fakePicture, n)
		return 0
	case "encode fails":
		io.CopyN(io.Discard, os.Stdin, 2*fakePicture)
		complain("[libx265] [error] it would not")
		return 187
	case "encode gives up": // well, but too early
		io.CopyN(io.Discard, os.Stdin, 2*fakePicture)
		return 0
	case "encode disk full":
		io.CopyN(io.Discard, os.Stdin, 2*fakePicture)
		complain("[error] av_interleaved_write_frame(): No space left on device\n[fatal] Conversion failed!")
		return 1
	case "encode disk full at the end":
		io.Copy(io.Discard, os.Stdin)
		complain("[error] Error writing trailer of file:x: No space left on device")
		return 1
	case "encode babbles": // progress without an end of line, more than any buffer
		for range 100 {
			io.WriteString(os.Stdout, strings.Repeat("x", 10000))
		}
		io.Copy(io.Discard, os.Stdin)
		return 0
	default:
		complain("no such mode: " + mode)
		return 99
	}
	return 0
}

// hang never returns. (A bare select would be ended by the runtime as a deadlock.)
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}

// The environment of the mode "tools".
const (
	fakeVersion  = "TAPELIGHT_TEST_VERSION"
	fakeFilters  = "TAPELIGHT_TEST_FILTERS"
	fakeEncoders = "TAPELIGHT_TEST_ENCODERS"
)

func playTools() int {
	switch {
	case slices.Contains(os.Args, "-version"):
		fmt.Println(os.Getenv(fakeVersion))
	case slices.Contains(os.Args, "-filters"):
		fmt.Println("Filters:\n  T.. = Timeline support\n  .S. = Slice threading\n  A = Audio input/output")
		for _, f := range strings.Fields(os.Getenv(fakeFilters)) {
			fmt.Printf(" T.. %-17s V->V       Does something.\n", f)
		}
	case slices.Contains(os.Args, "-encoders"):
		fmt.Println("Encoders:\n V..... = Video\n ------")
		for _, e := range strings.Fields(os.Getenv(fakeEncoders)) {
			fmt.Printf(" V....D %-20s Encodes (codec h264)\n", e)
		}
	default:
		return 1
	}
	return 0
}
