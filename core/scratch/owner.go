package scratch

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/tapelight/tapelight/core/filelock"
)

// owner is what an owner file says. A process id alone can be another's after a while; with the start time it can't.
type owner struct {
	Pid     int    `json:"pid"`
	Start   string `json:"start"`
	Purpose string `json:"purpose"`
}

// maxOwner bounds what is read of an owner file.
const maxOwner = 4 << 10

// writeOwner makes a new owner file that names this process. It is returned locked; closing it gives the lock up.
func writeOwner(path, purpose string) (*os.File, error) {
	pid := os.Getpid()
	start, _ := processStart(pid)
	if start == "" {
		return nil, fmt.Errorf("this process's start time is not to be had")
	}
	if len(purpose) > 200 {
		purpose = purpose[:200]
	}
	data, err := json.Marshal(owner{Pid: pid, Start: start, Purpose: purpose})
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	// A sweep may hold the lock for the moment it takes to see that the file is still empty.
	if err = filelock.Wait(f); err == nil {
		_, err = f.Write(data)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// parseOwner reads an owner file's text.
func parseOwner(data []byte) (owner, error) {
	var o owner
	if err := json.Unmarshal(data, &o); err != nil {
		return owner{}, err
	}
	if o.Pid < 1 || o.Start == "" {
		return owner{}, fmt.Errorf("names no process")
	}
	return o, nil
}

// alive tells whether the owner still runs. What can't be found out counts as alive.
func (o owner) alive() bool {
	start, known := processStart(o.Pid)
	if !known {
		return true
	}
	return start == o.Start
}

func readOwner(r io.Reader) (owner, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxOwner))
	if err != nil {
		return owner{}, err
	}
	return parseOwner(data)
}
