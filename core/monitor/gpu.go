package monitor

type gpuReading struct {
	cards []GPU
	why   string
}

// cards reads all graphics cards. The libraries and files are opened at the first read: it can take seconds, and there may be none.
type cards struct {
	drm, library string

	opened bool
	nvml   *nvml
	reason string // why nvml is nil
}

func (c *cards) read() gpuReading {
	if !c.opened {
		c.opened = true
		var err error
		if c.nvml, err = openNVML(c.library); err != nil {
			c.reason = err.Error()
		}
	}
	var r gpuReading
	nvidia, trouble := c.reason, ""
	if c.nvml != nil {
		var err error
		nvidia = "NVIDIA's driver finds no card"
		if r.cards, err = c.nvml.read(); err != nil {
			nvidia, trouble = err.Error(), err.Error()
		}
	}
	amd, reason := readAMD(c.drm)
	r.cards = append(r.cards, amd...)
	r.why = trouble // a card that is there but can't be read is worth a word even beside one that can
	if len(r.cards) == 0 {
		r.why = "no graphics card to watch: " + nvidia + "; " + reason
	}
	return r
}

func (c *cards) close() {
	if c.nvml != nil {
		c.nvml.close()
		c.nvml = nil
	}
}

// within is v as a percentage, or Unknown where a driver tells nonsense.
func within(v float64) float64 {
	if v < 0 || v > 100 {
		return Unknown
	}
	return v
}
