// Package resources holds what ships inside the program: presets, networks and icons.
package resources

import (
	"embed"
	"io/fs"
)

//go:embed presets/*.toml
var presets embed.FS

//go:embed models/*.onnx models/*.safetensors
var models embed.FS

// Presets has the built-in presets at its root.
func Presets() fs.FS { return sub(presets, "presets") }

// Models has the built-in networks at its root.
func Models() fs.FS { return sub(models, "models") }

func sub(fsys fs.FS, dir string) fs.FS {
	s, err := fs.Sub(fsys, dir)
	if err != nil {
		panic(err) // the directory is embedded by the line above
	}
	return s
}
