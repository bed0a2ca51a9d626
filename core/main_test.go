package core_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("TAPELIGHT_TEST_APP"); dir != "" {
		os.Exit(playApp(dir))
	}
	goleak.VerifyTestMain(m)
}
