// Package icons holds the program's own icon. tapelight.svg is the source; render.sh makes the PNGs from it.
package icons

import _ "embed"

//go:embed tapelight.svg
var svg []byte

//go:embed tapelight-256.png
var png256 []byte

// SVG is the icon as a drawing, for use inside the window at any size.
func SVG() []byte { return svg }

// PNG is the icon at 256x256 pixels, for window managers and task bars.
func PNG() []byte { return png256 }
