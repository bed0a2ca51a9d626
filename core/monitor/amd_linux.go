package monitor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readAMD reads the files that the amdgpu driver keeps for each card under root. If there is no card, it says so.
func readAMD(root string) (cards []GPU, reason string) {
	found, _ := filepath.Glob(filepath.Join(root, "card[0-9]*", "device", "gpu_busy_percent")) // the only error is a bad pattern
	for _, file := range found {
		device := filepath.Dir(file)
		g := GPU{Name: amdName(device), Busy: Unknown, Enc: Unknown, Dec: Unknown, Temp: Unknown, Source: "amdgpu"}
		if v, ok := number(file); ok {
			g.Busy = within(float64(v))
		}
		used, okUsed := number(filepath.Join(device, "mem_info_vram_used"))
		total, okTotal := number(filepath.Join(device, "mem_info_vram_total"))
		if okUsed && okTotal && used >= 0 && used <= total {
			g.MemUsed, g.MemTotal = uint64(used), uint64(total)
		}
		sensors, _ := filepath.Glob(filepath.Join(device, "hwmon", "hwmon*", "temp1_input"))
		for _, s := range sensors {
			if v, ok := number(s); ok {
				g.Temp = float64(v) / 1000
				break
			}
		}
		cards = append(cards, g)
	}
	if len(cards) == 0 {
		return nil, fmt.Sprintf("no AMD card (%s)", root)
	}
	return cards, ""
}

// amdName is the card's own name where the driver knows one, else its place and PCI id.
func amdName(device string) string {
	if name := text(filepath.Join(device, "product_name")); name != "" {
		return name
	}
	name := "AMD " + filepath.Base(filepath.Dir(device))
	if id := text(filepath.Join(device, "device")); id != "" {
		name += " (" + strings.TrimPrefix(id, "0x") + ")"
	}
	return name
}

// text is the first line of a small file; empty if it can't be read.
func text(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data[:min(len(data), 200)]), "\n")
	return strings.TrimSpace(strings.ToValidUTF8(line, "?"))
}

func number(path string) (int64, bool) {
	n, err := strconv.ParseInt(text(path), 10, 64)
	return n, err == nil
}
