package playback

import (
	"context"
	"fmt"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	winmm             = windows.NewLazySystemDLL("winmm.dll")
	waveOutOpen       = winmm.NewProc("waveOutOpen")
	waveOutPrepare    = winmm.NewProc("waveOutPrepareHeader")
	waveOutUnprepare  = winmm.NewProc("waveOutUnprepareHeader")
	waveOutWrite      = winmm.NewProc("waveOutWrite")
	waveOutReset      = winmm.NewProc("waveOutReset")
	waveOutClose      = winmm.NewProc("waveOutClose")
	waveMapper        = uintptr(^uint32(0))
	callbackEvent     = uintptr(0x50000)
	headerDone        = uint32(1)
	badDevice, noDrvr = uintptr(2), uintptr(6)
)

// waveFormat is WAVEFORMATEX.
type waveFormat struct {
	tag, channels    uint16
	rate, bytes      uint32
	align, bits, ext uint16
}

// waveHeader is WAVEHDR.
type waveHeader struct {
	data          *byte
	length, done  uint32
	user          uintptr
	flags, loops  uint32
	next, reserve uintptr
}

// bytes is how many bytes a second take.
func (f Format) bytes() int { return f.Rate * f.Channels * 2 }

const blocks = 8 // that wait to be played, together as long as latency

// waves plays through the multimedia functions of Windows.
type waves struct {
	handle  uintptr
	event   windows.Handle
	headers [blocks]waveHeader
	data    [blocks][]byte
	next    int
	held    int // bytes in the next block
	unhook  func() bool

	mu     sync.Mutex // held while Windows is called
	closed bool
}

func open(ctx context.Context, f Format) (Output, error) {
	event, err := windows.CreateEvent(nil, 0, 0, nil)
	if err != nil {
		return nil, fmt.Errorf("play sound: %w", err)
	}
	align := uint16(2 * f.Channels)
	format := waveFormat{tag: 1, channels: uint16(f.Channels), rate: uint32(f.Rate), bytes: uint32(f.bytes()), align: align, bits: 16}
	w := &waves{event: event}
	if r, _, _ := waveOutOpen.Call(uintptr(unsafe.Pointer(&w.handle)), waveMapper, uintptr(unsafe.Pointer(&format)), uintptr(event), 0, callbackEvent); r != 0 {
		windows.CloseHandle(event)
		if r == badDevice || r == noDrvr {
			return nil, ErrNoSound
		}
		return nil, fmt.Errorf("%w: Windows says %d", ErrNoSound, r)
	}
	size := f.bytes() * latency / 1000 / blocks / int(align) * int(align)
	for i := range w.data {
		w.data[i] = make([]byte, size)
		w.headers[i].flags = headerDone
	}
	w.unhook = context.AfterFunc(ctx, func() { w.Close() })
	return w, nil
}

func (w *waves) Write(b []byte) (n int, err error) {
	for n < len(b) {
		if err := w.await(w.next); err != nil {
			return n, err
		}
		m := copy(w.data[w.next][w.held:], b[n:])
		n += m
		if w.held += m; w.held == len(w.data[w.next]) {
			if err := w.send(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// await waits until block i has been played.
func (w *waves) await(i int) error {
	for {
		w.mu.Lock()
		closed, done := w.closed, w.headers[i].flags&headerDone != 0
		w.mu.Unlock()
		switch {
		case closed:
			return os.ErrClosed
		case done:
			return nil
		}
		windows.WaitForSingleObject(w.event, 100) // and a look at the flag now and then: events merge
	}
}

// send gives the block to Windows.
func (w *waves) send() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return os.ErrClosed
	}
	h := &w.headers[w.next]
	if h.data != nil {
		waveOutUnprepare.Call(w.handle, uintptr(unsafe.Pointer(h)), unsafe.Sizeof(*h))
	}
	*h = waveHeader{data: &w.data[w.next][0], length: uint32(w.held)}
	if r, _, _ := waveOutPrepare.Call(w.handle, uintptr(unsafe.Pointer(h)), unsafe.Sizeof(*h)); r != 0 {
		return fmt.Errorf("play sound: Windows says %d", r)
	}
	if r, _, _ := waveOutWrite.Call(w.handle, uintptr(unsafe.Pointer(h)), unsafe.Sizeof(*h)); r != 0 {
		return fmt.Errorf("play sound: Windows says %d", r)
	}
	w.next, w.held = (w.next+1)%blocks, 0
	return nil
}

func (w *waves) Drain() error {
	if w.held > 0 {
		if err := w.send(); err != nil {
			return err
		}
	}
	for i := range w.headers {
		if err := w.await(i); err != nil {
			return err
		}
	}
	return nil
}

func (w *waves) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	w.unhook()
	waveOutReset.Call(w.handle)
	for i := range w.headers {
		if h := &w.headers[i]; h.data != nil {
			waveOutUnprepare.Call(w.handle, uintptr(unsafe.Pointer(h)), unsafe.Sizeof(*h))
		}
	}
	waveOutClose.Call(w.handle)
	windows.SetEvent(w.event)
	return windows.CloseHandle(w.event)
}
