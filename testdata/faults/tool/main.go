// Command tool stands where ffmpeg and ffprobe are expected, and goes wrong as the file beside it says: see package faults.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tapelight/tapelight/testdata/faults"
)

func main() {
	self, err := os.Executable()
	if err != nil {
		complain(err)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(self), faults.ControlFile))
	if err != nil {
		complain(err)
	}
	var c faults.Control
	if err := json.Unmarshal(text, &c); err != nil {
		complain(err)
	}
	real, role := c.FFmpeg, roleOf(os.Args[1:])
	if strings.HasPrefix(filepath.Base(self), "ffprobe") {
		real, role = c.FFprobe, faults.Probe
	}
	i := slices.IndexFunc(c.Faults, func(f faults.Fault) bool { return f.Role == role })
	if i < 0 {
		become(real)
	}
	play(real, role, c.Faults[i], c.Tell)
}

func complain(err error) {
	fmt.Fprintln(os.Stderr, "[fatal] the fake tool:", err)
	os.Exit(99)
}

// roleOf tells from the arguments which part this run plays.
func roleOf(args []string) faults.Role {
	has := func(words ...string) bool {
		for i := range args {
			if len(args)-i >= len(words) && slices.Equal(args[i:i+len(words)], words) {
				return true
			}
		}
		return false
	}
	switch {
	case has("-f", "concat"):
		return faults.Assemble
	case has("-progress") && has("-f", "rawvideo"):
		return faults.Encode
	case has("pipe:1") && has("-f", "rawvideo"):
		return faults.Decode
	}
	return faults.Other
}

// play runs the real tool with its pipe through this program until the fault's moment.
func play(real string, role faults.Role, f faults.Fault, tell string) {
	if role == faults.Probe || role == faults.Assemble {
		if f.Kind == faults.Flood {
			flood()
			become(real)
		}
		goWrong(f.Kind, nil, tell)
	}
	cmd := exec.Command(real, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var from io.Reader
	var to io.WriteCloser
	var err error
	if role == faults.Decode {
		to = os.Stdout
		cmd.Stdout = nil
		from, err = cmd.StdoutPipe()
	} else {
		from = os.Stdin
		cmd.Stdin = nil
		to, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		complain(err)
	}
	switch f.Kind {
	case faults.Flood:
		flood()
		_, err = io.Copy(to, from)
	case faults.Slow:
		err = trickle(to, from)
	default:
		if _, err = io.CopyN(to, from, f.After); err == nil {
			if f.Kind == faults.Close && role == faults.Encode {
				os.Stdin.Close() // the real one keeps waiting for more
			} else if f.Kind == faults.Close {
				os.Stdout.Close()
			}
			goWrong(f.Kind, cmd, tell)
		}
	}
	if role == faults.Encode {
		to.Close()
	}
	if role == faults.Decode && err != nil { // nobody reads any more
		cmd.Process.Kill()
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(max(1, exit.ExitCode()))
	}
	if err != nil {
		complain(err)
	}
	os.Exit(0)
}

// goWrong does not return.
func goWrong(kind faults.Kind, real *exec.Cmd, tell string) {
	if c, err := net.Dial("tcp", tell); err == nil { // nobody has to listen
		c.Close()
	}
	end := func() {
		if real != nil {
			real.Process.Kill()
			real.Wait()
		}
	}
	switch kind {
	case faults.Exit:
		end()
		fmt.Fprintln(os.Stderr, "[fatal] it broke in the middle")
		os.Exit(1)
	case faults.Full:
		end()
		fmt.Fprintln(os.Stderr, "[error] av_interleaved_write_frame(): No space left on device")
		os.Exit(1)
	case faults.Half:
		end()
		os.Exit(0)
	case faults.Kill:
		end()
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Kill()
		}
		time.Sleep(time.Minute) // the signal may take a moment
		os.Exit(1)
	case faults.Hang, faults.Close:
		signal.Ignore(os.Interrupt, syscall.SIGTERM)
		for {
			time.Sleep(time.Hour)
		}
	}
	complain(fmt.Errorf("there is no fault %q here", kind))
}

func flood() {
	line := "[error] " + strings.Repeat("flood ", 20) + "\n"
	for n := 0; n < faults.FloodBytes; n += len(line) {
		io.WriteString(os.Stderr, line)
	}
}

// trickle copies in pieces that fit no picture, with a breath between them.
func trickle(to io.Writer, from io.Reader) error {
	piece := make([]byte, 100_003)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			time.Sleep(200 * time.Microsecond)
			if _, err := to.Write(piece[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
