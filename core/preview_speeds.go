package core

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
)

// speeds remembers how fast the stages of earlier runs were on this machine, in a small file of the cache folder. The zero file is fine; one that can't
// be read is begun anew; one that can't be written is done without.
type speeds struct {
	path  string
	cores int

	mu     sync.Mutex
	loaded bool
	known  map[string]float64
}

// speedsFile is the file's content. Figures of a machine with another number of cores are of another machine.
type speedsFile struct {
	Cores int                `json:"cores"`
	Costs map[string]float64 `json:"costs"`
}

// mostSpeeds bounds the file: there are a few dozen combinations at most.
const mostSpeeds = 256

func newSpeeds(dir string, cores int) *speeds {
	return &speeds{path: filepath.Join(dir, "speeds.json"), cores: cores}
}

func (s *speeds) load() {
	if s.loaded {
		return
	}
	s.loaded, s.known = true, map[string]float64{}
	text, err := os.ReadFile(s.path)
	if err != nil || len(text) > 1<<20 {
		return
	}
	s.known = parseSpeeds(text, s.cores)
}

// parseSpeeds takes what makes sense of a file.
func parseSpeeds(text []byte, cores int) map[string]float64 {
	known := map[string]float64{}
	var f speedsFile
	if json.Unmarshal(text, &f) != nil || f.Cores != cores {
		return known
	}
	for k, v := range f.Costs {
		if len(known) < mostSpeeds && len(k) < 200 && v > 0 && v < 1e6 {
			known[k] = v
		}
	}
	return known
}

// cost is what is known of a stage.
func (s *speeds) cost(key string) (float64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	v, ok := s.known[key]
	return v, ok
}

// note takes new figures in, each weighing as much as all before it, and writes the file.
func (s *speeds) note(costs map[string]float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	for k, v := range costs {
		old, ok := s.known[k]
		switch {
		case !(v > 0) || math.IsInf(v, 0):
			continue
		case ok:
			v = (old + v) / 2
		case len(s.known) >= mostSpeeds:
			clear(s.known) // of settings long forgotten, most likely
		}
		s.known[k] = v
	}
	text, err := json.Marshal(speedsFile{s.cores, s.known})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	temp := s.path + ".new"
	if err := os.WriteFile(temp, text, 0o644); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return os.Rename(temp, s.path)
}

// The units that stages are counted in, for all pictures of a plan: decoded millions of samples, billions of multiply-adds, encoded millions of samples.
func units(p *plan.Plan) (decode, network, encode float64) {
	n := float64(p.Frames)
	return n * float64(p.Decode.Out.Width*p.Decode.Out.Height) / 1e6, n * float64(p.Network.MACs) / 1e9, n * float64(p.Encode.Width*p.Encode.Height) / 1e6
}

func decodeKey(p *plan.Plan) string {
	d := p.Decode
	key := "decode/" + p.Source.Video.Codec + "/" + string(d.Deinterlace)
	if d.Denoise != "" || d.Companion != "" {
		key += "/denoise"
	}
	if d.Deblock {
		key += "/deblock"
	}
	return key
}

func networkKey(p *plan.Plan) string { return "network/" + p.Network.Name + "/" + p.Network.Engine }

func encodeKey(p *plan.Plan) string {
	key := "encode/" + p.Encode.Encoder + "/" + [...]string{"fast", "medium", "slow"}[min(max(0, int(p.Encode.Speed)), 2)]
	if p.Encode.Sharpen > 0 {
		key += "/sharpen"
	}
	return key
}

func ratioKey(p *plan.Plan) string { return "ratio/" + p.Network.Name + "/" + p.Encode.Encoder }

func sizeKey(p *plan.Plan) string { return "size/" + p.Encode.Encoder }

// leastPictures is how many pictures a run must have had to tell anything: shorter ones are mostly start and end.
const leastPictures = 50

// NoteRun remembers what a finished run of p tells of this machine's speed, for Estimate. A run that was continued tells nothing of its first part and
// is left out by the length of what it did. It never fails: without the file estimates are reckoned.
func (s *Service) NoteRun(p *plan.Plan, report *Report) {
	if p == nil || report == nil || report.Frames < leastPictures || report.Wall <= 0 || report.Frames != p.Frames || len(report.Stages) != 3 {
		return
	}
	if done := report.FPS * report.Wall; done < 0.9*float64(report.Frames) { // continued: its stages did only a part
		return
	}
	decode, network, encode := units(p)
	costs := map[string]float64{decodeKey(p): report.Stages[0].Busy / decode, encodeKey(p): report.Stages[2].Busy / encode}
	if p.Network.Name != recipe.NetworkNone && network > 0 {
		costs[networkKey(p)] = report.Stages[1].Busy / network
	}
	if e, err := ffmpeg.LookupEncoder(p.Encode.Encoder); err == nil && p.Estimate.Size > 0 && !e.Lossless {
		costs[sizeKey(p)] = float64(report.Size) / float64(p.Estimate.Size)
	}
	if bound := bound(p, report.Stages[0].Busy, report.Stages[1].Busy, report.Stages[2].Busy, s.previews().speeds.cores); bound > 0 {
		costs[ratioKey(p)] = report.Wall / bound
	}
	if err := s.previews().speeds.note(costs); err != nil {
		s.log.Info("this run's speed could not be noted: %v", err)
	}
}

// bound is about the seconds that stages of so many busy seconds take together: the slowest device's, or all processor time over the cores. A network on
// the processor keeps all cores busy by itself. How far runs are off it is remembered as their ratio.
func bound(p *plan.Plan, decode, network, encode float64, cores int) float64 {
	if p.Network.Name == recipe.NetworkNone {
		network = 0
	}
	shared := decode
	if e, err := ffmpeg.LookupEncoder(p.Encode.Encoder); err != nil || !e.Hardware {
		shared, encode = shared+encode, 0
	}
	if p.Network.Engine == "cpu" {
		return max(encode, network+shared/float64(cores))
	}
	return max(network, encode, shared/float64(cores))
}
