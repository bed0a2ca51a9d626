// Command make makes the sample tapes that the tests use: go run ./testdata/make
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/tapelight/tapelight/testdata/tape"
)

func main() {
	out := flag.String("out", filepath.Join("testdata", "tapes"), "folder to make the samples in")
	only := flag.String("only", "", "names of the samples to make, separated by commas; all when empty")
	seconds := flag.Float64("seconds", tape.DefaultSeconds, "length of each sample; other lengths than the default lie in a folder of their own")
	list := flag.Bool("list", false, "list the samples and make nothing")
	hostile := flag.Bool("hostile", false, "make the hostile files too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *list {
		for _, s := range tape.SpecsOf(*seconds) {
			fmt.Printf("%-20s %s\n", s.Name, s.What)
			fmt.Printf("%-20s %s, %d moments at %s, file of %d frames at %s\n", "", s.Content, s.Moments, s.MomentRate, s.FileFrames, s.FileRate)
		}
		return
	}
	if err := run(ctx, *out, *only, *seconds, *hostile); err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, only string, seconds float64, hostile bool) error {
	var names []string
	for _, s := range tape.Specs() {
		if only == "" {
			names = append(names, s.Name)
		}
	}
	if only != "" {
		names = strings.Split(only, ",")
	}
	for _, name := range names {
		start := time.Now()
		var made map[string]tape.Sample
		var err error
		if seconds == tape.DefaultSeconds {
			made, err = tape.Make(ctx, dir, name)
		} else {
			made, err = tape.MakeShort(ctx, dir, seconds, name)
		}
		if err != nil {
			return err
		}
		info, err := os.Stat(made[name].Path)
		if err != nil {
			return err
		}
		fmt.Printf("%-20s %8.2f MB %6.1f s  %s\n", name, float64(info.Size())/1e6, time.Since(start).Seconds(), made[name].Path)
	}
	if !hostile {
		return nil
	}
	files, err := tape.Hostile(ctx, dir)
	for _, f := range files {
		fmt.Printf("%-20s %q: %s\n", f.Name, filepath.Base(f.Path), f.What)
	}
	return err
}
