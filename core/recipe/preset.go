package recipe

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Parse reads one preset. Settings it does not name keep Default's values; unknown settings and values out of range are *FieldError
// with file and line.
func Parse(file string, text []byte) (Recipe, error) {
	r := Default()
	r.Name, r.Title = strings.TrimSuffix(filepath.Base(file), ".toml"), ""
	r.File = file
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Recipe{}, decodeError(file, err)
	}
	if r.Title == "" {
		r.Title = r.Name
	}
	r.Sound.Steps = r.Sound.Steps.Canonical()
	if err := r.Validate(); err != nil {
		if fe, ok := errors.AsType[*FieldError](err); ok {
			fe.Line = lineOf(text, fe.Key)
		}
		return Recipe{}, err
	}
	return r, nil
}

func decodeError(file string, err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		line, _ := first.Position()
		return &FieldError{File: file, Line: line, Key: strings.Join(first.Key(), ".")}
	}
	if de, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, col := de.Position()
		return fmt.Errorf("%s:%d:%d: %s", file, line, col, strings.TrimPrefix(de.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", file, err)
}

// lineOf finds where a key stands in a file that is known to parse.
func lineOf(text []byte, key string) int {
	table, name, found := strings.Cut(key, ".")
	if !found {
		table, name = "", key
	}
	current := ""
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			current = strings.Trim(line, "[] \t")
			continue
		}
		k, _, ok := strings.Cut(line, "=")
		k = strings.ReplaceAll(strings.TrimSpace(k), " ", "")
		if ok && (current == table && k == name || current == "" && k == key) {
			return i + 1
		}
	}
	return 0
}

// Load reads the built-in presets (*.toml at the root of builtIn) and the user's own in dir, which may be missing or empty. A user's preset
// of a built-in's name takes its place. Presets that can't be read are left out and reported together; the others are returned all the same.
func Load(builtIn fs.FS, dir string) ([]Recipe, error) {
	byName := map[string]Recipe{}
	var bad []error
	read := func(fsys fs.FS, show func(string) string, own bool) {
		files, _ := fs.Glob(fsys, "*.toml")
		for _, f := range files {
			text, err := fs.ReadFile(fsys, f)
			if err == nil {
				var r Recipe
				if r, err = Parse(show(f), text); err == nil {
					r.BuiltIn = !own
					if own && r.Order == 0 {
						r.Order = 1000
					}
					byName[r.Name] = r
					continue
				}
			}
			bad = append(bad, err)
		}
	}
	read(builtIn, func(f string) string { return f }, false)
	if dir != "" {
		read(os.DirFS(dir), func(f string) string { return filepath.Join(dir, f) }, true)
	}
	var all []Recipe
	for _, r := range byName {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Recipe) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Name, b.Name)) })
	return all, errors.Join(bad...)
}

// Save writes r as a user's preset into dir and returns the file's path. An existing file of that name is replaced whole or not at all.
func Save(dir string, r Recipe) (string, error) {
	if err := r.Validate(); err != nil {
		return "", err
	}
	text, err := toml.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("write preset %q: %w", r.Name, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("write preset %q: %w", r.Name, err)
	}
	path := filepath.Join(dir, r.Name+".toml")
	tmp := path + ".new"
	if err := os.WriteFile(tmp, text, 0o644); err != nil {
		return "", fmt.Errorf("write preset %q: %w", r.Name, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		os.Remove(tmp)
		return "", fmt.Errorf("write preset %q: %w", r.Name, err)
	}
	return path, nil
}
