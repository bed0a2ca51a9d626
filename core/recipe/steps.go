package recipe

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Steps says how strongly single steps of the sound's repair act, in per cent of what the mode would do: "denoise 60, de-ess 0". Steps that are not
// named act at 100, so that "" is the usual repair. Values made by ParseSteps or With are canonical: in the order of SoundSteps, without those at 100, and
// equal where they mean the same.
type Steps string

// SoundStep is a step of the sound's repair whose strength can be set. At 0 it is left out; above 100 it does more than the mode would.
type SoundStep struct {
	Name   string // as plans call it
	Most   int    // per cent
	Graded bool   // false: it is either done or left out, so that only 0 and 100 are allowed
}

// AllowedSteps says in words what each step may be set to.
func AllowedSteps() string {
	var ranges []string
	names := map[string]string{}
	for _, s := range SoundSteps() {
		r := "0 or 100"
		if s.Graded {
			r = fmt.Sprintf("0 to %d", s.Most)
		}
		if names[r] == "" {
			ranges = append(ranges, r)
		} else {
			names[r] += ", "
		}
		names[r] += s.Name
	}
	for i, r := range ranges {
		ranges[i] = names[r] + " " + r
	}
	return strings.Join(ranges, "; ")
}

func (s SoundStep) holds(percent int) bool {
	return percent == 0 || percent == usual || s.Graded && percent > 0 && percent <= s.Most
}

// usual is the per cent at which a step does what the mode would.
const usual = 100

// SoundSteps lists the steps in the order in which they are done.
func SoundSteps() []SoundStep {
	return []SoundStep{
		{"declip", 100, false}, {"declick", 200, true}, {"high-pass", 200, true}, {"dropouts", 100, false}, {"dehum", 100, true},
		{"channels", 100, false}, {"azimuth", 100, false}, {"denoise", 200, true}, {"de-ess", 200, true},
	}
}

func soundStep(name string) (SoundStep, bool) {
	all := SoundSteps()
	i := slices.IndexFunc(all, func(s SoundStep) bool { return s.Name == name })
	if i < 0 {
		return SoundStep{}, false
	}
	return all[i], true
}

var stepForm = regexp.MustCompile(`^([a-z-]+)(?:\s*[=:]\s*|\s+)([0-9]{1,3})(?:\s*%)?$`)

// ParseSteps reads names and per cent, separated by commas: "denoise 60, de-ess 0"; "denoise=60" and "denoise: 60 %" will do, too. A step that is named twice, not
// known, or outside its range is a *FieldError with Key "sound.steps".
func ParseSteps(text string) (Steps, error) {
	given := map[string]int{}
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		m := stepForm.FindStringSubmatch(item)
		switch {
		case item == "":
			return "", stepsError(strconv.Quote(text))
		case m == nil:
			return "", stepsError(strconv.Quote(item))
		}
		percent, err := strconv.Atoi(m[2])
		step, known := soundStep(m[1])
		if err != nil || !known || !step.holds(percent) {
			return "", stepsError(strconv.Quote(item))
		}
		if _, twice := given[step.Name]; twice {
			return "", stepsError(fmt.Sprintf("%q twice", step.Name))
		}
		given[step.Name] = percent
	}
	return canonical(given), nil
}

func canonical(given map[string]int) Steps {
	var items []string
	for _, s := range SoundSteps() {
		if percent, ok := given[s.Name]; ok && percent != usual {
			items = append(items, fmt.Sprintf("%s %d", s.Name, percent))
		}
	}
	return Steps(strings.Join(items, ", "))
}

func stepsError(value string) error {
	return &FieldError{Key: "sound.steps", Value: value, Allowed: `steps with their per cent, as in "denoise 60, de-ess 0": ` + AllowedSteps()}
}

// Canonical is s in the one form that values of its meaning have; s itself where it is not valid, for Validate to find.
func (s Steps) Canonical() Steps {
	if c, err := ParseSteps(string(s)); err == nil {
		return c
	}
	return s
}

// All gives the steps that are not at 100, in order, with their per cent; none where s is not valid.
func (s Steps) All() iter.Seq2[string, int] {
	c, err := ParseSteps(string(s))
	return func(yield func(string, int) bool) {
		if err != nil || c == "" {
			return
		}
		for item := range strings.SplitSeq(string(c), ", ") {
			name, number, _ := strings.Cut(item, " ")
			percent, _ := strconv.Atoi(number)
			if !yield(name, percent) {
				return
			}
		}
	}
}

// Of is the per cent of a step.
func (s Steps) Of(name string) int {
	for n, percent := range s.All() {
		if n == name {
			return percent
		}
	}
	return usual
}

// With is s with a step at so many per cent, which are brought into its range: to the nearer of 0 and 100 where it is not graded. A name that is no step
// changes nothing.
func (s Steps) With(name string, percent int) Steps {
	step, known := soundStep(name)
	if !known {
		return s.Canonical()
	}
	percent = min(step.Most, max(0, percent))
	if !step.Graded {
		percent = (percent + usual/2) / usual * usual
	}
	given := map[string]int{}
	for n, p := range s.All() {
		given[n] = p
	}
	given[name] = percent
	return canonical(given)
}
