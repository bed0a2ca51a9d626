package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Mode is how the window looks.
type Mode string

const (
	Dark   Mode = "dark"
	Light  Mode = "light"
	System Mode = "system" // as the desktop does
)

// Colours of our own besides Fyne's.
const (
	colorSurface fyne.ThemeColorName = "tapelightSurface" // panels
	colorRaised  fyne.ThemeColorName = "tapelightRaised"  // cards on panels
	colorMuted   fyne.ThemeColorName = "tapelightMuted"   // secondary text
	colorTrack   fyne.ThemeColorName = "tapelightTrack"   // the empty part of a bar
	colorNotice  fyne.ThemeColorName = "tapelightNotice"  // the ground of a banner
	colorStage   fyne.ThemeColorName = "tapelightStage"   // around the pictures of the preview
)

// gap is the step of the spacing grid, in Fyne's units.
const gap float32 = 8

// tapeTheme is quiet: neutral greys, because one judges pictures beside them, and a single accent, the amber of a lamp.
type tapeTheme struct{ mode Mode }

var (
	darkColors = map[fyne.ThemeColorName]color.Color{
		theme.ColorNameBackground:          grey(0x17),
		theme.ColorNameHeaderBackground:    grey(0x1f),
		theme.ColorNameMenuBackground:      grey(0x2c),
		theme.ColorNameOverlayBackground:   grey(0x26),
		theme.ColorNameInputBackground:     grey(0x2c),
		theme.ColorNameInputBorder:         grey(0x4a),
		theme.ColorNameButton:              grey(0x36),
		theme.ColorNameDisabledButton:      grey(0x28),
		theme.ColorNameDisabled:            grey(0x7a),
		theme.ColorNamePlaceHolder:         grey(0xa8),
		theme.ColorNameForeground:          grey(0xee),
		theme.ColorNamePrimary:             rgb(0xf2, 0xb1, 0x4c),
		theme.ColorNameHyperlink:           rgb(0xf2, 0xb1, 0x4c),
		theme.ColorNameForegroundOnPrimary: grey(0x17),
		theme.ColorNameFocus:               rgba(0xf2, 0xb1, 0x4c, 0x66),
		theme.ColorNameSelection:           rgba(0xf2, 0xb1, 0x4c, 0x24),
		theme.ColorNameHover:               rgba(0xff, 0xff, 0xff, 0x10),
		theme.ColorNamePressed:             rgba(0xff, 0xff, 0xff, 0x20),
		theme.ColorNameSeparator:           grey(0x30),
		theme.ColorNameShadow:              rgba(0, 0, 0, 0x70),
		theme.ColorNameScrollBar:           rgba(0xff, 0xff, 0xff, 0x50),
		theme.ColorNameScrollBarBackground: rgba(0, 0, 0, 0),
		theme.ColorNameSuccess:             rgb(0x7f, 0xcf, 0x9b),
		theme.ColorNameWarning:             rgb(0xff, 0xa5, 0x7a),
		theme.ColorNameError:               rgb(0xff, 0x8f, 0x8a),
		theme.ColorNameForegroundOnSuccess: grey(0x17),
		theme.ColorNameForegroundOnWarning: grey(0x17),
		theme.ColorNameForegroundOnError:   grey(0x17),
		colorSurface:                       grey(0x1f),
		colorRaised:                        grey(0x29),
		colorMuted:                         grey(0xa8),
		colorTrack:                         grey(0x3c),
		colorNotice:                        rgb(0x3d, 0x2c, 0x22),
		colorStage:                         grey(0x0d),
	}
	lightColors = map[fyne.ThemeColorName]color.Color{
		theme.ColorNameBackground:          grey(0xec),
		theme.ColorNameHeaderBackground:    grey(0xf8),
		theme.ColorNameMenuBackground:      grey(0xff),
		theme.ColorNameOverlayBackground:   grey(0xfc),
		theme.ColorNameInputBackground:     grey(0xff),
		theme.ColorNameInputBorder:         grey(0xb4),
		theme.ColorNameButton:              grey(0xe0),
		theme.ColorNameDisabledButton:      grey(0xec),
		theme.ColorNameDisabled:            grey(0x8c),
		theme.ColorNamePlaceHolder:         grey(0x5c),
		theme.ColorNameForeground:          grey(0x1c),
		theme.ColorNamePrimary:             rgb(0x95, 0x5c, 0x00),
		theme.ColorNameHyperlink:           rgb(0x95, 0x5c, 0x00),
		theme.ColorNameForegroundOnPrimary: grey(0xff),
		theme.ColorNameFocus:               rgba(0x95, 0x5c, 0x00, 0x55),
		theme.ColorNameSelection:           rgba(0xc8, 0x82, 0x10, 0x2c),
		theme.ColorNameHover:               rgba(0, 0, 0, 0x0c),
		theme.ColorNamePressed:             rgba(0, 0, 0, 0x18),
		theme.ColorNameSeparator:           grey(0xdc),
		theme.ColorNameShadow:              rgba(0, 0, 0, 0x30),
		theme.ColorNameScrollBar:           rgba(0, 0, 0, 0x50),
		theme.ColorNameScrollBarBackground: rgba(0, 0, 0, 0),
		theme.ColorNameSuccess:             rgb(0x1b, 0x6e, 0x3c),
		theme.ColorNameWarning:             rgb(0xa2, 0x41, 0x0c),
		theme.ColorNameError:               rgb(0xb3, 0x26, 0x1e),
		theme.ColorNameForegroundOnSuccess: grey(0xff),
		theme.ColorNameForegroundOnWarning: grey(0xff),
		theme.ColorNameForegroundOnError:   grey(0xff),
		colorSurface:                       grey(0xf8),
		colorRaised:                        grey(0xff),
		colorMuted:                         grey(0x5c),
		colorTrack:                         grey(0xd4),
		colorNotice:                        rgb(0xfb, 0xe9, 0xdd),
		colorStage:                         grey(0x3a),
	}
)

func grey(v uint8) color.Color                 { return color.NRGBA{v, v, v, 0xff} }
func rgb(r, g, b uint8) color.Color            { return color.NRGBA{r, g, b, 0xff} }
func rgba(r, g, b, a uint8) color.Color        { return color.NRGBA{r, g, b, a} }
func themed(n fyne.ThemeColorName) color.Color { return theme.Color(n) }

func (t *tapeTheme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch t.mode {
	case Dark:
		v = theme.VariantDark
	case Light:
		v = theme.VariantLight
	}
	colors := darkColors
	if v == theme.VariantLight {
		colors = lightColors
	}
	if c, ok := colors[n]; ok {
		return c
	}
	return theme.DefaultTheme().Color(n, v)
}

func (t *tapeTheme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return 14
	case theme.SizeNameCaptionText:
		return 12
	case theme.SizeNameSubHeadingText:
		return 18
	case theme.SizeNameHeadingText:
		return 24
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 6
	case theme.SizeNameScrollBar:
		return 10
	}
	return theme.DefaultTheme().Size(n)
}

func (t *tapeTheme) Font(s fyne.TextStyle) fyne.Resource     { return theme.DefaultTheme().Font(s) }
func (t *tapeTheme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }
