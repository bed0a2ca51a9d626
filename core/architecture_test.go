package core_test

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/tapelight/tapelight"

// ranks are the floors of the house, from the ground up. A room may use those on lower floors, none on its own or above. A new room
// needs a line here.
var ranks = map[string]int{
	"core/filelock": -1,
	"resources":     0, "resources/icons": 0,
	"core/frame": 0, "core/process": 0, "core/scratch": 0, "core/events": 0, "core/recipe": 0, "core/matroska": 0, "core/instance": 0,
	"core/ffmpeg": 1, "core/neural": 1, "core/audio/masknet": 1, "core/monitor": 1, "core/quality": 1, "core/power": 1, "core/playback": 1,
	"core/temporal": 2, "core/neural/cpu": 2, "core/neural/cuda": 2, "core/neural/neuraltest": 2, "core/source": 2, "core/audio": 2,
	"core/plan":    3,
	"core/restore": 4, "core/queue": 4, "core/compare": 4,
	"core":              5,
	"ui":                6,
	"cmd/tapelight":     7,
	"cmd/tapelight-cli": 7,
}

// home is where alone a package may be imported: module path to our rooms; every one of these rooms must.
var home = map[string][]string{
	"fyne.io/fyne/v2":                    {"ui", "cmd/tapelight"},
	"github.com/u2takey/ffmpeg-go":       {"core/ffmpeg"},
	"github.com/shirou/gopsutil/v3":      {"core/monitor"},
	"github.com/hashicorp/golang-lru/v2": {"core", "ui"},
	"gorgonia.org/cu":                    {"core/neural/cuda"},
}

// imports reads what each of our packages imports on any platform, with and without cgo, its tests aside.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "vendor" || base == "build") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		if bookkeeping(f) {
			return nil
		}
		room := path.Dir(filepath.ToSlash(rel))
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(found[room], p) {
				found[room] = append(found[room], p)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// bookkeeping tells files that are in no build: lists of modules, and scripts.
func bookkeeping(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() > f.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			if x, err := constraint.Parse(c.Text); err == nil && !x.Eval(func(tag string) bool { return tag != "deps" && tag != "ignore" }) && x.Eval(func(string) bool { return true }) {
				return true
			}
		}
	}
	return false
}

func within(p, prefix string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }

func TestArrowsPointDownwards(t *testing.T) {
	for room, list := range imports(t) {
		rank, placed := ranks[room]
		if (within(room, "core") || within(room, "ui") || within(room, "cmd")) && !placed {
			t.Errorf("%s has no floor in the house: see ranks", room)
		}
		for _, p := range list {
			if !within(p, module) || !placed {
				continue
			}
			used := strings.TrimPrefix(p, module+"/")
			if floor, ok := ranks[used]; !ok || floor >= rank {
				t.Errorf("%s imports %s, which does not lie below it", room, used)
			}
		}
	}
}

func TestDoors(t *testing.T) {
	all := imports(t)
	for _, room := range []string{"core", "ui", "cmd/tapelight", "cmd/tapelight-cli", "core/ffmpeg", "core/monitor"} {
		if len(all[room]) == 0 {
			t.Fatalf("%s was not found: this test looks in the wrong place", room)
		}
	}
	for room, list := range all {
		for _, p := range list {
			used := strings.TrimPrefix(p, module+"/")
			switch {
			case p == "C" && !strings.HasPrefix(room, "core/neural/"):
				t.Errorf("%s uses cgo; only the engines may", room)
			case within(room, "ui") && within(used, "core") && used != "core" && used != "core/recipe":
				t.Errorf("%s imports %s; core and core/recipe are its doors", room, used)
			case within(room, "ui") && within(p, "fyne.io/fyne/v2/app"):
				t.Errorf("%s imports fyne's app: its tests would need cgo and a display", room)
			case room == "cmd/tapelight" && within(used, "core") && used != "core" && used != "core/recipe":
				t.Errorf("%s imports %s; core is its door", room, used)
			}
		}
	}
}

func TestPackagesHaveTheirHome(t *testing.T) {
	all := imports(t)
	for pkg, rooms := range home {
		for room, list := range all {
			uses := slices.ContainsFunc(list, func(p string) bool { return within(p, pkg) })
			if mine := slices.ContainsFunc(rooms, func(r string) bool { return within(room, r) && (r != "core" || room == "core") }); uses && !mine {
				t.Errorf("%s imports %s, which belongs to %v", room, pkg, rooms)
			}
		}
		for _, room := range rooms {
			if !slices.ContainsFunc(all[room], func(p string) bool { return within(p, pkg) }) {
				t.Errorf("%s does not use %s", room, pkg)
			}
		}
	}
}

// The command line's program must build without GL or X headers: of all it stands on, only our engines may hold C.
func TestCommandLineNeedsNoHeaders(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	for _, cgo := range []string{"0", "1"} {
		cmd := exec.CommandContext(t.Context(), goTool, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{len .CgoFiles}}{{end}}", module+"/cmd/tapelight-cli")
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo, "GOPROXY=off", "GOTOOLCHAIN=local")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		seen := 0
		for line := range strings.Lines(string(out)) {
			pkg, files, _ := strings.Cut(strings.TrimSpace(line), " ")
			if pkg == "" {
				continue
			}
			seen++
			if within(pkg, "fyne.io") || strings.Contains(pkg, "/glfw") || strings.HasPrefix(pkg, "github.com/go-gl/") {
				t.Errorf("CGO_ENABLED=%s: it stands on %s", cgo, pkg)
			}
			// purego's share of C is the call of dlopen in libc.
			if files != "0" && !within(pkg, module+"/core/neural") && !within(pkg, "github.com/ebitengine/purego") {
				t.Errorf("CGO_ENABLED=%s: %s holds C", cgo, pkg)
			}
		}
		if seen < 10 {
			t.Errorf("only %d packages were listed", seen)
		}
	}
}
