// Command tapelight is the desktop program.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/tapelight/tapelight/core"
)

const appID = "app.tapelight.Tapelight"

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = ""

func main() {
	core.CollectEarly()
	if err := run(os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "tapelight:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("tapelight", flag.ContinueOnError)
	showVersion := flags.Bool("version", false, "print the version and exit")
	queue := flags.String("queue", "", `a queue that several machines share: "nats://user@host:4222"`)
	var roots []string
	flags.Func("root", "with --queue: a shared folder by its common name, as NAME=FOLDER; may be given several times", func(s string) error {
		roots = append(roots, s)
		return nil
	})
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "Usage: tapelight [files or folders to add]")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *showVersion {
		fmt.Println("tapelight", buildVersion())
		return nil
	}
	paths, err := absolute(flags.Args())
	if err != nil {
		return err
	}
	setLocale()
	data, err := dataDir()
	if err != nil {
		return fmt.Errorf("find the folder for the queue: %w", err)
	}
	place, err := core.QueueAt(data, *queue, roots)
	if err != nil {
		return err
	}
	return (&program{data: data, place: place, paths: paths}).run()
}

// buildVersion is the release's, or the revision that the program was built from.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "of " + s.Value[:min(len(s.Value), 10)]
		}
	}
	return "development"
}

func absolute(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		a, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("find %q: %w", p, err)
		}
		out = append(out, a)
	}
	return out, nil
}
