package process_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const floodLine = "noise noise noise noise noise noise noise noise noise noise 123\n"

const floodLines = 10_000_000 / len(floodLine) / 100 * 100

// play is the fake child: it does what mode says and returns its exit code.
func play(mode string) int {
	word, number, _ := strings.Cut(mode, " ")
	code, _ := strconv.Atoi(number)
	switch word {
	case "flood":
		block := strings.Repeat(floodLine, 100)
		for range floodLines / 100 {
			io.WriteString(os.Stderr, block)
		}
		io.WriteString(os.Stderr, "the last line\n")
		return 3
	case "exit":
		fmt.Fprint(os.Stderr, "frame 1\rframe 2\r\nbad \xff news\n\n")
		return code
	case "silent":
		return code
	case "hello":
		fmt.Println("hello")
		return 0
	case "cat":
		io.Copy(os.Stdout, os.Stdin)
		return 0
	case "zeros":
		for {
			if _, err := os.Stdout.Write(make([]byte, 4096)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
		}
	case "hang":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		hang()
	case "complain":
		signal.Ignore(syscall.SIGTERM)
		fmt.Fprintln(os.Stderr, "ready")
		hang()
	case "polite":
		told := make(chan os.Signal, 1)
		signal.Notify(told, syscall.SIGTERM)
		fmt.Println("ready")
		<-told
		fmt.Fprintln(os.Stderr, "finished by itself")
		return 0
	default:
		return playFamily(word)
	}
	return 0
}

// hang never returns. (A bare select would be ended by the runtime as a deadlock.)
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}

// again is this program in another mode, holding the same extra file, to be started past the package under test.
func again(mode string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childMode+"="+mode)
	cmd.ExtraFiles = []*os.File{os.NewFile(3, "held")}
	cmd.Stderr = os.Stderr
	return cmd
}

// startAndSay starts cmd, waits for its first line and passes that on.
func startAndSay(cmd *exec.Cmd) {
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	line := make([]byte, 6)
	io.ReadFull(out, line)
	os.Stdout.Write(line)
}
