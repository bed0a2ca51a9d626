package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// recipeControls are the details of a recipe, in four folded sections, in words that need no knowledge; the terms of the field are in the
// hints.
type recipeControls struct {
	Root     *fyne.Container
	folds    []*fold
	show     []func(recipe.Recipe)
	unfolded func() // tells that a fold was opened or closed

	networks *oneOf[string]
	encoders *oneOf[string]
}

// edit changes one thing in a recipe.
type edit func(*recipe.Recipe)

func newRecipeControls(k *kit, changed func(edit), unfolded func()) *recipeControls {
	c := &recipeControls{unfolded: unfolded}
	section := func(title string, summary func(recipe.Recipe) string, parts ...fyne.CanvasObject) {
		f := newFold(title, k, container.NewVBox(append(parts, space(gap/2))...), unfolded)
		c.folds = append(c.folds, f)
		c.show = append(c.show, func(r recipe.Recipe) { f.summary.SetText(summary(r)) })
	}
	section(tr("Picture"), pictureWords, c.picture(k, changed)...)
	section(tr("Size"), sizeWords, c.upscale(k, changed)...)
	section(tr("Sound"), soundWords, c.sound(k, changed)...)
	section(tr("File"), fileWords, c.output(k, changed)...)
	c.Root = container.NewVBox()
	for _, f := range c.folds {
		c.Root.Add(f.Root)
	}
	return c
}

// Show puts a recipe on the screen.
func (c *recipeControls) Show(r recipe.Recipe) {
	for _, f := range c.show {
		f(r)
	}
}

func bind[T comparable](c *recipeControls, o *oneOf[T], get func(recipe.Recipe) T) fyne.CanvasObject {
	c.show = append(c.show, func(r recipe.Recipe) { o.Set(get(r)) })
	return o.Root
}

func bindAmount(c *recipeControls, a *amount, get func(recipe.Recipe) int) fyne.CanvasObject {
	c.show = append(c.show, func(r recipe.Recipe) { a.Set(get(r)) })
	return a.Root
}

func plain(c recipe.Choice) string { return string(c) }

func (c *recipeControls) picture(k *kit, changed func(edit)) []fyne.CanvasObject {
	scan := newOneOf(tr("How the pictures lie on the tape"), tr("Scan type. Interlaced: each picture holds two moments, as cameras and television made them. Film in fields: 24 pictures a second spread over 60 fields (telecine), put together again."), k,
		[]said[recipe.Choice]{{recipe.ScanAuto, tr("Find out by looking")}, {recipe.ScanInterlaced, tr("Interlaced")}, {recipe.ScanProgressive, tr("Whole pictures")}, {recipe.ScanTelecine, tr("Film in fields")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Picture.Scan = v }) })
	order := newOneOf(tr("Which field comes first"), tr("Field order. If movement jitters back and forth, it is wrong. It is measured over the whole tape; the file's own word is often wrong."), k,
		[]said[recipe.Choice]{{recipe.OrderAuto, tr("Find out by looking")}, {recipe.OrderTop, tr("The upper one")}, {recipe.OrderBottom, tr("The lower one")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Picture.FieldOrder = v }) })
	rate := newOneOf(tr("Movement"), tr("Output rate. Smooth keeps all 60 (50) moments a second, as it looked on a television. Half of them is how films look, in half the time."), k,
		[]said[recipe.Choice]{{recipe.RateFields, tr("Smooth, every moment")}, {recipe.RateFrames, tr("Half of the moments")}},
		plain, func(v recipe.Choice) { changed(func(r *recipe.Recipe) { r.Picture.Rate = v }) })
	noise := newAmount(tr("Remove noise"), tr("Temporal denoising before the network. Too much makes faces look like wax."), k, 0, 100, 5, strengthWords,
		func(v int) { changed(func(r *recipe.Recipe) { r.Picture.Denoise = v }) })
	sharp := newAmount(tr("Sharpen"), tr("After enlarging. The network sharpens already; most tapes need none."), k, 0, 100, 5, strengthWords,
		func(v int) { changed(func(r *recipe.Recipe) { r.Picture.Sharpen = v }) })
	mask := newAmount(tr("Cover lines at the bottom"), tr("Head-switching noise: the torn lines at the lower edge of most tapes, which a television hid."), k, 0, 32, 1,
		func(v int) string {
			if v == 0 {
				return tr("none")
			}
			return count(v, "%d line", "%d lines")
		},
		func(v int) { changed(func(r *recipe.Recipe) { r.Picture.MaskBottom = v }) })
	blocks := newTick(tr("Smooth the edges of blocks"), tr("Deblocking, for strongly compressed captures and old web video."), k, nil)
	c.show = append(c.show, func(r recipe.Recipe) {
		blocks.OnChanged = nil
		blocks.SetChecked(r.Picture.Deblock)
		blocks.OnChanged = func(on bool) { changed(func(r *recipe.Recipe) { r.Picture.Deblock = on }) }
	})
	return []fyne.CanvasObject{
		bindAmount(c, noise, func(r recipe.Recipe) int { return r.Picture.Denoise }),
		bindAmount(c, sharp, func(r recipe.Recipe) int { return r.Picture.Sharpen }),
		bindAmount(c, mask, func(r recipe.Recipe) int { return r.Picture.MaskBottom }), blocks,
		bind(c, rate, func(r recipe.Recipe) recipe.Choice { return r.Picture.Rate }),
		bind(c, scan, func(r recipe.Recipe) recipe.Choice { return r.Picture.Scan }),
		bind(c, order, func(r recipe.Recipe) recipe.Choice { return r.Picture.FieldOrder }),
	}
}

func (c *recipeControls) upscale(k *kit, changed func(edit)) []fyne.CanvasObject {
	height := newOneOf(tr("Height of the new picture"), tr("In lines of square pixels. Tapes hold about 480 (NTSC) or 576 (PAL); more than 1080 rarely shows more."), k,
		[]said[int]{{0, tr("As on the tape")}, {720, tr("720 (small HD)")}, {1080, tr("1080 (full HD)")}, {1440, "1440"}, {2160, tr("2160 (4K)")}},
		func(v int) string { return fmt.Sprint(v) }, func(v int) { changed(func(r *recipe.Recipe) { r.Upscale.Height = v }) })
	c.networks = newOneOf(tr("Enlarge with"), tr("The neural network that deinterlaces, cleans and enlarges in one pass. Plain enlargement is quicker and invents nothing."), k,
		networkChoices(nil), func(v string) string { return v }, func(v string) { changed(func(r *recipe.Recipe) { r.Upscale.Network = v }) })
	share := newAmount(tr("How much of it"), tr("Blends the network's picture with the plainly enlarged one."), k, 0, 100, 5, func(v int) string { return fmt.Sprintf("%d %%", v) },
		func(v int) { changed(func(r *recipe.Recipe) { r.Upscale.Strength = v }) })
	return []fyne.CanvasObject{
		bind(c, height, func(r recipe.Recipe) int { return r.Upscale.Height }),
		bind(c, c.networks, func(r recipe.Recipe) string { return r.Upscale.Network }),
		bindAmount(c, share, func(r recipe.Recipe) int { return r.Upscale.Strength }),
	}
}

func networkChoices(all []core.NetworkInfo) []said[string] {
	list := []said[string]{{recipe.NetworkAuto, tr("What suits the tape")}}
	for _, n := range all {
		if n.Error == "" && n.Name != "" {
			list = append(list, said[string]{n.Name, n.Name})
		}
	}
	return append(list, said[string]{recipe.NetworkNone, tr("No network, plainly")})
}

// OfferNetworks and OfferEncoders fill in what this computer has.
func (c *recipeControls) OfferNetworks(all []core.NetworkInfo) { c.networks.Offer(networkChoices(all)) }

func (c *recipeControls) OfferEncoders(r core.DoctorReport) { c.encoders.Offer(encoderChoices(r)) }

func encoderChoices(r core.DoctorReport) []said[string] {
	var list []said[string]
	for _, check := range r.Checks {
		if name, ok := strings.CutPrefix(check.Name, "encoder "); ok && check.OK {
			list = append(list, said[string]{name, check.Detail})
		}
	}
	return list
}
