// Package icons holds the program's own icon. tapelight.svg is the source; render.sh makes the PNGs from it.
package icons

import _ "embed"

//go:embed tapelight-256.png
var png256 []byte

// PNG is the icon at 256x256 pixels, for the window, window managers and task bars.
func PNG() []byte { return png256 }
