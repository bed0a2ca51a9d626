package main

import "github.com/tapelight/tapelight/core"

func dataDir() (string, error) { return core.DataDir() }
