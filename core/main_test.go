package core_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if code, playing := play(); playing {
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}
