package core_test

import "os"

// play lets the test binary play the other processes of these tests.
func play() (code int, playing bool) {
	if text := os.Getenv(appVariable); text != "" {
		return playApp(text), true
	}
	if dir := os.Getenv(serverVariable); dir != "" {
		return playServer(dir), true
	}
	return 0, false
}
