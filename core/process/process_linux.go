package process

import (
	"os/exec"
	"runtime"
	"syscall"
)

func prepare(cmd *exec.Cmd) {
	// An own group lets a signal reach the child's own children; the parent-death signal holds even when we are killed with -9.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// startOwned starts cmd from a thread that lives as long as the program: the kernel sends the parent-death signal when the *thread*
// that started the child ends.
func startOwned(cmd *exec.Cmd) error {
	result := make(chan error)
	starter.once.Do(func() {
		starter.jobs = make(chan func())
		go func() {
			runtime.LockOSThread()
			for job := range starter.jobs {
				job()
			}
		}()
	})
	starter.jobs <- func() { result <- cmd.Start() }
	return <-result
}

func interrupt(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
