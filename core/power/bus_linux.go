package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// NoBusError says that a D-Bus is not to be had.
type NoBusError struct {
	Bus string // "system" or "session"
	Err error
}

func (e *NoBusError) Error() string { return fmt.Sprintf("no D-Bus %s bus: %v", e.Bus, e.Err) }

func (e *NoBusError) Unwrap() error { return e.Err }

func (m Machine) systemBus(ctx context.Context) (*bus, error) {
	address := m.SystemBus
	if address == "" {
		address = os.Getenv("DBUS_SYSTEM_BUS_ADDRESS")
	}
	if address == "" {
		address = "unix:path=/var/run/dbus/system_bus_socket"
	}
	return connect(ctx, "system", address)
}

func (m Machine) sessionBus(ctx context.Context) (*bus, error) {
	address := m.SessionBus
	if address == "" {
		address = os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	}
	if address == "" || address == "autolaunch:" { // a bus of our own would hold nobody awake
		socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
		if _, err := os.Stat(socket); !filepath.IsAbs(socket) || err != nil {
			return nil, &NoBusError{"session", errors.New("there is no desktop session")}
		}
		address = "unix:path=" + dbus.EscapeBusAddressValue(socket)
	}
	return connect(ctx, "session", address)
}

// bus is a connection of our own.
type bus struct{ *dbus.Conn }

// connect has a bound of its own: a bus that takes the connection and says nothing must not hold us. The connection lives on when ctx ends.
func connect(ctx context.Context, name, address string) (*bus, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, end)
	conn, err := dbus.Connect(address, dbus.WithContext(life))
	if !stop() {
		if err == nil {
			conn.Close()
		}
		err = errors.New("it does not answer")
	}
	if err != nil {
		end()
		return nil, &NoBusError{name, err}
	}
	return &bus{conn}, nil
}

// call asks for a method and stores its answer. Where ctx ends first, the error is the context's.
func (b *bus) call(ctx context.Context, object dbus.BusObject, method string, out []any, args ...any) error {
	err := object.CallWithContext(ctx, method, 0, args...).Store(out...)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%s does not answer", object.Destination())
	}
	return err
}

const (
	loginName    = "org.freedesktop.login1"
	loginPath    = "/org/freedesktop/login1"
	loginManager = loginName + ".Manager."

	screenName = "org.freedesktop.ScreenSaver"
	screenPath = "/org/freedesktop/ScreenSaver"

	portalName    = "org.freedesktop.portal.Desktop"
	portalPath    = "/org/freedesktop/portal/desktop"
	portalInhibit = "org.freedesktop.portal.Inhibit.Inhibit"
	portalSuspend = uint32(4) // of its flags: 1 logout, 2 user switch, 4 suspend, 8 idle
)

// inhibitLogin takes one of logind's locks. It holds as long as the file that logind hands out is open.
func (m Machine) inhibitLogin(ctx context.Context, reason string) (func(), error) {
	b, err := m.systemBus(ctx)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if !b.SupportsUnixFDs() {
		return nil, &NoBusError{"system", errors.New("it passes no files on")}
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	var fd dbus.UnixFD
	if err := b.call(ctx, b.Object(loginName, loginPath), loginManager+"Inhibit", []any{&fd}, "sleep:idle", m.app(), reason, "block"); err != nil {
		return nil, err
	}
	unix.CloseOnExec(int(fd)) // else a child that outlives the lock would hold it
	lock := os.NewFile(uintptr(fd), "login1 inhibitor")
	if lock == nil {
		return nil, errors.New("it handed out no file")
	}
	return func() { lock.Close() }, nil
}

// inhibitPortal asks the desktop through its portal, which sandboxes let through. It holds as long as the connection.
func (m Machine) inhibitPortal(ctx context.Context, reason string) (func(), error) {
	b, err := m.sessionBus(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	var request dbus.ObjectPath
	options := map[string]dbus.Variant{"reason": dbus.MakeVariant(reason)}
	if err := b.call(ctx, b.Object(portalName, portalPath), portalInhibit, []any{&request}, "", portalSuspend, options); err != nil {
		b.Close()
		return nil, err
	}
	return func() { b.release(portalName, request, "org.freedesktop.portal.Request.Close") }, nil
}

// inhibitScreen asks what most desktops offer to video players; the screen stays on too. It holds as long as the connection.
func (m Machine) inhibitScreen(ctx context.Context, reason string) (func(), error) {
	b, err := m.sessionBus(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	var cookie uint32
	if err := b.call(ctx, b.Object(screenName, screenPath), screenName+".Inhibit", []any{&cookie}, m.app(), reason); err != nil {
		b.Close()
		return nil, err
	}
	return func() { b.release(screenName, screenPath, screenName+".UnInhibit", cookie) }, nil
}

// release gives a hold back and closes the connection, which gives it back in any case.
func (b *bus) release(name string, path dbus.ObjectPath, method string, args ...any) {
	ctx, cancel := context.WithTimeout(context.Background(), askFor/10)
	defer cancel()
	_ = b.call(ctx, b.Object(name, path), method, nil, args...)
	b.Close()
}

// loginAction asks logind to Suspend or PowerOff, after a look whether it can.
func (m Machine) loginAction(ctx context.Context, what, action string) error {
	b, err := m.systemBus(ctx)
	if err != nil {
		return err
	}
	defer b.Close()
	login := b.Object(loginName, loginPath)
	asking, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	can := ""
	if err := b.call(asking, login, loginManager+"Can"+action, []any{&can}); err != nil {
		return err
	}
	switch can {
	case "na":
		return &UnavailableError{What: what, Errs: []error{errors.New("the hardware or the system can't")}}
	case "no":
		return &RefusedError{What: what}
	}
	deciding, cancel := context.WithTimeout(ctx, decideFor)
	defer cancel()
	interactive := true // the person may be asked for a password
	if err := b.call(deciding, login, loginManager+action, nil, interactive); err != nil {
		return &RefusedError{What: what, Err: err}
	}
	return nil
}

func (m Machine) app() string {
	if m.App == "" {
		return "Tapelight"
	}
	return m.App
}
