package queue

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
)

const (
	storeDir   = "store"
	rebuiltDir = "store.rebuilt"
	asideDir   = "store.damaged-"
)

// openStore starts the server over the folder dir/store, which it mends before if need be: then damaged says so.
func openStore(dir, queue string, opts ...nats.Option) (e *embedded, l *link, damaged *DamageError, err error) {
	if err := finishRebuild(dir); err != nil {
		return nil, nil, nil, err
	}
	prefix := "$KV." + bucketName(queue) + "."
	store := filepath.Join(dir, storeDir)
	var last uint64
	blocks, found, err := scanStore(store, queue, prefix, func(r blockRecord) { last = max(last, r.seq&^(erased|tombstone)) })
	if err != nil {
		found = append(found, err.Error())
	}
	if left := lastWords(store); left > last {
		found = append(found, fmt.Sprintf("the records end at %d, and there were %d", last, left))
	}
	if len(found) == 0 {
		e, l, err = startOver(store, queue, opts...)
		switch {
		case err == nil && (blocks == 0 || !l.made):
			return e, l, nil, nil
		case err == nil:
			found = append(found, "the description of the list is unreadable: "+e.log.last())
			l.nc.Close()
			e.stop()
		case blocks == 0 && !exists(filepath.Join(store, "jetstream")):
			return nil, nil, nil, err // there is nothing that could be damaged
		default:
			found = append(found, err.Error())
		}
	}
	if damaged, err = rebuild(dir, queue, prefix); err != nil {
		return nil, nil, nil, &StoreError{Step: "mend " + store + " (" + strings.Join(found, "; ") + ")", Err: err}
	}
	damaged.Found = found[:min(len(found), 8)]
	e, l, err = startOver(store, queue, opts...)
	return e, l, damaged, err
}

func startOver(store, queue string, opts ...nats.Option) (*embedded, *link, error) {
	e, err := startEmbedded(store)
	if err != nil {
		return nil, nil, err
	}
	l, err := connect(e, "", queue, opts...)
	if err != nil {
		e.stop()
		return nil, nil, err
	}
	return e, l, nil
}

// rebuild writes what can be read of the store into a new one and puts the old one aside. The new one is complete before it takes the place.
func rebuild(dir, queue, prefix string) (*DamageError, error) {
	store, rebuilt := filepath.Join(dir, storeDir), filepath.Join(dir, rebuiltDir)
	records := salvage(store, queue, prefix)
	e, l, err := startOver(rebuilt, queue)
	if err != nil {
		return nil, err
	}
	var list []*nats.Msg
	kept := 0
	for subject, value := range records {
		list = append(list, &nats.Msg{Subject: subject, Data: value})
		if strings.HasPrefix(subject, prefix+jobKey) {
			kept++
		}
	}
	ctx, cancel := timeout()
	_, err = l.write(ctx, list)
	cancel()
	l.nc.Close()
	e.stop()
	if err != nil {
		return nil, err
	}
	aside, err := putAside(dir)
	if err != nil {
		return nil, err
	}
	return &DamageError{Aside: aside, Kept: kept}, finishRebuild(dir)
}

// salvage is the last readable record of every key that wasn't removed. Where the newest can't be read it is the one before, if that is
// still there: a job that is done may come back as waiting, which loses nothing.
func salvage(store, queue, prefix string) map[string][]byte {
	type version struct {
		seq   uint64
		value []byte
	}
	last := map[string]version{}
	scanStore(store, queue, prefix, func(r blockRecord) {
		key, ok := strings.CutPrefix(r.subject, prefix)
		if !ok || r.seq&(erased|tombstone) != 0 || r.seq < last[r.subject].seq {
			return
		}
		if removed := bytes.Contains(r.headers, []byte(kvOperation)) || bytes.Contains(r.headers, []byte(markerReason)); removed {
			last[r.subject] = version{seq: r.seq}
			return
		}
		id, isJob := strings.CutPrefix(key, jobKey)
		if isJob {
			if _, err := unsealJob(id, r.value); err != nil {
				return
			}
		} else if key != controlKey || unseal(r.value, &Control{}) != nil {
			return
		}
		last[r.subject] = version{r.seq, bytes.Clone(r.value)}
	}) // what is wrong is known by now
	records := map[string][]byte{}
	for subject, v := range last {
		if v.value != nil {
			records[subject] = v.value
		}
	}
	return records
}

// putAside renames the store to the first free name.
func putAside(dir string) (string, error) {
	for n := 1; ; n++ {
		aside := filepath.Join(dir, fmt.Sprint(asideDir, n))
		if exists(aside) {
			continue
		}
		return aside, os.Rename(filepath.Join(dir, storeDir), aside)
	}
}

// finishRebuild takes up where a process died between the two renamings, or throws away a new store it had not completed.
func finishRebuild(dir string) error {
	store, rebuilt := filepath.Join(dir, storeDir), filepath.Join(dir, rebuiltDir)
	if exists(store) {
		return os.RemoveAll(rebuilt)
	}
	if err := os.Rename(rebuilt, store); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// lastWordsFile says, from one closing of the store to the next, how far its records went: a file that ends sooner, or is missing, but between two
// records, would pass for a whole one otherwise.
const lastWordsFile = "last"

func writeLastWords(store string, revision uint64) error {
	temporary := filepath.Join(store, lastWordsFile+".new")
	if err := os.WriteFile(temporary, fmt.Appendf(nil, "%d\n", revision), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(store, lastWordsFile))
}

// lastWords is 0 if there are none that can be read.
func lastWords(store string) uint64 {
	text, _ := os.ReadFile(filepath.Join(store, lastWordsFile))
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
