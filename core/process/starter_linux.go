package process

import (
	"runtime"
	"sync"
)

// starter starts children from one thread that lives as long as any of them: the kernel sends the parent-death signal when the
// *thread* that started a child ends, and Go ends threads when it likes.
var starter threadOwner

type threadOwner struct {
	mu    sync.Mutex
	users int
	jobs  chan func()
}

// run calls start on the thread; unless it fails, release must follow when the child has ended.
func (o *threadOwner) run(start func() error) error {
	o.mu.Lock()
	o.users++
	if o.users == 1 {
		o.jobs = make(chan func())
		go serve(o.jobs)
	}
	jobs := o.jobs
	o.mu.Unlock()

	result := make(chan error)
	jobs <- func() { result <- start() }
	err := <-result
	if err != nil {
		o.release()
	}
	return err
}

func (o *threadOwner) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.users--; o.users == 0 {
		close(o.jobs)
	}
}

func serve(jobs <-chan func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for job := range jobs {
		job()
	}
}
