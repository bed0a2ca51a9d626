package ui

import (
	"fmt"
	"path/filepath"
	"strings"
)

// withoutPath leaves out of a message the file that it is about: the window shows which one that is.
func withoutPath(message, path string) string {
	if path == "" {
		return message
	}
	message = strings.TrimPrefix(message, path+": ")
	return strings.ReplaceAll(message, path, filepath.Base(path))
}

// pictureName is the name offered for a picture of a moment: "tape at 0-01-02.5.png", which every file system takes.
func pictureName(video string, seconds float64) string {
	base := strings.TrimSuffix(filepath.Base(video), filepath.Ext(video))
	return fmt.Sprintf("%s at %s.png", base, strings.ReplaceAll(clockWords(seconds), ":", "-"))
}
