package main

import (
	"fmt"
	"sync"
	"unsafe"

	"fyne.io/fyne/v2/driver"
	"github.com/ebitengine/purego"
)

func nativeHandle(context any) uint64 {
	if x, ok := context.(driver.X11WindowContext); ok {
		return uint64(x.WindowHandle)
	}
	return 0
}

// minimised asks the X server over a connection of its own, which lives as long as the program. By way of XCB, since Xlib ends the program when a
// window that it is asked about is gone.
type minimised struct {
	once          sync.Once
	x             xcb
	conn          uintptr // 0 where there is no X
	state, hidden uint32  // atoms
	atomType      uint32
}

// xcb are the functions of libxcb that are needed. Cookies are structs of one 32-bit number, which are passed as that number is.
type xcb struct {
	connect       func(display *byte, screen *int32) uintptr
	hasError      func(conn uintptr) int32
	internAtom    func(conn uintptr, onlyIfExists uint8, length uint16, name string) uint32
	atomReply     func(conn uintptr, cookie uint32, fault *unsafe.Pointer) unsafe.Pointer
	getProperty   func(conn uintptr, remove uint8, window, property, kind, offset, length uint32) uint32
	propertyReply func(conn uintptr, cookie uint32, fault *unsafe.Pointer) unsafe.Pointer
	value         func(reply unsafe.Pointer) *uint32
	valueLength   func(reply unsafe.Pointer) int32
	free          func(unsafe.Pointer)
}

func (f *xcb) open() error {
	library, err := purego.Dlopen("libxcb.so.1", purego.RTLD_LAZY|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	libc, err := purego.Dlopen("libc.so.6", purego.RTLD_LAZY|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	for name, into := range map[string]any{"xcb_connect": &f.connect, "xcb_connection_has_error": &f.hasError, "xcb_intern_atom": &f.internAtom,
		"xcb_intern_atom_reply": &f.atomReply, "xcb_get_property": &f.getProperty, "xcb_get_property_reply": &f.propertyReply,
		"xcb_get_property_value": &f.value, "xcb_get_property_value_length": &f.valueLength, "free": &f.free} {
		from := library
		if name == "free" {
			from = libc
		}
		address, err := purego.Dlsym(from, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		purego.RegisterFunc(into, address)
	}
	return nil
}

func (m *minimised) start() {
	if m.x.open() != nil {
		return
	}
	conn := m.x.connect(nil, nil)
	if m.x.hasError(conn) != 0 { // the connection stays, as nothing comes of it
		return
	}
	m.conn, m.atomType = conn, 4 // XCB_ATOM_ATOM
	m.state, m.hidden = m.atom("_NET_WM_STATE"), m.atom("_NET_WM_STATE_HIDDEN")
}

// atom is the server's number for a name, 0 if it gives none.
func (m *minimised) atom(name string) uint32 {
	var fault unsafe.Pointer
	reply := m.x.atomReply(m.conn, m.x.internAtom(m.conn, 0, uint16(len(name)), name), &fault)
	if reply == nil {
		m.x.free(fault)
		return 0
	}
	defer m.x.free(reply)
	return *(*uint32)(unsafe.Add(reply, 8)) // xcb_intern_atom_reply_t.atom
}

// is asks for what the Extended Window Manager Hints say of the window.
func (m *minimised) is(window uint64) bool {
	m.once.Do(m.start)
	if m.conn == 0 || m.state == 0 || m.hidden == 0 || m.x.hasError(m.conn) != 0 {
		return false
	}
	var fault unsafe.Pointer
	reply := m.x.propertyReply(m.conn, m.x.getProperty(m.conn, 0, uint32(window), m.state, m.atomType, 0, 64), &fault)
	if reply == nil {
		m.x.free(fault)
		return false
	}
	defer m.x.free(reply)
	n := m.x.valueLength(reply) / 4
	if n <= 0 {
		return false
	}
	for _, a := range unsafe.Slice(m.x.value(reply), n) {
		if a == m.hidden {
			return true
		}
	}
	return false
}
