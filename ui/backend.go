// Package ui is Tapelight's window. It shows what core says and hands on what the person wants; it knows nothing of media.
//
// Threads: everything in a panel runs on Fyne's own thread. What may take time (the backend, file choosers, thumbnails) runs on
// goroutines that the Window owns, and comes back through one door, Window.enter.
package ui

import (
	"context"
	"errors"
	"image"
	"io"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// Backend is what the window needs of core; *core.Service is one. Methods are safe for use by several goroutines.
type Backend interface {
	// Presets lists the recipes to choose from, in order. Presets that can't be read are left out and named in the error.
	Presets() ([]recipe.Recipe, error)
	// SavePreset keeps a recipe as the person's own preset and returns the file's path. One of the same name is replaced.
	SavePreset(r recipe.Recipe) (string, error)
	// DeletePreset removes a preset of the person's own, RenamePreset gives it another title.
	DeletePreset(name string) error
	RenamePreset(name, title string) error
	// NetworkInfos lists what can enlarge pictures. It reads files.
	NetworkInfos() []core.NetworkInfo
	core.Operations // Add's outDir "" saves beside the original

	// PreviewFrame renders a moment before and after. It may take seconds; a newer request of the same view ends an older one.
	PreviewFrame(ctx context.Context, req core.PreviewRequest) (*core.PreviewFrame, error)
	// PreviewClip renders some seconds before and after, with sound. The clip is to be closed.
	PreviewClip(ctx context.Context, req core.PreviewRequest, progress func(core.Progress)) (*core.Clip, error)
	// OpenSound opens the loudspeakers for a clip's sound.
	OpenSound(ctx context.Context) (core.SoundOutput, error)
	// SoundView measures a video's sound and compares some of it before and after. It may take minutes.
	SoundView(ctx context.Context, req core.PreviewRequest, progress func(string)) ([]core.SoundView, error)
	// Scenes gives n small pictures spread over the video to each, as they are made.
	Scenes(ctx context.Context, path string, n int, each func(core.Scene)) error
	// Recommend names the preset that fits a video. It may take seconds.
	Recommend(ctx context.Context, path string) (core.Recommendation, error)
	// Estimate foresees what a run takes.
	Estimate(ctx context.Context, req core.Request) (core.Estimate, error)
	SetKeepAwake(on bool)
	SetDiskFloor(bytes int64)
	// Tune says how the machine is used, from the next job on. Where it fails for the folder of temporary files the rest holds.
	Tune(t core.Tuning) error
	// Processors lists what could compute networks, and why what can't cannot. It may take a second.
	Processors(ctx context.Context) []core.Processor

	Snapshot() core.Snapshot
	// Watch says, coalesced, that something has changed since the last snapshot. Nothing is sent after ctx has ended.
	Watch(ctx context.Context) <-chan struct{}
	// Thumbnail is a small picture of the video. It may take seconds.
	Thumbnail(ctx context.Context, path string) (image.Image, error)

	MonitorSample() (core.Sample, bool)
	MonitorHistory() []core.Sample
	// Log returns the entries from number since on, the first ever being number 0.
	Log(since uint64) []core.LogEntry
	Doctor(ctx context.Context) core.DoctorReport
}

// MonitorExporter is a Backend that can also write the measurements of the machine as a table. The window offers that where it can be done.
type MonitorExporter interface {
	// WriteMonitorCSV writes what has been measured of the runs since the start and of the last minutes, with a heading.
	WriteMonitorCSV(w io.Writer) error
}

// ErrNoPicker says that this system has no file chooser of its own, so that the window must use Fyne's.
var ErrNoPicker = errors.New("this system has no file chooser of its own")

// Desktop is what the window needs of the system it runs on. Its methods may block for as long as a dialog is open and are never called
// on the UI thread.
type Desktop interface {
	// PickVideos lets the person choose one or more files, beginning in dir; none chosen is nil without an error.
	PickVideos(dir string) ([]string, error)
	// PickFolder lets the person choose a folder, beginning in dir; none chosen is "" without an error.
	PickFolder(title, dir string) (string, error)
	// ShowInFolder opens the file manager where path is.
	ShowInFolder(path string) error
	// CopyPicture puts the picture in a PNG file onto the clipboard. The file may be gone afterwards.
	CopyPicture(path string) error
	// Open shows a text file in the person's usual program.
	Open(path string) error
}
