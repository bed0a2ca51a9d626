package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

const createNoWindow = 0x08000000

// group is a child and whatever it starts, held together by a job object. Windows closes the object when this program ends, however
// it ends, and ends all members when the object is closed.
type group struct {
	cmd *exec.Cmd
	job windows.Handle // 0 where there is none: then only the child itself is ended, and a crash of ours could leave it behind
}

func startGroup(cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: createNoWindow | windows.BELOW_NORMAL_PRIORITY_CLASS}
	g := &group{cmd: cmd}
	job, jobErr := newJob()
	if err := cmd.Start(); err != nil {
		if jobErr == nil {
			windows.CloseHandle(job)
		}
		return nil, err
	}
	if jobErr != nil {
		return g, nil
	}
	assign := errors.New("no process handle")
	_ = cmd.Process.WithHandle(func(h uintptr) { assign = windows.AssignProcessToJobObject(job, windows.Handle(h)) })
	if assign != nil {
		windows.CloseHandle(job)
		return g, nil
	}
	g.job = job
	return g, nil
}

func newJob() (windows.Handle, error) {
	h, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	var info windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err := windows.SetInformationJobObject(h, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		windows.CloseHandle(h)
		return 0, err
	}
	return h, nil
}

// wait blocks until the child has ended.
func (g *group) wait() {
	_ = g.cmd.Process.WithHandle(func(h uintptr) { _, _ = windows.WaitForSingleObject(windows.Handle(h), windows.INFINITE) })
}

// interrupt ends the group: a program without a console can't be asked. It returns os.ErrProcessDone if the child had ended before.
func (g *group) interrupt() error {
	ended := false
	_ = g.cmd.Process.WithHandle(func(h uintptr) {
		event, err := windows.WaitForSingleObject(windows.Handle(h), 0)
		ended = err == nil && event == windows.WAIT_OBJECT_0
	})
	if ended {
		return os.ErrProcessDone
	}
	g.kill()
	return nil
}

// kill ends the group by force.
func (g *group) kill() {
	if g.job == 0 || windows.TerminateJobObject(g.job, 1) != nil {
		_ = g.cmd.Process.Kill()
	}
}

// close ends what the child left behind in its group.
func (g *group) close() {
	if g.job != 0 {
		windows.CloseHandle(g.job)
		g.job = 0
	}
}

func signalName(*exec.ExitError) string { return "" }
