package power_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/tapelight/tapelight/core/power"
)

func nowhere(t *testing.T) string { return "unix:path=" + filepath.Join(t.TempDir(), "nobody") }

func TestLogindHoldsTheMachineAwake(t *testing.T) {
	s := &service{}
	m := power.Machine{App: "Test", SystemBus: newBus(t), SessionBus: nowhere(t)}
	s.logind(t, m.SystemBus)
	for _, byContext := range []bool{false, true} {
		s.forget()
		ctx, cancel := context.WithCancel(t.Context())
		release, err := m.KeepAwake(ctx, "Videos are being restored")
		if err != nil {
			t.Fatal(err)
		}
		if got := s.heard(); !slices.Equal(got, []string{"sleep:idle|Test|Videos are being restored|block"}) {
			t.Errorf("%q", got)
		}
		if !held(t, s) {
			t.Error("the lock was given back at once")
		}
		if byContext {
			cancel()
		} else {
			release()
		}
		// Until the other end is closed; the bus, too, has a copy of it for a moment.
		lock := s.locks[0]
		if err := lock.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := lock.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the lock is held for ever: %v", err)
		}
		release()
		release()
		cancel()
	}
}

func TestTheDesktopHoldsTheMachineAwake(t *testing.T) {
	for _, c := range []struct {
		name   string
		portal bool
		want   []string
	}{
		{"portal", true, []string{"portal|why"}},
		{"screen saver", false, []string{"Test|why", "free 7"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			denied := &service{refuse: dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", []any{"no"})}
			s := &service{}
			m := power.Machine{App: "Test", SystemBus: newBus(t), SessionBus: newBus(t)}
			denied.logind(t, m.SystemBus)
			s.screenSaver(t, m.SessionBus)
			if c.portal {
				s.portal(t, m.SessionBus)
			}
			release, err := m.KeepAwake(t.Context(), "why")
			if err != nil {
				t.Fatal(err)
			}
			release()
			if got := s.heard(); !slices.Equal(got, c.want) {
				t.Errorf("asked %q", got)
			}
			if len(denied.heard()) != 1 {
				t.Error("logind was not asked first")
			}
		})
	}
}

func TestNoBus(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	for _, m := range []power.Machine{{SystemBus: nowhere(t), SessionBus: nowhere(t)}, {SystemBus: nowhere(t)}, {SystemBus: "nonsense", SessionBus: "unix:nonsense"}} {
		release, err := m.KeepAwake(t.Context(), "why")
		if _, ok := errors.AsType[*power.UnavailableError](err); !ok || release != nil {
			t.Errorf("%v", err)
		}
		if _, ok := errors.AsType[*power.NoBusError](err); !ok {
			t.Errorf("%v", err)
		}
		for _, f := range []func(context.Context) error{m.Sleep, m.Shutdown} {
			if _, ok := errors.AsType[*power.UnavailableError](f(t.Context())); !ok {
				t.Errorf("%v", err)
			}
		}
	}
}

// A bus without the services says so at once.
func TestAnEmptyBus(t *testing.T) {
	address := newBus(t)
	m := power.Machine{SystemBus: address, SessionBus: address}
	if _, err := m.KeepAwake(t.Context(), "why"); err == nil || !strings.Contains(err.Error(), "keep the machine awake") {
		t.Error(err)
	}
}

// A bus that takes the connection and says nothing does not hold us beyond our context.
func TestASilentBus(t *testing.T) {
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	gone := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	accepted := make(chan net.Conn)
	go func() {
		c, _ := l.Accept()
		cancel(gone)
		accepted <- c
	}()
	m := power.Machine{SystemBus: "unix:path=" + filepath.Join(dir, "bus"), SessionBus: nowhere(t)}
	if _, err := m.KeepAwake(ctx, "why"); !errors.Is(err, gone) {
		t.Error(err)
	}
	if c := <-accepted; c != nil {
		c.Close()
	}
	if err := m.Sleep(ctx); !errors.Is(err, gone) {
		t.Error(err)
	}
	if err := m.Shutdown(ctx); !errors.Is(err, gone) {
		t.Error(err)
	}
}

func TestSleepAndShutdown(t *testing.T) {
	for _, c := range []struct {
		can         string
		refuse      *dbus.Error
		unavailable bool
		refused     bool
		asked       int
	}{
		{"yes", nil, false, false, 2},
		{"challenge", nil, false, false, 2},
		{"na", nil, true, false, 0},
		{"no", nil, false, true, 0},
		{"yes", dbus.NewError("org.freedesktop.login1.BlockedByInhibitorLock", []any{"Operation denied due to active block inhibitor"}), false, true, 2},
	} {
		t.Run(c.can, func(t *testing.T) {
			s := &service{can: c.can, refuse: c.refuse}
			m := power.Machine{SystemBus: newBus(t)}
			s.logind(t, m.SystemBus)
			t.Setenv("PATH", "") // the machine's own systemctl is not to be asked
			for _, f := range []func(context.Context) error{m.Sleep, m.Shutdown} {
				err := f(t.Context())
				_, unavailable := errors.AsType[*power.UnavailableError](err)
				_, refused := errors.AsType[*power.RefusedError](err)
				if unavailable != c.unavailable || refused != c.refused || (err == nil) == (c.unavailable || c.refused) {
					t.Error(err)
				}
				if c.refuse != nil && !strings.Contains(err.Error(), "active block inhibitor") {
					t.Error(err)
				}
			}
			if got := s.heard(); len(got) != c.asked || c.asked == 2 && !slices.Equal(got, []string{"Suspend", "PowerOff"}) {
				t.Errorf("asked %q", got)
			}
		})
	}
}

// Where logind can't be reached systemctl is asked.
func TestSystemctl(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"$*\" >>" + dir + "/asked\n"
	if err := os.WriteFile(filepath.Join(dir, "systemctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	m := power.Machine{SystemBus: nowhere(t)}
	if err := m.Sleep(t.Context()); err != nil {
		t.Error(err)
	}
	if err := m.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "asked")); string(got) != "suspend\npoweroff\n" {
		t.Errorf("%q", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "systemctl"), []byte("#!/bin/sh\necho it is locked >&2; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := m.Sleep(t.Context()); err == nil || !strings.Contains(err.Error(), "it is locked") {
		t.Error(err)
	}
}
