package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/ebitengine/purego"
)

// nvml is NVIDIA's management library, loaded at run time: the program must start without it. Functions a driver doesn't have
// are nil.
type nvml struct {
	count  func(n *uint32) uint32
	handle func(index uint32, device *uintptr) uint32
	down   func() uint32

	name     func(device uintptr, text *byte, size uint32) uint32
	memory   func(device uintptr, bytes *nvmlMemory) uint32
	busy     func(device uintptr, percent *nvmlUtilization) uint32
	enc, dec func(device uintptr, percent, periodMicros *uint32) uint32
	temp     func(device uintptr, sensor uint32, celsius *uint32) uint32
}

// nvmlMemory and nvmlUtilization are laid out as nvmlMemory_t and nvmlUtilization_t in nvml.h.
type (
	nvmlMemory      struct{ total, _, used uint64 }
	nvmlUtilization struct{ gpu, _ uint32 }
)

// openNVML loads path, or the system's library if path is empty. The error says in a sentence why NVIDIA cards can't be watched.
func openNVML(path string) (*nvml, error) {
	library, err := loadNVML(path)
	if err != nil {
		return nil, fmt.Errorf("no NVIDIA driver (%w)", err)
	}
	l := &nvml{}
	var start func() uint32
	needed := []struct {
		name string
		into any
	}{
		{"nvmlInit_v2", &start}, {"nvmlShutdown", &l.down},
		{"nvmlDeviceGetCount_v2", &l.count}, {"nvmlDeviceGetHandleByIndex_v2", &l.handle},
	}
	for _, f := range needed {
		if err := bind(library, f.name, f.into); err != nil {
			return nil, fmt.Errorf("NVIDIA's driver is too old: its library lacks %s", f.name)
		}
	}
	for name, into := range map[string]any{
		"nvmlDeviceGetName": &l.name, "nvmlDeviceGetMemoryInfo": &l.memory, "nvmlDeviceGetUtilizationRates": &l.busy,
		"nvmlDeviceGetEncoderUtilization": &l.enc, "nvmlDeviceGetDecoderUtilization": &l.dec, "nvmlDeviceGetTemperature": &l.temp,
	} {
		_ = bind(library, name, into) // without it, one figure is unknown
	}
	if code := start(); code != 0 {
		return nil, fmt.Errorf("NVIDIA's driver does not start: %w", nvmlError(code))
	}
	return l, nil
}

// bind points the function variable at into to a symbol.
func bind(library uintptr, name string, into any) (err error) {
	address, err := nvmlSymbol(library, name)
	if err != nil {
		return err
	}
	if address == 0 {
		return errors.New("no such symbol")
	}
	purego.RegisterFunc(into, address)
	return nil
}

// read returns all cards that answer; the error is of the first that doesn't.
func (l *nvml) read() (cards []GPU, err error) {
	var n uint32
	if code := l.count(&n); code != 0 {
		return nil, fmt.Errorf("NVIDIA's driver does not tell its cards: %w", nvmlError(code))
	}
	for i := range min(n, 64) {
		var device uintptr
		if code := l.handle(i, &device); code != 0 {
			if err == nil {
				err = fmt.Errorf("NVIDIA card %d does not answer: %w", i, nvmlError(code))
			}
			continue
		}
		cards = append(cards, l.card(i, device))
	}
	return cards, err
}

func (l *nvml) card(index uint32, device uintptr) GPU {
	g := GPU{Name: fmt.Sprintf("NVIDIA card %d", index), Busy: Unknown, Enc: Unknown, Dec: Unknown, Temp: Unknown, Source: "nvml"}
	text := make([]byte, 96) // NVML_DEVICE_NAME_V2_BUFFER_SIZE
	if l.name != nil && l.name(device, &text[0], uint32(len(text)-1)) == 0 {
		name, _, _ := bytes.Cut(text, []byte{0})
		if s := strings.TrimSpace(strings.ToValidUTF8(string(name), "?")); s != "" {
			g.Name = s
		}
	}
	var memory nvmlMemory
	if l.memory != nil && l.memory(device, &memory) == 0 && memory.used <= memory.total {
		g.MemUsed, g.MemTotal = memory.used, memory.total
	}
	var busy nvmlUtilization
	if l.busy != nil && l.busy(device, &busy) == 0 {
		g.Busy = within(float64(busy.gpu))
	}
	var value, period uint32
	if l.enc != nil && l.enc(device, &value, &period) == 0 {
		g.Enc = within(float64(value))
	}
	if l.dec != nil && l.dec(device, &value, &period) == 0 {
		g.Dec = within(float64(value))
	}
	const core = 0 // NVML_TEMPERATURE_GPU
	if l.temp != nil && l.temp(device, core, &value) == 0 {
		g.Temp = float64(value)
	}
	return g
}

func (l *nvml) close() { l.down() }

// nvmlError is a code of nvmlReturn_t. The library's own nvmlErrorString is younger than some drivers.
type nvmlError uint32

func (e nvmlError) Error() string {
	switch e {
	case 3:
		return "not supported (code 3)"
	case 4:
		return "this user may not (code 4)"
	case 9:
		return "the kernel module is not loaded (code 9)"
	case 12:
		return "a library is missing (code 12)"
	case 15:
		return "the card has fallen off the bus or hangs (code 15)"
	case 18:
		return "the library and the kernel module are of different versions; restart the computer (code 18)"
	}
	return fmt.Sprintf("code %d", uint32(e))
}
