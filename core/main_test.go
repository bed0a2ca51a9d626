package core_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if text := os.Getenv("TAPELIGHT_TEST_APP"); text != "" {
		os.Exit(playApp(text))
	}
	if dir := os.Getenv("TAPELIGHT_TEST_SERVER"); dir != "" {
		os.Exit(playServer(dir))
	}
	goleak.VerifyTestMain(m)
}
