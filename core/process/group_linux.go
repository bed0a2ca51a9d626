package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is a child and whatever it starts, held together by a process group that bears the child's id. No method may be called once
// the child is collected: from then on the id may be another's.
type group struct{ pid int }

func startGroup(cmd *exec.Cmd) (*group, error) {
	// An own group lets a signal reach the child's own children; the parent-death signal holds even when we are killed with -9.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := starter.run(cmd.Start); err != nil {
		return nil, err
	}
	return &group{pid: cmd.Process.Pid}, nil
}

// wait blocks until the child has ended. It stays a zombie, which keeps its id (and so the group's) from being reused.
func (g *group) wait() { g.waitid(unix.WEXITED | unix.WNOWAIT) }

func (g *group) waitid(options int) (ended bool) {
	for {
		var info unix.Siginfo // left empty under WNOHANG while the child runs
		err := unix.Waitid(unix.P_PID, g.pid, &info, options, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		return err != nil || info.Signo != 0 // an error means that there is no such child left
	}
}

// interrupt asks the group to end. It returns os.ErrProcessDone if the child had ended before.
func (g *group) interrupt() error {
	if g.waitid(unix.WEXITED | unix.WNOWAIT | unix.WNOHANG) {
		return os.ErrProcessDone
	}
	return g.signal(unix.SIGTERM)
}

// kill ends the group by force.
func (g *group) kill() { _ = g.signal(unix.SIGKILL) }

// close ends what the child left behind in its group. It comes between wait and the collection of the child.
func (g *group) close() {
	_ = g.signal(unix.SIGKILL)
	starter.release()
}

func (g *group) signal(s unix.Signal) error {
	err := unix.Kill(-g.pid, s)
	if errors.Is(err, unix.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func signalName(e *exec.ExitError) string {
	if ws, ok := e.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal().String()
	}
	return ""
}
