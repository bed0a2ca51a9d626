package instance_test

import (
	"os/exec"
	"syscall"
	"testing"
)

// pythonAs runs a script as another user. A Go program of ours could not be started by one: it lies in a folder that is closed to others.
func pythonAs(t *testing.T, script, arg string, who *syscall.Credential) ([]byte, error) {
	t.Helper()
	python, err := exec.LookPath("/usr/bin/python3") // the system's own: another user may run it
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", script, arg)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return cmd.CombinedOutput()
}
