package masknet

import (
	"fmt"
	"io/fs"

	"github.com/tapelight/tapelight/resources"
)

// Name is the file of the network that comes with the program, without its ending.
const Name = "sound"

// Shipped is the network that comes with the program. Reading it takes about a millisecond.
func Shipped() (*Network, error) {
	file, err := fs.ReadFile(resources.Models(), Name+".safetensors")
	if err != nil {
		return nil, fmt.Errorf("read sound network: %w", err)
	}
	return Read(file)
}

// Fits tells whether windows of so many samples are as long as the network knows them: between 36,000 and 60,000 samples a second.
func Fits(rate int) bool { return rate >= 36000 && rate <= 60000 }
