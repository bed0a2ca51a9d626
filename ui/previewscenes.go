package ui

import (
	"context"

	"github.com/tapelight/tapelight/core"
)

// wantScenes fetches the small pictures of the video on the strip, once for each video.
func (p *previewPanel) wantScenes() {
	if p.scenesOf == p.subject.path {
		return
	}
	if p.noScenes != nil {
		p.noScenes()
	}
	path, n := p.subject.path, p.line.wanted()
	p.scenesOf = path
	stopped := make(chan struct{})
	p.noScenes = func() { close(stopped) }
	p.line.SetScenes(nil)
	p.doors.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer whenClosed(stopped, cancel)()
		// A strip without pictures still does its work: why there are none is said where the large picture isn't.
		_ = p.on.scenes(ctx, path, n, func(s core.Scene) {
			p.doors.enter(func() {
				if p.scenesOf == path {
					p.line.AddScene(timelineScene{s.Time, s.Picture})
				}
			})
		})
	})
}
