// Package masknet is the neural half of the sound denoiser: a small convolutional network that looks at what the other half estimated (core/audio: the
// signal to noise ratio of each bin, from both ends of time; what a longer window makes of the sound) in its surroundings of time and frequency, corrects
// the gains that come of it, and says how much of the longer window's result is to be taken. The network was trained by resources/models/training/sound.
package masknet

// What the network sees of a window: bins one by one as far as fine, then in groups of wide.
const (
	Window = 2048 // samples; the network knows no other
	Long   = 8192 // samples of the window that it weighs against this one
	Bins   = Window/2 + 1

	fine = 256
	wide = 4
	grid = fine + (Bins-1-fine)/wide

	features = 6
	c0, c1   = 16, 24 // channels: every window and grid point; every second window and fourth point
	c2       = 32     // every second window and sixteenth point
)

// Network is what was trained. It may be used by any number of streams at once.
type Network struct {
	first, down1, down2, up2, up1, last conv
	place, place2                       []float32 // added to first and down2, for each channel and grid point
	body1                               [2]block
	body2                               [3]block
	tail1, tail0                        block
}

// conv holds weights (to x from x time x frequency) and biases.
type conv struct {
	to, from, rows, taps int
	w, bias              []float32
}

// block is x + across(leaky(around(x))): around is a convolution of each channel by itself, across one of the channels at each point.
type block struct {
	around, across conv
	dilation       int // windows between the rows of around
}

// Read takes a file in the safetensors format, as export.py writes it. Its errors wrap ErrWeights.
func Read(file []byte) (*Network, error) {
	t, err := parse(file)
	if err != nil {
		return nil, err
	}
	get := func(name string, size int) (out []float32) {
		if err == nil {
			out, err = t.take(name, size)
		}
		return out
	}
	newConv := func(name string, to, from, rows, taps int) conv {
		return conv{to, from, rows, taps, get(name+".weight", to*from*rows*taps), get(name+".bias", to)}
	}
	newBlock := func(name string, channels, rows, dilation int) block {
		return block{newConv(name+".around", channels, 1, rows, 3), newConv(name+".across", channels, channels, 1, 1), dilation}
	}
	n := &Network{
		first: newConv("first", c0, features, 3, 3),
		place: get("place", c0*grid),
		down1: newConv("down1", c1, c0, 2, 4),
		body1: [2]block{newBlock("body1.0", c1, 3, 1), newBlock("body1.1", c1, 3, 2)},
		down2: newConv("down2", c2, c1, 1, 4), place2: get("place2", c2*grid/16),
		body2: [3]block{newBlock("body2.0", c2, 5, 1), newBlock("body2.1", c2, 5, 2), newBlock("body2.2", c2, 5, 4)},
		up2:   newConv("up2", c1, c2, 1, 1), tail1: newBlock("tail1", c1, 3, 1),
		up1: newConv("up1", c0, c1, 1, 1), tail0: newBlock("tail0", c0, 3, 1),
		last: newConv("last", 2, c0, 1, 1),
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}
