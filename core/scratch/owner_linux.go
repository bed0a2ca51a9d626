package scratch

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
)

// bootID distinguishes start times of one boot from those of another: they count from the boot.
var bootID = sync.OnceValue(func() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
})

// processStart is a text that no other process with this id ever has: the boot and the clock ticks from there to the process's start
// (field 22 of /proc/pid/stat). It is empty for a process that doesn't exist; known is false if that can't be told.
func processStart(pid int) (start string, known bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if errors.Is(err, fs.ErrNotExist) {
		_, err := os.Stat("/proc/self/stat") // without /proc nothing can be told
		return "", err == nil
	}
	if err != nil {
		return "", false
	}
	state, ticks, ok := parseStat(stat)
	if !ok {
		return "", false
	}
	if state == "Z" || state == "X" { // ended; its parent only hasn't asked yet
		return "", true
	}
	return bootID() + " " + ticks, true
}

// parseStat gives fields 3 and 22 of a stat line. The second field, the program's name in brackets, can itself hold blanks and brackets.
func parseStat(stat []byte) (state, ticks string, ok bool) {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return "", "", false
	}
	fields := strings.Fields(string(stat[end+1:])) // from field 3 on
	if len(fields) < 20 {
		return "", "", false
	}
	if _, err := strconv.ParseUint(fields[19], 10, 64); err != nil {
		return "", "", false
	}
	return fields[0], fields[19], true
}
