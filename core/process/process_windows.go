package process

import (
	"os/exec"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

const createNoWindow = 0x08000000

func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: createNoWindow | windows.BELOW_NORMAL_PRIORITY_CLASS}
}

// job is a job object that Windows closes when this program ends, however it ends, and that ends all members when closed.
var job = sync.OnceValues(func() (windows.Handle, error) {
	h, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(h, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	return h, err
})

func startOwned(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	h, err := job()
	if err != nil {
		return nil // the child still ends with its context; only a crash of ours could outlive it
	}
	p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err != nil {
		return nil
	}
	defer windows.CloseHandle(p)
	_ = windows.AssignProcessToJobObject(h, p)
	return nil
}

func interrupt(cmd *exec.Cmd) error { return cmd.Process.Kill() }
