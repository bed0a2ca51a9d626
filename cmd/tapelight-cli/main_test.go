package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/testdata/tape"
)

// update writes the golden files anew: go test ./cmd/tapelight-cli -update
var update = flag.Bool("update", false, "write the golden files in testdata anew")

// asProgram makes the test's binary the program itself, for tests that need a process of their own.
const asProgram = "TAPELIGHT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// home gives the program a home of its own for the test.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "AppData", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	return dir
}

type result struct {
	code           int
	stdout, stderr string
}

// call runs the program within the test.
func call(t *testing.T, args ...string) result {
	t.Helper()
	r := beside(t, args...)
	if live := process.Live(); len(live) > 0 {
		t.Errorf("processes left: %v", live)
	}
	return r
}

func webcam(t *testing.T) string { return tape.For(t, 1, "webcam")["webcam"].Path }

// cheap are options under which a capture is restored as fast as can be.
func cheap(args ...string) []string {
	return append([]string{"restore", "--network", "none", "--height", "0", "--encoder", "x264", "--speed", "fast", "--sound", "off"}, args...)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s differs; it is now:\n%s", path, got)
	}
}

// TestHelp holds the help of every command.
func TestHelp(t *testing.T) {
	home(t)
	for _, command := range []string{"", "restore", "plan", "probe", "presets", "models", "doctor", "bench", "bench pipeline", "queue", "queue add", "queue list", "queue watch", "worker"} {
		r := call(t, append(strings.Fields(command), "--help")...)
		if r.code != exitOK || r.stderr != "" {
			t.Errorf("%s --help: exit %d, %s", command, r.code, r.stderr)
		}
		golden(t, "help"+strings.ReplaceAll(" "+command, " ", "-")+".txt", r.stdout)
	}
	if r := call(t); r.code != exitOK || !strings.Contains(r.stdout, "Exit codes: 0 done, 1 something failed, 2 wrong use, 130 cancelled.") {
		t.Errorf("without arguments: %+v", r)
	}
}

// TestWrongUse exits with 2 and says in one line what is allowed, before any capture is opened.
func TestWrongUse(t *testing.T) {
	home(t)
	folder := t.TempDir()
	for line, want := range map[string]string{
		"nonsense":                              `no command "tapelight-cli nonsense"`,
		"restor x":                              "did you mean restore?",
		"bench nonsense":                        `no command "tapelight-cli bench nonsense"`,
		"restore":                               "the capture to restore is missing",
		"plan":                                  "the capture to plan for is missing",
		"probe":                                 "the capture to look at is missing",
		"bench pipeline":                        "the capture to measure with is missing",
		"bench pipeline a b":                    `"b" is one argument too many`,
		"presets x":                             `"x" is one argument too many`,
		"restore --nonsense x":                  "unknown flag: --nonsense",
		"restore --height tall x":               "invalid argument",
		"restore --height 100 x":                "--height 100 is not allowed; it may be 0 or 240 to 4320",
		"plan --quality 101 x":                  "--quality 101 is not allowed; it may be 0 to 100",
		"restore --sound loud x":                `it may be "auto", "off", "light"`,
		"restore --layout quad x":               `--layout "quad" is not allowed; it may be "found", "auto", "mono", "stereo", "5.1", "7.1"`,
		"restore --tracks some x":               `--tracks "some" is not allowed; it may be "all", "first", "copy"`,
		"restore --sound-steps denoize=60 x":    `--sound-steps "denoize=60" is not allowed; it may be steps with their per cent, as in "denoise 60, de-ess 0": declip, `,
		"plan --sound-steps dehum=101 x":        `--sound-steps "dehum=101" is not allowed`,
		"plan --treble 101 x":                   "--treble 101 is not allowed; it may be 0 to 100",
		"restore --sound-codec mp3 x":           `--sound-codec "mp3" is not allowed; it may be "auto", "aac"`,
		"restore --loudness -5 x":               "--loudness -5 is not allowed; it may be 0 or -36 to -9",
		"restore --preset nope x":               "known are vhs, video8",
		"restore --encoder nope x":              "known are x265, x264",
		"restore --network nope x":              "known are progressive, tape-fast",
		"restore --engine nope x":               "known are auto, cpu",
		"restore --threads -1 x":                "threads = -1",
		"restore --start 1:99 x":                "--start: \"1:99\" is not a time",
		"restore --duration 0 x":                "--duration",
		"restore -o out.avi x":                  "has to end in .mkv, .mp4 or .mov",
		"restore -o out x":                      "a folder's in a slash",
		"restore -o out.mkv x y":                "folder when there are several",
		"restore -o out.mkv --container mp4 x":  "contradict",
		"restore --encoder ffv1 -o out.mp4 x":   "choose mkv",
		"bench pipeline --height 100 " + folder: "0 or 240 to 4320",
	} {
		r := call(t, strings.Fields(line)...)
		lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
		if r.code != exitUsage || !strings.Contains(lines[0], want) || len(lines) != 2 || r.stdout != "" {
			t.Errorf("%s: exit %d, %q, %q; want %q", line, r.code, r.stderr, r.stdout, want)
		}
	}
}

// events reads JSON lines.
func events(t *testing.T, text string) (list []map[string]any, types string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		kind, _ := e["type"].(string)
		if len(list) == 0 || list[len(list)-1]["type"] != kind {
			types += kind + " "
		}
		list = append(list, e)
	}
	return list, strings.TrimSpace(types)
}

// TestRestore restores two captures of one name, of which the first named is not there, into a new folder, and does it again.
func TestRestore(t *testing.T) {
	home(t)
	dir := t.TempDir()
	data, err := os.ReadFile(webcam(t))
	if err != nil {
		t.Fatal(err)
	}
	var captures []string
	for _, sub := range []string{"a", "b\nc"} {
		path := filepath.Join(dir, sub, "tape.mp4")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Skip(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		captures = append(captures, path)
	}
	out := filepath.Join(dir, "new", "out") + "/"
	r := call(t, cheap(append([]string{"-o", out, filepath.Join(dir, "gone\n.mpg")}, captures...)...)...)
	list, types := events(t, r.stdout)
	if r.code != exitFailed || r.stderr != "" || types != "start failed start progress done start progress done" {
		t.Errorf("exit %d, %q, %s", r.code, r.stderr, types)
	}
	done := list[len(list)-1]
	if done["capture"] != captures[1] || done["output"] != filepath.Join(out, "tape.restored 2.mkv") || done["frames_out"] == 0.0 {
		t.Errorf("the last is %v", done)
	}
	stages := map[string]bool{}
	for _, e := range list {
		if s, ok := e["stage"].(string); ok {
			stages[strings.Split(s, ",")[0]] = true
			if s != "" && strings.ToUpper(s[:1]) != s[:1] {
				t.Errorf("stage %q has no capital", s)
			}
		}
	}
	if !stages["Opening the file"] || !stages["Restoring"] {
		t.Errorf("stages are %v", stages)
	}
	left, err := os.ReadDir(out)
	if err != nil || len(left) != 2 {
		t.Errorf("files are %v, %v", left, err)
	}

	r = call(t, cheap("-o", out, captures[0])...)
	if _, types := events(t, r.stdout); r.code != exitFailed || types != "start failed" || !strings.Contains(r.stdout, "exists already") {
		t.Errorf("over an existing output: exit %d, %s", r.code, r.stdout)
	}
	if r = call(t, cheap("--overwrite", "-o", filepath.Join(out, "Tape.MP4"), captures[0])...); r.code != exitOK || !strings.Contains(r.stdout, "Tape.MP4") {
		t.Errorf("into an MP4: %+v", r)
	}
	head := make([]byte, 12)
	if f, err := os.Open(filepath.Join(out, "Tape.MP4")); err != nil {
		t.Error(err)
	} else {
		defer f.Close()
		if _, err := f.Read(head); err != nil || string(head[4:8]) != "ftyp" {
			t.Errorf("it begins with %q, %v", head, err)
		}
	}
}
