package process

import (
	"slices"
	"sync"
)

var live struct {
	sync.Mutex
	children map[int]*Child
}

func register(c *Child) {
	live.Lock()
	defer live.Unlock()
	if live.children == nil {
		live.children = map[int]*Child{}
	}
	live.children[c.Pid()] = c
}

func unregister(c *Child) {
	live.Lock()
	defer live.Unlock()
	delete(live.children, c.Pid())
}

// Live lists the process ids of all children now running, in rising order, for the monitor and for leak tests.
func Live() []int {
	live.Lock()
	defer live.Unlock()
	pids := make([]int, 0, len(live.children))
	for pid := range live.children {
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	return pids
}
