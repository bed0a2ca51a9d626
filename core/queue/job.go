package queue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"
)

// Token is a number of places of one kind that a job takes up at its worker while it runs: {"gpu:0", 1}, {"cpu", 1}, {"encoder:nvenc", 1}.
type Token struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// Spec is what it takes to make a job. Path and Payload are the caller's: the queue compares paths to notice duplicates and reads nothing else.
type Spec struct {
	Path    string          // of the source, best as Roots.Store gives it
	Payload json.RawMessage // what is to be done; at most 256 KB
	Needs   []Token
	Stage   string // how far it is, in a word ("reading"); for show, and for whoever decides what to claim
}

// Job is one job's record as it was at one moment. Nobody changes it later, nor what its slices hold.
type Job struct {
	ID      string          `json:"id"`
	Order   string          `json:"order"` // place in the list: jobs are sorted by this text, then by ID
	Path    string          `json:"path"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Needs   []Token         `json:"needs,omitempty"`

	State      State           `json:"state"`
	Want       Want            `json:"want,omitempty"`
	Stage      string          `json:"stage,omitempty"`
	Info       json.RawMessage `json:"info,omitempty"`       // what was found out about the source, see Describe
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"` // what a worker wants the next one to know, see Claim.Save
	Result     json.RawMessage `json:"result,omitempty"`     // what Done was given
	Error      string          `json:"error,omitempty"`      // of the last try
	Detail     json.RawMessage `json:"detail,omitempty"`     // more about the error, see Failure

	Resumable bool          `json:"resumable,omitempty"` // a worker has begun it, and its work may be taken up
	Edit      int           `json:"edit,omitempty"`      // counts payloads
	Runs      int           `json:"runs,omitempty"`      // counts claims
	Attempts  int           `json:"attempts,omitempty"`  // counts tries that ended by a fault that can pass, since the last Retry
	Delay     time.Duration `json:"delay,omitempty"`     // how long it waits before the next one, from when the record is seen

	Owner  string `json:"owner,omitempty"`  // the process whose worker has it
	Worker string `json:"worker,omitempty"` // that has it or had it last, by name
	Claim  string `json:"claim,omitempty"`  // the claim under which it is run or was run last

	// For show only: these come from the clocks of whatever machine wrote them.
	Added   time.Time `json:"added"`
	Started time.Time `json:"started,omitzero"` // the last run
	Ended   time.Time `json:"ended,omitzero"`
}

// Mode is what the queue as a whole does.
type Mode string

const (
	Stopped Mode = ""        // nothing is started; what runs goes on to its end
	Started Mode = "started" // waiting jobs are started
	Held    Mode = "held"    // nothing is started, and what runs lets go and waits
)

// Control is the durable setting of the whole queue.
type Control struct {
	Mode   Mode   `json:"mode"`
	Reason string `json:"reason,omitempty"` // why it is held or stopped, in words
}

// maxRecord is how large a record may be. The server takes 1 MB.
const maxRecord = 256 << 10

// The version of the records and a checksum come before the JSON text: a flipped bit would otherwise pass as another path.
const recordMark = "tl1 "

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal makes a record of v.
func seal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(fmt.Appendf(nil, "%s%08x ", recordMark, crc32.Checksum(text, castagnoli)), text...), nil
}

// unseal is the way back from seal. It fails for what seal didn't make or what has been damaged since.
func unseal(data []byte, v any) error {
	rest, ok := bytes.CutPrefix(data, []byte(recordMark))
	if !ok || len(rest) < 9 || rest[8] != ' ' {
		return fmt.Errorf("not a record of this queue's version")
	}
	text := rest[9:]
	if fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli)) != string(rest[:8]) {
		return fmt.Errorf("the record's checksum is wrong")
	}
	return json.Unmarshal(text, v)
}

// sealJob makes a job's record, unless that would be too large.
func sealJob(j *Job) ([]byte, error) {
	data, err := seal(j)
	if err != nil {
		return nil, fmt.Errorf("the job for %s: %w", j.Path, err)
	}
	if len(data) > maxRecord {
		return nil, &TooLargeError{Path: j.Path, Size: len(data), Limit: maxRecord}
	}
	return data, nil
}

// unsealJob reads a job's record, which has to be that of the id.
func unsealJob(id string, data []byte) (*Job, error) {
	j := &Job{}
	if err := unseal(data, j); err != nil {
		return nil, err
	}
	if j.ID != id {
		return nil, fmt.Errorf("the record under %s is that of %s", id, j.ID)
	}
	switch j.State {
	case Waiting, Running, Paused, Done, Failed, Cancelled:
		return j, nil
	}
	return nil, fmt.Errorf("the state %q is not known", j.State)
}
