package core

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/queue"
)

// DiskFloor is how much must stay free on the disks that are written to, unless SetDiskFloor says otherwise.
const DiskFloor = 2e9

const (
	// diskEvery is how often free space is looked at: the fastest lossless output takes some 100 MB in that time.
	diskEvery = 2 * time.Second
	// diskSlack is how much more than the floor must be free before jobs of a disk go on, so that they don't stop and go.
	diskSlack = 500e6
)

// SetDiskFloor sets how many bytes must stay free on disks that are written to.
func (s *Service) SetDiskFloor(bytes int64) { s.floor.Store(max(0, bytes)) }

// lowDiskMark begins the reason of a queue that an earlier version held until a folder's disk has room.
const lowDiskMark = "low-disk:"

// fullWords is why jobs wait, for people.
func (j *jobs) fullWords(folder string) string {
	return fmt.Sprintf("The disk of %s is nearly full. It goes on by itself when more than %s are free.", folder, Bytes(j.room()))
}

// room is what must be free before jobs of a disk go on.
func (j *jobs) room() int64 { return j.service.floor.Load() + diskSlack }

// watchDisks holds the jobs of disks that are nearly full, until ctx ends.
func (j *jobs) watchDisks(ctx context.Context) {
	for j.pause(ctx, diskEvery) {
		j.checkDisks()
	}
}

func (j *jobs) checkDisks() {
	s := j.service
	j.mu.Lock()
	full, share, short := maps.Clone(j.full), j.share, j.short
	j.mu.Unlock()
	for disk, folder := range full {
		if free, err := s.free(folder); err != nil || int64(free) > j.room() {
			s.log.Info("There is room in %s again: its videos go on", folder)
			j.emptied(disk)
		}
	}
	for _, folder := range j.writing() {
		if free, err := s.free(folder); err == nil && int64(free) < s.floor.Load() {
			s.log.Warn("%s has %s free: videos that go there wait for room", folder, Bytes(int64(free)))
			j.filled(folder)
		}
	}
	if short { // a job waits for memory, and more may be free now
		if j.look(); j.shareNow() > share {
			j.tell()
		}
	}
}

// filled notes that a folder's disk is nearly full: jobs that write there let go, and others don't begin.
func (j *jobs) filled(folder string) {
	disk := j.diskOf(folder)
	for _, other := range j.writing() {
		j.diskOf(other) // not while j.mu is held: it asks the disk
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.full[disk] = folder
	for id, output := range j.outputs {
		if a := j.active[id]; a != nil && j.disks[filepath.Dir(output)] == disk {
			a.noRoom.Store(true)
			a.letGo()
		}
	}
}

// emptied notes that a disk has room again, or all have where disk is "".
func (j *jobs) emptied(disk string) {
	j.mu.Lock()
	maps.DeleteFunc(j.full, func(d, _ string) bool { return d == disk || disk == "" })
	maps.DeleteFunc(j.kept, func(_ string, met obstacle) bool { return met.disk != "" && (met.disk == disk || disk == "") })
	if len(j.full) == 0 {
		clear(j.disks)
	}
	j.mu.Unlock()
	j.tell()
}

// nearlyFull tells whether waiting for room makes sense: a quota fills up without showing.
func (j *jobs) nearlyFull(folder string) bool {
	free, err := j.service.free(folder)
	return err == nil && int64(free) <= j.room()
}

// heldBefore tells whether the queue was held for a disk by an earlier version, which held all of it.
func heldBefore(c queue.Control) bool {
	return c.Mode == queue.Held && strings.HasPrefix(c.Reason, lowDiskMark)
}

// standing is path, or its nearest parent that exists.
func standing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil {
			return path
		}
		parent := filepath.Dir(path)
		if parent == path {
			return path
		}
		path = parent
	}
}
