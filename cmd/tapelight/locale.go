package main

import (
	"os"
	"runtime"
)

// setLocale gives the toolkit a locale that it can read. Without one, or with "C" and "POSIX", it complains at every start and typed
// characters outside ASCII are lost.
func setLocale() {
	if runtime.GOOS == "windows" {
		return
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		switch os.Getenv(name) {
		case "":
			continue
		case "C", "POSIX", "C.UTF-8", "C.utf8":
			os.Setenv(name, "en_US.UTF-8")
		}
		return
	}
	os.Setenv("LANG", "en_US.UTF-8")
}
