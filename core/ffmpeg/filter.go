package ffmpeg

import (
	"fmt"
	"strings"
)

// Arg is one option of a filter. An empty Key makes it positional.
type Arg struct {
	Key   string `json:"key,omitempty"`
	Value string `json:"value"`
}

// Filter is one filter with its options in order. Values are plain: escaping happens when text is made of them.
type Filter struct {
	Name string `json:"name"`
	Args []Arg  `json:"args,omitempty"`
}

// F makes a filter from "key", value pairs; values are formatted with %v, floats in ffmpeg's own form.
func F(name string, pairs ...any) Filter {
	f := Filter{Name: name}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Args = append(f.Args, Arg{Key: pairs[i].(string), Value: fmt.Sprint(pairs[i+1])})
	}
	return f
}

// options are the filter's options, each escaped at the option level.
func (f Filter) options() []string {
	var out []string
	for _, a := range f.Args {
		v := escapeOption(a.Value)
		if a.Key != "" {
			v = a.Key + "=" + v
		}
		out = append(out, v)
	}
	return out
}

// escapeOption escapes a value at the option level. White space at its ends, which ffmpeg would trim at either level, goes into quotes.
func escapeOption(v string) string {
	const space = " \t\r\n"
	inner := strings.TrimLeft(v, space)
	head := v[:len(v)-len(inner)]
	text := strings.TrimRight(inner, space)
	return quote(head) + optionEscaper.Replace(text) + quote(inner[len(text):])
}

func quote(space string) string {
	if space == "" {
		return ""
	}
	return "'" + space + "'"
}

// String is the filter as one writes it outside a graph: options escaped, the graph's own characters not.
func (f Filter) String() string {
	if len(f.Args) == 0 {
		return f.Name
	}
	return f.Name + "=" + strings.Join(f.options(), ":")
}

// Chain is the filters as the text of a graph (-af, -vf, -filter_complex), escaped at both levels.
func Chain(filters []Filter) string {
	var parts []string
	for _, f := range filters {
		parts = append(parts, graphEscaper.Replace(f.String()))
	}
	return strings.Join(parts, ",")
}

var (
	optionEscaper = strings.NewReplacer(`\`, `\\`, `'`, `\'`, `:`, `\:`)
	graphEscaper  = strings.NewReplacer(`\`, `\\`, `'`, `\'`, `[`, `\[`, `]`, `\]`, `,`, `\,`, `;`, `\;`)
)
