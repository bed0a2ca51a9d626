package scratch

import (
	"errors"
	"strconv"

	"golang.org/x/sys/windows"
)

// processStart is a text that no other process with this id ever has: its creation time in units of 100 ns. It is empty for a process
// that doesn't run; known is false if that can't be told.
func processStart(pid int) (start string, known bool) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return "", errors.Is(err, windows.ERROR_INVALID_PARAMETER) // no process has this id
	}
	defer windows.CloseHandle(h)
	// An ended process can be opened as long as anyone holds a handle to it.
	if event, err := windows.WaitForSingleObject(h, 0); err == nil && event == windows.WAIT_OBJECT_0 {
		return "", true
	}
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &created, &exited, &kernel, &user); err != nil {
		return "", false
	}
	return strconv.FormatInt(created.Nanoseconds(), 10), true
}
