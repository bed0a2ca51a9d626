package power_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/tapelight/tapelight/core/process"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`

// newBus starts a D-Bus of the test's own and returns its address.
func newBus(t *testing.T) string {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("there is no dbus-daemon")
	}
	dir, err := os.MkdirTemp("", "bus") // a test's own folder could be too deep for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, []byte(strings.Replace(busConfig, "SOCKET", filepath.Join(dir, "bus"), 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := process.Start(t.Context(), process.Spec{Path: daemon, Args: []string{"--config-file=" + config, "--nofork", "--nopidfile", "--print-address"}, Stdout: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	address, err := bufio.NewReader(c.Stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, c.Tail())
	}
	return strings.TrimSpace(address)
}

// service is a fake of the services that hold a machine awake or send it to sleep. It writes down what it was asked.
type service struct {
	mu     sync.Mutex
	asked  []string
	can    string      // logind's answer to Can...
	refuse *dbus.Error // its answer to Suspend and PowerOff, and to Inhibit
	locks  []*os.File  // our ends of the locks
}

func (s *service) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, text)
}

func (s *service) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// forget closes the locks.
func (s *service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.locks {
		f.Close()
	}
	s.asked, s.locks = nil, nil
}

// on puts the service on a bus.
func (s *service) on(t *testing.T, address, name string, path dbus.ObjectPath, iface string, methods map[string]any) {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.ExportMethodTable(methods, path, iface); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

func (s *service) logind(t *testing.T, address string) {
	t.Cleanup(s.forget)
	act := func(name string) func(bool) *dbus.Error {
		return func(interactive bool) *dbus.Error {
			if !interactive {
				s.note(name + " without asking")
			}
			s.note(name)
			return s.refuse
		}
	}
	can := func() (string, *dbus.Error) { return s.can, nil }
	s.on(t, address, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", map[string]any{
		"Inhibit": func(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
			s.note(strings.Join([]string{what, who, why, mode}, "|"))
			if s.refuse != nil {
				return 0, s.refuse
			}
			r, w, err := os.Pipe()
			if err != nil {
				return 0, dbus.MakeFailedError(err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.locks = append(s.locks, r, w)
			return dbus.UnixFD(w.Fd()), nil
		},
		"CanSuspend": can, "CanPowerOff": can, "Suspend": act("Suspend"), "PowerOff": act("PowerOff"),
	})
}

func (s *service) screenSaver(t *testing.T, address string) {
	s.on(t, address, "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", map[string]any{
		"Inhibit":   func(who, why string) (uint32, *dbus.Error) { s.note(who + "|" + why); return 77, nil },
		"UnInhibit": func(cookie uint32) *dbus.Error { s.note("free " + string(rune('0'+cookie/11))); return nil },
	})
}

func (s *service) portal(t *testing.T, address string) {
	const request = dbus.ObjectPath("/org/freedesktop/portal/desktop/request/1/t")
	s.on(t, address, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Inhibit", map[string]any{
		"Inhibit": func(_ string, flags uint32, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
			why, _ := options["reason"].Value().(string)
			s.note("portal|" + why)
			if flags != 4 {
				s.note("wrong flags")
			}
			return request, nil
		},
	})
}

// held tells whether somebody else has the lock's other end still.
func held(t *testing.T, s *service) bool {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r, w := s.locks[0], s.locks[1]
	w.Close() // our copy; the other side has its own
	raw, err := r.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	open := true
	if err := raw.Read(func(fd uintptr) bool {
		n, err := syscall.Read(int(fd), make([]byte, 1))
		open = !(n == 0 && err == nil)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return open
}
