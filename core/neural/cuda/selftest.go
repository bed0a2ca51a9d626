//go:build cuda && cgo

package cuda

func (e *Engine) selfTest(c *card, v *variant) error { return nil }
