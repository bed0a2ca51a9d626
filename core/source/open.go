package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/tapelight/tapelight/core/process"
)

// openCheck finds the plain reasons why path can't be read, before ffmpeg is asked, and returns the file's first bytes.
func openCheck(path string) (os.FileInfo, []byte, error) {
	bad := func(err error, reason string) (os.FileInfo, []byte, error) {
		return nil, nil, &InputError{path, reason, err}
	}
	if strings.ContainsRune(path, 0) {
		return bad(fs.ErrInvalid, "A file name can't hold a zero character.")
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bad(err, "There is no such file. It may have been moved, or its disk is not connected.")
	case errors.Is(err, fs.ErrPermission):
		return bad(err, "This folder may not be read. Ask its owner for the permission.")
	case err != nil:
		return bad(err, "The file can't be reached: "+err.Error()+".")
	case info.IsDir():
		return bad(nil, "This is a folder, not a recording. Choose the files in it.")
	case !info.Mode().IsRegular(): // a pipe would wait for ever
		return bad(nil, "This is a device or a pipe, not a file. Capture it to a file first.")
	case info.Size() == 0:
		return bad(nil, "The file is empty.")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return bad(err, "The file may not be read. Ask its owner for the permission.")
	}
	if err != nil {
		return bad(err, "The file can't be opened: "+err.Error()+".")
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return bad(err, "The file can't be read: "+err.Error()+".")
	}
	if head = head[:n]; isPlaylist(head) {
		return bad(nil, "This is a playlist, not a recording: it only names other files. Choose those.")
	}
	return info, head, nil
}

// isPlaylist knows the texts that point to other files, which ffmpeg would follow.
func isPlaylist(head []byte) bool {
	s := strings.ToLower(strings.TrimLeft(string(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))), " \t\r\n"))
	for _, start := range []string{"#extm3u", "ffconcat version", "[playlist]", "[reference]", "<asx", "<smil", "<mpd", "v=0\r\no=", "v=0\no=", "rtsptext", "rtsp://"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	if strings.HasPrefix(s, "<?xml") {
		for _, tag := range []string{"<mpd", "<smil", "<playlist", "<compositionplaylist", "<smoothstreamingmedia"} {
			if strings.Contains(s, tag) {
				return true
			}
		}
	}
	// concat scripts may do without their first line
	return strings.HasPrefix(s, "file '") || strings.HasPrefix(s, "file /") || strings.HasPrefix(s, "file \"")
}

// isContainer knows the first bytes of the common containers, to tell a damaged recording from something else.
func isContainer(head []byte) bool {
	at := func(i int, magic string) bool {
		return len(head) >= i+len(magic) && string(head[i:i+len(magic)]) == magic
	}
	for _, box := range []string{"ftyp", "moov", "mdat", "wide", "free", "skip"} {
		if at(4, box) {
			return true
		}
	}
	return at(0, "RIFF") || at(0, "\x1aE\xdf\xa3") || at(0, "\x00\x00\x01\xba") || at(0, "\x00\x00\x01\xb3") || at(0, "0&\xb2\x75\x8e\x66\xcf\x11") || at(0, "OggS") ||
		at(0, "FLV\x01") || at(0, "\x06\x0e\x2b\x34") || at(0, "\x1f\x07\x00") || (at(0, "G") && at(188, "G"))
}

// probeFailed words ffmpeg's refusal for people. A cancelled context stays what it is.
func probeFailed(ctx context.Context, path string, head []byte, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *process.ExitError
	if !errors.As(err, &exit) {
		if errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "no answer within") {
			return &InputError{path, "The file took more than a minute to open. It is damaged, or its disk does not answer.", err}
		}
		return err
	}
	switch {
	case strings.Contains(exit.Tail, "moov atom not found"):
		return &InputError{path, "The recording is damaged beyond reading: its index is missing, as happens when a recorder is switched off before it finishes.", err}
	case isContainer(head):
		return &InputError{path, "The recording is damaged beyond reading.", err}
	}
	return &InputError{path, "This is not a video that can be read.", err}
}
