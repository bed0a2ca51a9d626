//go:build cuda && cgo

package cuda

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorgonia.org/cu"
)

// card is one graphics card that can be used.
type card struct {
	number     int
	device     cu.Device
	name       string
	uuid       string
	memory     uint64 // bytes in all
	capability int    // 10*major+minor
	processors int
	shared     int // bytes of shared memory a block may have
}

func (c *card) id() string { return fmt.Sprintf("cuda:%d", c.number) }

// leastCapability is that of Pascal's consumer cards.
const leastCapability = 61

// cards lists the cards, or says why there is none that can be used.
func cards() ([]*card, error) {
	if err := loadDriver(); err != nil {
		return nil, err
	}
	n, err := cu.NumDevices()
	if err != nil {
		return nil, fmt.Errorf("count the NVIDIA cards: %w", err)
	}
	if n == 0 {
		return nil, &DriverError{Reason: "the NVIDIA driver finds no graphics card"}
	}
	var all []*card
	var why error
	for i := range n {
		c, err := look(i)
		switch {
		case err != nil:
			why = fmt.Errorf("ask the driver about card %d: %w", i, err)
		case c.capability < leastCapability:
			why = fmt.Errorf("%s is too old: it has compute capability %d.%d, 6.1 (GeForce 10 series) or more is needed", c.name, c.capability/10, c.capability%10)
		default:
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil, why
	}
	return all, nil
}

func look(i int) (*card, error) {
	d, err := cu.GetDevice(i)
	if err != nil {
		return nil, err
	}
	c := &card{number: i, device: d}
	if c.name, err = d.Name(); err != nil {
		return nil, err
	}
	memory, err := d.TotalMem()
	if err != nil {
		return nil, err
	}
	c.memory = uint64(memory)
	major, minor, err := d.ComputeCapability()
	if err != nil {
		return nil, err
	}
	c.capability = 10*major + minor
	if id, err := d.UUID(); err == nil {
		c.uuid = id.String()
	}
	if c.processors, err = d.Attribute(cu.MultiprocessorCount); err != nil {
		return nil, err
	}
	const optIn = cu.DeviceAttribute(97) // CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
	if c.shared, err = d.Attribute(optIn); err != nil || c.shared == 0 {
		if c.shared, err = d.Attribute(cu.MaxSharedMemoryPerBlock); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// pick takes the cards that a name means: "" all, to choose from; "cuda:0" one; "cuda:0,1" several, to share the work. named tells whether any was.
func pick(all []*card, name string) (some []*card, named bool, err error) {
	if name == "" || name == "cuda" {
		return all, false, nil
	}
	list, ok := strings.CutPrefix(name, "cuda:")
	if !ok {
		return nil, false, fmt.Errorf("the cuda engine has no device %q", name)
	}
	for _, part := range strings.Split(list, ",") {
		i, err := strconv.Atoi(part)
		if err != nil || i < 0 {
			return nil, false, fmt.Errorf("%q names no card; cuda:0 is the first, cuda:0,1 are the first two", name)
		}
		found := false
		for _, c := range all {
			if c.number == i {
				for _, s := range some {
					if s == c {
						return nil, false, fmt.Errorf("%q names card %d twice", name, i)
					}
				}
				some, found = append(some, c), true
			}
		}
		if !found {
			return nil, false, fmt.Errorf("there is no card cuda:%d that can be used", i)
		}
	}
	return some, true, nil
}

// outOfMemory tells whether less might have fitted.
func outOfMemory(err error) bool {
	if errors.Is(err, cu.OutOfMemory) {
		return true
	}
	own, ok := errors.AsType[*codeError](err)
	return ok && own.code == int(cu.OutOfMemory)
}
