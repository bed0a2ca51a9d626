package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/resources/icons"
	"github.com/tapelight/tapelight/ui"
)

// program is the app from its start to its end.
type program struct {
	data  string // its folder
	place *core.QueueOptions
	paths []string // to add

	app      fyne.App
	door     *core.Door
	log      *core.Log
	closeLog func()
	crashed  string // the log of the last run's crash
	service  *core.Service
	window   *ui.Window
	stop     func() // ends measuring
	blocked  error  // why it could not start

	trying sync.Mutex // held while another try to start goes on
}

// run is the program after its flags. A window comes up even where it can't start: who has clicked on an icon sees no terminal.
func (p *program) run() error {
	done, err := p.knock()
	if done {
		return nil
	}
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Tapelight", Version: buildVersion(), Icon: fyne.NewStaticResource("tapelight.png", icons.PNG())})
	p.app = app.NewWithID(appID)
	p.app.SetIcon(fyne.NewStaticResource("tapelight.png", icons.PNG()))
	if err == nil {
		err = p.begin()
	}
	if err == nil {
		p.open()
	} else {
		p.explain(err)
	}
	defer quitOnSignals(p.app)()
	p.app.Run()
	return p.end()
}

// knock makes this the one program with its data folder, or gives the files to the one that is: then it is done.
func (p *program) knock() (done bool, err error) {
	p.door, err = alone(p.data, p.paths)
	return p.door == nil && err == nil, err
}

// begin opens the log and the core. After an error nothing is open, the door neither.
func (p *program) begin() error {
	crashed, err := keepCrashes(p.data)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tapelight: crashes won't be written to a file:", err)
	}
	if crashed != "" {
		p.crashed = crashed
	}
	p.log, p.closeLog = openLog(p.data)
	prefs := p.app.Preferences()
	p.service, err = core.New(core.Options{FFmpegDir: ui.FFmpegFolder(prefs), Tuning: ui.Tuning(prefs), Log: p.log, Queue: p.place,
		Quit: func() { fyne.Do(p.app.Quit) }})
	if err != nil {
		p.closeLog()
		err = errors.Join(err, p.door.Close())
		p.door, p.service = nil, nil
		return err
	}
	return nil
}

// open brings up the window. It runs on the UI thread, or before there is one.
func (p *program) open() {
	w := p.app.NewWindow("Tapelight")
	w.SetMaster()
	measuring, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.service.StartMonitor(measuring)
	p.window = ui.New(p.app, w, backend(p.service), newDesktop(w))
	p.window.SetLogFile(logPath(p.data))
	if p.crashed != "" {
		p.window.Crashed(p.crashed)
	}
	p.window.Add(p.paths)
	p.door.Serve(p.service, func(paths []string) {
		fyne.Do(func() {
			p.window.Add(paths)
			w.Show()
			w.RequestFocus()
		})
	})
	w.Show()
}

// explain brings up a window that says why the program can't start.
func (p *program) explain(err error) {
	p.blocked = err
	w := p.app.NewWindow("Tapelight")
	ui.NewBlocked(p.app, w, obstacle(err), p.again, p.app.Quit)
	w.Show()
}

// again tries to start once more, off the UI thread. nil is the window that has come up, here or in another program.
func (p *program) again() *ui.Obstacle {
	p.trying.Lock()
	defer p.trying.Unlock()
	done, err := p.knock()
	if err == nil && !done {
		err = p.begin()
	}
	p.blocked = err
	switch {
	case err != nil:
		o := obstacle(err)
		return &o
	case done:
		fyne.Do(p.app.Quit)
	default:
		fyne.DoAndWait(func() {
			p.open()
			p.window.Begin()
		})
	}
	return nil
}

// obstacle is an error in a person's terms.
func obstacle(err error) ui.Obstacle {
	o := ui.Obstacle{Err: err}
	if o.Pid, o.Held = core.HolderOf(err); o.Pid > 0 {
		o.Holder = nameOf(o.Pid)
	}
	return o
}

// end closes what is open.
func (p *program) end() error {
	if !p.trying.TryLock() {
		return nil // a person quits meanwhile: what the try has opened ends with the process
	}
	defer p.trying.Unlock()
	err := p.blocked
	if p.window != nil {
		p.window.Close()
		p.stop()
	}
	if p.service != nil {
		err = errors.Join(err, p.service.Close())
		p.closeLog()
	}
	if p.door != nil {
		err = errors.Join(err, p.door.Close())
	}
	return err
}
