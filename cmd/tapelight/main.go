// Command tapelight is the desktop program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/resources/icons"
	"github.com/tapelight/tapelight/ui"
)

const appID = "app.tapelight.Tapelight"

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = ""

func main() {
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
	door, err := alone(data, paths)
	if door == nil || err != nil {
		return err
	}
	defer door.Close()
	crashed, err := keepCrashes(data)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tapelight: crashes won't be written to a file:", err)
	}
	log, closeLog := openLog(data)
	defer closeLog()

	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Tapelight", Version: buildVersion(), Icon: fyne.NewStaticResource("tapelight.png", icons.PNG())})
	a := app.NewWithID(appID)
	a.SetIcon(fyne.NewStaticResource("tapelight.png", icons.PNG()))
	temp, ffmpeg := ui.Folders(a.Preferences())
	service, err := core.New(core.Options{CacheDir: temp, FFmpegDir: ffmpeg, Log: log, Queue: place,
		Quit: func() { fyne.Do(a.Quit) }})
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	w := a.NewWindow("Tapelight")
	w.SetMaster()
	measuring, stopMeasuring := context.WithCancel(context.Background())
	service.StartMonitor(measuring)
	window := ui.New(a, w, backend(service), newDesktop(w))
	window.SetLogFile(logPath(data))
	if crashed != "" {
		window.Crashed(crashed)
	}
	window.Add(paths)
	door.Serve(service, func(paths []string) {
		fyne.Do(func() {
			window.Add(paths)
			w.Show()
			w.RequestFocus()
		})
	})
	defer quitOnSignals(a)()
	w.ShowAndRun()
	window.Close()
	stopMeasuring()
	return service.Close()
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
