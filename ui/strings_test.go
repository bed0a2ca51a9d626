package ui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// spoken finds every text that the program's source gives to tr, trf and count.
func spoken(t *testing.T) map[string]any {
	t.Helper()
	found := map[string]any{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := c.Fun.(*ast.Ident)
			if !ok {
				return true
			}
			text := func(i int) string {
				if lit, ok := c.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					s, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					return s
				}
				t.Errorf("%s: %s is called with something other than a plain text", name, fun.Name)
				return ""
			}
			switch {
			case (fun.Name == "tr" || fun.Name == "trf") && len(c.Args) > 0:
				s := text(0)
				if old, ok := found[s]; ok && old != any(s) {
					t.Errorf("%q is used with and without a plural", s)
				}
				found[s] = s
			case fun.Name == "count" && len(c.Args) == 3:
				if old, ok := found[text(2)].(string); ok {
					t.Errorf("%q is used with and without a plural", old)
				}
				found[text(2)] = map[string]any{"one": text(1), "other": text(2)}
			}
			return true
		})
	}
	return found
}

func TestEveryTextCanBeTranslated(t *testing.T) {
	want := spoken(t)
	if len(want) < 50 {
		t.Fatalf("only %d texts were found", len(want))
	}
	name := filepath.Join("lang", "en.json")
	if *update {
		out, err := json.MarshalIndent(want, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	if err := json.Unmarshal(in, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s does not hold the program's texts; run the tests with -update and look at the difference", name)
	}
}

func TestOneAndMany(t *testing.T) {
	for n, want := range map[int]string{0: "0 videos", 1: "1 video", 2: "2 videos"} {
		if got := count(n, "%d video", "%d videos"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
