package tape

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	lockBeat  = time.Second
	lockStale = 15 * time.Second // a holder that has not touched its lock for so long is gone
	lockPoll  = 50 * time.Millisecond
)

// lock takes a lock file shared by processes, waiting for it as long as ctx allows. The holder touches the file once a
// second, so that a lock left by a killed process is taken over. It works the same on every system.
func lock(ctx context.Context, file string) (unlock func(), err error) {
	for {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err == nil {
			f.Close()
			return keepLock(file), nil
		}
		if !errors.Is(err, os.ErrExist) && !errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("lock the folder of samples: %w", err)
		}
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > lockStale {
			os.Remove(file)
			continue
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for another process that makes the same sample: %w", ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// keepLock touches the lock until it is given up.
func keepLock(file string) func() {
	stop := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		tick := time.NewTicker(lockBeat)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case now := <-tick.C:
				os.Chtimes(file, now, now)
			}
		}
	})
	return func() {
		close(stop)
		beating.Wait()
		os.Remove(file)
	}
}
