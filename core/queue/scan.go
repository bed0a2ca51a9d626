package queue

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/highwayhash"
)

// The store's blocks are read here before the server sees them, because it cuts off a block at the first record it finds damaged, and what
// came after is gone. A record in a block (nats-server 2.x, filestore.go, writeMsgRecordLocked), little-endian:
//
//	length (4, of all of it; top bit: has headers)  sequence (8)  time (8)  length of the subject (2)  subject
//	[length of the headers (4)  headers]  value  hash (8)
//
// The hash is HighwayHash-64, keyed by the SHA-256 of the stream's name and the block's number, over all but the length.
const (
	recordHead = 22
	recordHash = 8
	hasHeaders = 1 << 31
	erased     = 1 << 63 // in the sequence: overwritten
	tombstone  = 1 << 62 // in the sequence: says that the message of that sequence is deleted
	maxBlock   = 1 << 30
)

// blockRecord is one record of a block. Its slices lie in the block.
type blockRecord struct {
	seq     uint64
	subject string
	headers []byte
	value   []byte
}

var (
	errCut      = errors.New("is cut off in a record")
	errChecksum = errors.New("holds a record with a wrong checksum")
)

// blockHash is the hash for the records of a stream's block.
func blockHash(stream string, block int) hash.Hash64 {
	key := sha256.Sum256(fmt.Appendf(nil, "%s-%d", stream, block))
	h, _ := highwayhash.New64(key[:]) // fails for keys of another length only
	return h
}

// readRecord reads the record at the beginning of data and tells how long it is.
func readRecord(data []byte, h hash.Hash64) (r blockRecord, size int, err error) {
	if len(data) < recordHead+recordHash {
		return r, 0, errCut
	}
	word := binary.LittleEndian.Uint32(data)
	size = int(word &^ hasHeaders)
	subject := int(binary.LittleEndian.Uint16(data[20:]))
	start := recordHead + subject
	if word&hasHeaders != 0 {
		start += 4
	}
	if size > len(data) {
		return r, 0, errCut
	}
	if size < start+recordHash {
		return r, 0, errChecksum
	}
	h.Reset()
	h.Write(data[4:20])
	h.Write(data[recordHead : recordHead+subject])
	h.Write(data[start : size-recordHash])
	if !bytes.Equal(h.Sum(nil), data[size-recordHash:size]) {
		return r, 0, errChecksum
	}
	r.seq = binary.LittleEndian.Uint64(data[4:])
	r.subject = string(data[recordHead : recordHead+subject])
	r.value = data[start : size-recordHash]
	if word&hasHeaders != 0 {
		n := int(binary.LittleEndian.Uint32(data[start-4:]))
		if n > len(r.value) {
			return r, 0, errChecksum
		}
		r.headers, r.value = r.value[:n], r.value[n:]
	}
	return r, size, nil
}

// scanBlock hands every record that can be read to use, and says what could not. After damage it goes on at the next place where the prefix of
// subjects makes a readable record.
func scanBlock(data []byte, h hash.Hash64, prefix string, use func(blockRecord)) (damage error) {
	for at := 0; at < len(data); {
		r, size, err := readRecord(data[at:], h)
		if err == nil {
			use(r)
			at += size
			continue
		}
		if damage == nil {
			damage = err
		}
		next := bytes.Index(data[min(len(data), at+recordHead+1):], []byte(prefix))
		if next < 0 {
			return damage
		}
		at += next + 1 // the subject lies recordHead further on
	}
	return damage
}

// scanStore reads all blocks of the queue's stream under a store's folder. found says what is damaged; it is empty for a store that was never
// written.
func scanStore(dir, queue, prefix string, use func(blockRecord)) (blocks int, found []string, err error) {
	stream := "KV_" + bucketName(queue)
	folder := filepath.Join(dir, "jetstream", "$G", "streams", stream, "msgs")
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	for _, e := range entries {
		var number int
		if _, err := fmt.Sscanf(e.Name(), "%d.blk", &number); err != nil || !strings.HasSuffix(e.Name(), ".blk") {
			continue
		}
		blocks++
		if info, err := e.Info(); err == nil && info.Size() > maxBlock {
			found = append(found, fmt.Sprintf("%s has %d bytes", e.Name(), info.Size()))
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		if damage := scanBlock(data, blockHash(stream, number), prefix, use); damage != nil {
			found = append(found, fmt.Sprintf("%s %v", e.Name(), damage))
		}
	}
	return blocks, found, nil
}
