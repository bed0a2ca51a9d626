package ui

import (
	"embed"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// translations hold a file for each language, named "de.json" and so on. en.json is written by the tests from the program's text and says
// all that there is to translate.
//
//go:embed lang/*.json
var translations embed.FS

func init() {
	if err := lang.AddTranslationsFS(translations, "lang"); err != nil {
		fyne.LogError("translations", err)
	}
}

// tr is a text in the person's language.
func tr(text string) string { return lang.L(text) }

// trf is a text in the person's language with values in it, as fmt.Sprintf has them.
func trf(format string, values ...any) string { return fmt.Sprintf(lang.L(format), values...) }

// count is n with its noun. Both forms have one %d; that of one is found by that of many.
func count(n int, _, many string) string {
	return fmt.Sprintf(lang.N(many, n), n)
}
