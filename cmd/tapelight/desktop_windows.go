package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unicode/utf16"
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

var (
	comdlg32        = windows.NewLazySystemDLL("comdlg32.dll")
	getOpenFileName = comdlg32.NewProc("GetOpenFileNameW")
	extendedError   = comdlg32.NewProc("CommDlgExtendedError")
	shell32         = windows.NewLazySystemDLL("shell32.dll")
	browseForFolder = shell32.NewProc("SHBrowseForFolderW")
	pathFromIDList  = shell32.NewProc("SHGetPathFromIDListEx")
	ole32           = windows.NewLazySystemDLL("ole32.dll")
	coTaskMemFree   = ole32.NewProc("CoTaskMemFree")
	coInitializeEx  = ole32.NewProc("CoInitializeEx")
	coUninitialize  = ole32.NewProc("CoUninitialize")
)

// openFileName is OPENFILENAMEW.
type openFileName struct {
	size                uint32
	owner, instance     uintptr
	filter, ownFilter   *uint16
	ownFilterLen, index uint32
	file                *uint16
	fileLen             uint32
	title               *uint16
	titleLen            uint32
	dir, caption        *uint16
	flags               uint32
	fileAt, endingAt    uint16
	ending              *uint16
	data, hook          uintptr
	template            *uint16
	reserved1           uintptr
	reserved2, flagsEx  uint32
}

const (
	ofnNoChangeDir  = 0x8
	ofnMultiSelect  = 0x200
	ofnFileMustBe   = 0x1000
	ofnExplorer     = 0x80000
	bufferTooSmall  = 0x3003
	bifNewStyle     = 0x50 // with an edit box and a button for new folders
	coInitApartment = 0x2
)

// PickVideos shows the system's chooser.
func (d *desktop) PickVideos(dir string) ([]string, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	patterns := "*." + strings.Join(videoEndings, ";*.")
	filter := utf16.Encode([]rune("Videos\x00" + patterns + "\x00All files\x00*.*\x00\x00"))
	file := make([]uint16, 1<<20) // for thousands of names
	o := openFileName{owner: d.handle(), filter: &filter[0], file: &file[0], fileLen: uint32(len(file)), index: 1,
		flags: ofnExplorer | ofnMultiSelect | ofnFileMustBe | ofnNoChangeDir}
	o.size = uint32(unsafe.Sizeof(o))
	var err error
	if o.caption, err = windows.UTF16PtrFromString("Add videos"); err != nil {
		return nil, err
	}
	if dir != "" {
		if o.dir, err = windows.UTF16PtrFromString(dir); err != nil {
			return nil, fmt.Errorf("folder %q: %w", dir, err)
		}
	}
	if ok, _, _ := getOpenFileName.Call(uintptr(unsafe.Pointer(&o))); ok == 0 {
		switch code, _, _ := extendedError.Call(); code {
		case 0:
			return nil, nil
		case bufferTooSmall:
			return nil, fmt.Errorf("too many files at once; choose their folder instead")
		default:
			return nil, fmt.Errorf("the system's file chooser failed with code 0x%x", code)
		}
	}
	return chosen(file), nil
}

// chosen reads GetOpenFileName's answer: one path, or a folder and the names in it.
func chosen(buf []uint16) []string {
	var parts []string
	for i := 0; i < len(buf) && buf[i] != 0; {
		end := i
		for end < len(buf) && buf[end] != 0 {
			end++
		}
		parts = append(parts, string(utf16.Decode(buf[i:end])))
		i = end + 1
	}
	if len(parts) < 2 {
		return parts
	}
	for i := range parts[1:] {
		parts[i+1] = filepath.Join(parts[0], parts[i+1])
	}
	return parts[1:]
}

// browseInfo is BROWSEINFOW.
type browseInfo struct {
	owner, root uintptr
	display     *uint16
	title       *uint16
	flags       uint32
	callback    uintptr
	param       uintptr
	image       int32
}

// PickFolder shows the system's chooser of folders. It always begins at the top: this chooser takes no folder to begin in.
func (d *desktop) PickFolder(title, _ string) (string, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if hr, _, _ := coInitializeEx.Call(0, coInitApartment); int32(hr) >= 0 {
		defer coUninitialize.Call()
	}
	t, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return "", err
	}
	display := make([]uint16, windows.MAX_PATH)
	info := browseInfo{owner: d.handle(), display: &display[0], title: t, flags: bifNewStyle}
	list, _, _ := browseForFolder.Call(uintptr(unsafe.Pointer(&info)))
	if list == 0 {
		return "", nil
	}
	defer coTaskMemFree.Call(list)
	path := make([]uint16, 1<<15)
	if ok, _, _ := pathFromIDList.Call(list, uintptr(unsafe.Pointer(&path[0])), uintptr(len(path)), 0); ok == 0 {
		return "", fmt.Errorf("what was chosen is not a folder on a disk")
	}
	return windows.UTF16ToString(path), nil
}

// ShowInFolder opens Explorer with the file marked. Explorer reads its command line in its own way, so that it is given as one string; a
// path can't hold a quotation mark on Windows.
func (d *desktop) ShowInFolder(path string) error {
	c := exec.Command("explorer.exe")
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: `explorer.exe /select,"` + path + `"`}
	if err := c.Start(); err != nil {
		return fmt.Errorf("explorer: %w", err)
	}
	// Explorer ends with 1 even when all is well.
	_ = c.Wait()
	return nil
}

// CopyPicture has the system's own shell put the picture onto the clipboard; the path goes by the environment, where nothing in it can be a command.
func (d *desktop) CopyPicture(path string) error {
	c := exec.Command("powershell.exe", "-NoProfile", "-NonInteractive", "-STA", "-Command",
		"Add-Type -AssemblyName System.Windows.Forms,System.Drawing; $i = [System.Drawing.Image]::FromFile($env:TAPELIGHT_PICTURE); "+
			"[System.Windows.Forms.Clipboard]::SetDataObject($i, $true); $i.Dispose()")
	c.Env = append(os.Environ(), "TAPELIGHT_PICTURE="+path)
	c.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Open shows a file in the person's usual program.
func (d *desktop) Open(path string) error {
	return launch("rundll32.exe", "url.dll,FileProtocolHandler", path)
}

// handle is the window's, so that choosers stay on top of it.
func (d *desktop) handle() uintptr {
	var h uintptr
	fyne.DoAndWait(func() {
		if n, ok := d.window.(driver.NativeWindow); ok {
			n.RunNative(func(context any) {
				if x, ok := context.(driver.WindowsWindowContext); ok {
					h = x.HWND
				}
			})
		}
	})
	return h
}
