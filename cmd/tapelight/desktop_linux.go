package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/rymdport/portal/filechooser"

	"github.com/tapelight/tapelight/ui"
)

// PickVideos asks the desktop portal, so that people get their own desktop's chooser.
func (d *desktop) PickVideos(dir string) ([]string, error) {
	var rules []filechooser.Rule
	for _, e := range videoEndings {
		rules = append(rules, filechooser.Rule{Type: filechooser.GlobPattern, Pattern: anyCase("*." + e)})
	}
	videos := &filechooser.Filter{Name: "Videos", Rules: rules}
	all := &filechooser.Filter{Name: "All files", Rules: []filechooser.Rule{{Type: filechooser.GlobPattern, Pattern: "*"}}}
	uris, err := filechooser.OpenFile(d.handle(), "Add videos", &filechooser.OpenFileOptions{
		AcceptLabel: "Add", Multiple: true, Filters: []*filechooser.Filter{videos, all}, CurrentFilter: videos, CurrentFolder: dir})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ui.ErrNoPicker, err)
	}
	return filePaths(uris), nil
}

// PickFolder asks the desktop portal.
func (d *desktop) PickFolder(title, dir string) (string, error) {
	uris, err := filechooser.OpenFile(d.handle(), title, &filechooser.OpenFileOptions{AcceptLabel: "Choose", Directory: true, CurrentFolder: dir})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ui.ErrNoPicker, err)
	}
	if paths := filePaths(uris); len(paths) > 0 {
		return paths[0], nil
	}
	return "", nil
}

// ShowInFolder opens the folder that path is in.
func (d *desktop) ShowInFolder(path string) error { return launch("xdg-open", filepath.Dir(path)) }

// CopyPicture hands the picture to the desktop's own clipboard program, which keeps it for as long as nothing else is copied.
func (d *desktop) CopyPicture(path string) error {
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		if name, err := exec.LookPath("wl-copy"); err == nil {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			c := exec.Command(name, "--type", "image/png")
			c.Stdin = f
			return c.Run()
		}
	}
	if _, err := exec.LookPath("xclip"); err != nil {
		return fmt.Errorf("copying pictures needs xclip, or wl-clipboard on Wayland; install it, or save the picture instead")
	}
	return launch("xclip", "-selection", "clipboard", "-t", "image/png", "-i", path)
}

// Open shows a file in the person's usual program.
func (d *desktop) Open(path string) error { return launch("xdg-open", path) }

// handle names the window to the portal, so that the chooser stays on top of it.
func (d *desktop) handle() string {
	name := ""
	fyne.DoAndWait(func() {
		if n, ok := d.window.(driver.NativeWindow); ok {
			n.RunNative(func(context any) {
				if x, ok := context.(driver.X11WindowContext); ok {
					name = fmt.Sprintf("x11:%x", x.WindowHandle)
				}
			})
		}
	})
	return name
}

// anyCase makes a glob match either case: "*.avi" becomes "*.[aA][vV][iI]". Digits and signs stay.
func anyCase(glob string) string {
	var b strings.Builder
	for _, r := range glob {
		if lower, upper := strings.ToLower(string(r)), strings.ToUpper(string(r)); lower != upper {
			b.WriteString("[" + lower + upper + "]")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// filePaths are the paths of the chooser's answer, which the portal module has unescaped already: in doing so it turns a plus sign into
// a space, which is put right here by looking for the file.
func filePaths(uris []string) []string {
	var paths []string
	for _, s := range uris {
		if path, ok := strings.CutPrefix(s, "file://"); ok {
			paths = append(paths, withPlus(path))
		}
	}
	return paths
}

// withPlus finds the existing file whose name is that of path when its plus signs are read as spaces. path is returned if it exists, or if
// no such file does.
func withPlus(path string) string {
	if _, err := os.Lstat(path); err == nil || path == filepath.Dir(path) {
		return path
	}
	dir := withPlus(filepath.Dir(path))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return path
	}
	for _, e := range entries {
		if strings.ReplaceAll(e.Name(), "+", " ") == filepath.Base(path) {
			return filepath.Join(dir, e.Name())
		}
	}
	return path
}
