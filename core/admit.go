package core

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"

	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/scratch"
)

// active is a job that runs here.
type active struct {
	id     string
	memory int64 // bytes that it was granted; guarded by jobs.mu
	noRoom atomic.Bool
	ctx    context.Context // ends when it is to let go, for want of room
	letGo  func()
}

// obstacle is why a waiting job can't run here for now.
type obstacle struct {
	words string
	disk  string      // that is full; "" for other reasons
	gone  func() bool // of other reasons: whether it is no more, quickly and without jobs.mu
}

// look asks how much memory jobs may take together, before one is looked for.
func (j *jobs) look() {
	share := j.service.memory().jobs()
	j.mu.Lock()
	j.share, j.short = share, false
	j.mu.Unlock()
}

func (j *jobs) shareNow() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.share
}

// admit notes that a job runs here from now on.
func (j *jobs) admit(job queue.Job) *active {
	a := &active{id: job.ID, memory: unpack[info](job.Info).Load.Memory}
	a.ctx, a.letGo = context.WithCancel(context.Background())
	j.mu.Lock()
	defer j.mu.Unlock()
	j.active[job.ID] = a
	delete(j.kept, job.ID)
	return a
}

// passable tells whether nothing here stands in a waiting job's way: a disk without room, too little memory beside what runs, or what its last try met.
func (j *jobs) passable(job *queue.Job, l load) bool {
	j.mu.Lock()
	met := j.kept[job.ID]
	some := len(j.full) > 0
	j.mu.Unlock()
	if met.gone != nil && !met.gone() {
		return false
	}
	disk := ""
	if some {
		disk = j.diskOf(j.folderOf(job))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if folder, full := j.full[disk]; full {
		if met.disk != disk { // it is to be seen why it waits
			j.kept[job.ID] = obstacle{words: j.fullWords(folder), disk: disk}
			defer j.tell()
		}
		return false
	}
	delete(j.kept, job.ID)
	if len(j.active) > 0 && j.taken("")+l.Memory > j.share {
		j.short = true
		return false
	}
	return true
}

// diskOf names the disk that a folder lies on. What was asked is remembered as long as a disk is full.
func (j *jobs) diskOf(folder string) string {
	j.mu.Lock()
	disk, known := j.disks[folder]
	j.mu.Unlock()
	if !known {
		disk = j.service.volume(folder)
		j.mu.Lock()
		j.disks[folder] = disk
		j.mu.Unlock()
	}
	return disk
}

// taken is the memory granted to jobs other than one. j.mu is held.
func (j *jobs) taken(but string) (sum int64) {
	for id, a := range j.active {
		if id != but {
			sum += a.memory
		}
	}
	return sum
}

// memoryTaken is taken for who has no part in it.
func (j *jobs) memoryTaken(but string) int64 {
	if j == nil {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.taken(but)
}

// grant gives a job as much memory as it needs, or what the others leave.
func (j *jobs) grant(a *active, need int64) int64 {
	share := j.service.memory().jobs()
	j.mu.Lock()
	defer j.mu.Unlock()
	left := max(0, share-j.taken(a.id))
	a.memory = min(need, left)
	return a.memory
}

// standsInTheWay tells whether a run could not begin for what other work takes. The job then waits until that is over.
func (j *jobs) standsInTheWay(id string, err error) bool {
	met := obstacle{}
	if e, ok := errors.AsType[*scratch.BudgetError](err); ok && !e.Never() {
		met = obstacle{words: err.Error(), gone: func() bool { return j.service.scratch.Fits(e.Want) }}
	}
	if e, ok := errors.AsType[*MemoryError](err); ok && e.Busy {
		met = obstacle{words: err.Error(), gone: func() bool {
			j.mu.Lock()
			defer j.mu.Unlock()
			return len(j.active) == 0 || j.taken("")+e.Need <= j.share
		}}
	}
	if met.gone == nil {
		return false
	}
	j.mu.Lock()
	j.kept[id] = met
	j.mu.Unlock()
	j.service.log.Info("%s waits: %s", id, met.words)
	return true
}

// folderOf is where a job's output goes.
func (j *jobs) folderOf(job *queue.Job) string {
	if at := unpack[checkpoint](job.Checkpoint); at.Output != "" {
		return filepath.Dir(j.resolve(at.Output))
	}
	o := unpack[order](job.Payload)
	return filepath.Dir(Request{Path: j.resolve(job.Path), Recipe: o.recipe(), OutDir: j.resolve(o.OutDir)}.Target())
}

// holding gathers, for a snapshot of a started queue, what keeps its jobs from running here.
type holding struct {
	open, kept int
	words      string
}

// see counts a job, and says what it waits for. j.mu is held.
func (h *holding) see(j *jobs, job *Job) {
	if job.State.Finished() || job.State == Paused {
		return
	}
	h.open++
	if met, ok := j.kept[job.ID]; ok && job.State == Waiting {
		h.kept++
		h.words = sentence(met.words)
		job.Stage = h.words
	}
}

// tell makes a queue of which nothing can run a held one, with the reason.
func (h *holding) tell(snap *Snapshot) {
	if h.kept > 0 && h.kept == h.open {
		snap.Mode, snap.Running, snap.Reason = Held, false, h.words
	}
}
