package core

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/queue"
)

// DiskFloor is how much must stay free on the disks that are written to, unless SetDiskFloor says otherwise.
const DiskFloor = 2e9

const (
	// diskEvery is how often free space is looked at: the fastest lossless output takes some 100 MB in that time.
	diskEvery = 2 * time.Second
	// diskSlack is how much more than the floor must be free before a held queue goes on, so that it doesn't stop and go.
	diskSlack = 500e6
)

// SetDiskFloor sets how many bytes must stay free on disks that are written to.
func (s *Service) SetDiskFloor(bytes int64) { s.floor.Store(max(0, bytes)) }

// lowDiskMark begins the reason of a queue that is held until a folder's disk has room.
const lowDiskMark = "low-disk:"

func lowDiskReason(folder string) string { return lowDiskMark + folder }

// reasonWords is why the queue is held, for people.
func (j *jobs) reasonWords(reason string) string {
	if folder, ok := strings.CutPrefix(reason, lowDiskMark); ok {
		return fmt.Sprintf("The disk of %s is nearly full. The queue goes on by itself when more than %s are free.", j.resolve(folder), Bytes(j.room()))
	}
	return reason
}

// room is what must be free before a held queue goes on.
func (j *jobs) room() int64 { return j.service.floor.Load() + diskSlack }

// watchDisks holds the queue while a disk that is written to is nearly full, until ctx ends.
func (j *jobs) watchDisks(ctx context.Context) {
	for j.pause(ctx, diskEvery) {
		j.checkDisks(ctx)
	}
}

func (j *jobs) checkDisks(ctx context.Context) {
	control := j.q.Control()
	s := j.service
	switch control.Mode {
	case queue.Started:
		for _, folder := range j.writing() {
			if free, err := s.free(folder); err == nil && int64(free) < s.floor.Load() {
				s.log.Warn("%s has %s free: the queue waits for room", folder, Bytes(int64(free)))
				j.lost("hold the queue", j.q.PauseQueue(ctx, lowDiskReason(j.store(folder))))
				return
			}
		}
	case queue.Held:
		stored, ok := strings.CutPrefix(control.Reason, lowDiskMark)
		if !ok {
			return
		}
		folder, err := j.roots.Resolve(stored)
		if err != nil {
			return // another machine's
		}
		if free, err := s.free(folder); err != nil || int64(free) > j.room() {
			s.log.Info("There is room in %s again: the queue goes on", folder)
			j.lost("start the queue", j.q.StartQueue(ctx))
		}
	}
}

// nearlyFull tells whether waiting for room makes sense: a quota fills up without showing.
func (j *jobs) nearlyFull(folder string) bool {
	free, err := j.service.free(folder)
	return err == nil && int64(free) <= j.room()
}
