package monitor

import "golang.org/x/sys/windows"

// loadNVML looks in System32 alone, where the driver puts it: a library beside a video must not be run.
func loadNVML(path string) (uintptr, error) {
	var h windows.Handle
	var err error
	if path == "" {
		h, err = windows.LoadLibraryEx("nvml.dll", 0, windows.LOAD_LIBRARY_SEARCH_SYSTEM32)
	} else {
		h, err = windows.LoadLibraryEx(path, 0, windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	}
	return uintptr(h), err
}

func nvmlSymbol(library uintptr, name string) (uintptr, error) {
	return windows.GetProcAddress(windows.Handle(library), name)
}
