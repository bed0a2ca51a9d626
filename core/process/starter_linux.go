package process

import "sync"

var starter struct {
	once sync.Once
	jobs chan func()
}
