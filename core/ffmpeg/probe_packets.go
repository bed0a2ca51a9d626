package ffmpeg

import (
	"bufio"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"

	"github.com/tapelight/tapelight/core/process"
)

// PacketStats is what walking all packets of one stream says. A packet is a frame, but for a few containers that store fields apart.
type PacketStats struct {
	Packets int64 // that carry a picture or sound which will be shown
	Keys    int64 // of these, those that can be decoded by themselves
	Empty   int64 // placeholders without data: the recorder dropped a frame
	Hidden  int64 // marked to be decoded but not shown (edit lists)
	Timed   int64 // of Packets, those with a time

	Start float64 // seconds, earliest presentation
	Last  float64 // seconds, start of the latest
	End   float64 // seconds, Last and its length

	// Intervals between presentations one after the other, shortest first. Times are rounded to 10 microseconds, or coarser where a
	// file has very many different ones; Damaged says that reading ended with an error, so that the figures are of the readable part.
	Intervals []Interval
	Damaged   error
}

// Interval is a distance in time and how often it occurs.
type Interval struct {
	Seconds float64
	Count   int64
}

// Off counts the intervals that differ from period by more than tolerance, both in seconds.
func (s *PacketStats) Off(period, tolerance float64) (n int64) {
	for _, i := range s.Intervals {
		if math.Abs(i.Seconds-period) > tolerance {
			n += i.Count
		}
	}
	return n
}

// Median is the middle interval in seconds, 0 where there is none.
func (s *PacketStats) Median() float64 {
	var total, seen int64
	for _, i := range s.Intervals {
		total += i.Count
	}
	for _, i := range s.Intervals {
		if seen += i.Count; 2*seen >= total {
			return i.Seconds
		}
	}
	return 0
}

// CountPackets walks one stream; see ScanPackets.
func (t *Tools) CountPackets(ctx context.Context, path string, stream int) (*PacketStats, error) {
	all, err := t.scan(ctx, path, []string{"-select_streams", fmt.Sprint(stream)}, nil)
	if err != nil {
		return nil, err
	}
	if s := all[stream]; s != nil {
		return s, nil
	}
	return &PacketStats{}, nil
}

// ScanPackets walks the packets of all streams without decoding, as fast as the disk reads, in bounded memory. Seen, if not nil, hears the
// time in seconds reached so far, once every few thousand packets. A file that breaks off is no error: see PacketStats.Damaged.
func (t *Tools) ScanPackets(ctx context.Context, path string, seen func(seconds float64)) (map[int]*PacketStats, error) {
	return t.scan(ctx, path, nil, seen)
}

func (t *Tools) scan(ctx context.Context, path string, extra []string, seen func(float64)) (map[int]*PacketStats, error) {
	args := append([]string{"-v", "error", "-hide_banner"}, extra...)
	args = append(args, "-show_entries", "packet=stream_index,pts_time,dts_time,duration_time,size,flags", "-print_format", "compact=print_section=0")
	c, err := process.Start(ctx, process.Spec{Label: "ffprobe", Path: t.FFprobe, Args: append(args, inputArgs(path)...), Stdout: true})
	if err != nil {
		return nil, fmt.Errorf("count the frames of %s: %w", path, err)
	}
	defer c.Stop()
	stats, readErr := ParsePackets(c.Stdout, seen)
	if readErr != nil {
		return nil, fmt.Errorf("count the frames of %s: %w", path, readErr)
	}
	if err := c.Wait(); err != nil {
		var exit *process.ExitError
		if !errors.As(err, &exit) || len(stats) == 0 {
			return nil, fmt.Errorf("count the frames of %s: %w", path, err)
		}
		for _, s := range stats {
			s.Damaged = err
		}
	}
	return stats, nil
}

// maxReorder is how many pictures may be stored ahead of one that is shown before them; H.264 and HEVC allow 16.
const maxReorder = 64

// maxStreams bounds what a hostile file can make us keep.
const maxStreams = 256

type packetCounter struct {
	PacketStats
	waiting   timeHeap
	previous  float64
	begun     bool
	presented bool // some packet had a presentation time
	grid      float64
	counts    map[int64]int64
}

// ParsePackets reads ffprobe's compact packet lines: key=value|key=value. Lines and values that make no sense are passed over.
func ParsePackets(r io.Reader, seen func(float64)) (map[int]*PacketStats, error) {
	counters := map[int]*packetCounter{}
	lines := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		raw, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) { // no packet line is this long
			n--
			continue
		}
		if len(raw) > 0 {
			at := parsePacket(string(raw), counters)
			if seen != nil && n%4096 == 0 {
				seen(at)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	out := make(map[int]*PacketStats, len(counters))
	for i, c := range counters {
		out[i] = c.finish()
	}
	return out, nil
}

func parsePacket(line string, counters map[int]*packetCounter) (at float64) {
	var index, pts, dts, length, size, flags string
	for rest := strings.TrimSpace(line); rest != ""; {
		var field string
		field, rest, _ = strings.Cut(rest, "|")
		key, value, _ := strings.Cut(field, "=")
		switch key {
		case "stream_index":
			index = value
		case "pts_time":
			pts = value
		case "dts_time":
			dts = value
		case "duration_time":
			length = value
		case "size":
			size = value
		case "flags":
			flags = value
		}
	}
	if index == "" {
		return 0
	}
	i := jsonText(index).size()
	c := counters[i]
	if c == nil {
		if len(counters) >= maxStreams {
			return 0
		}
		c = &packetCounter{grid: 1e-5, counts: map[int64]int64{}}
		counters[i] = c
	}
	switch {
	case size == "0":
		c.Empty++
		return 0
	case strings.Contains(flags, "D"):
		c.Hidden++
		return 0
	}
	c.Packets++
	if strings.HasPrefix(flags, "K") {
		c.Keys++
	}
	at, ok := probeSeconds(pts)
	if ok {
		c.presented = true
	} else if !c.presented {
		// AVI has decoding times only, and those are regular. Where others have a presentation time, the decoding time would be out of
		// place by the pictures that are stored ahead: better none.
		at, ok = probeSeconds(dts)
	}
	if ok {
		d, _ := probeSeconds(length)
		c.add(at, max(d, 0))
	}
	return at
}

func (c *packetCounter) add(at, length float64) {
	if c.Timed == 0 || at < c.Start {
		c.Start = at
	}
	if c.Timed == 0 || at >= c.Last {
		c.Last, c.End = at, at+length
	}
	c.Timed++
	heap.Push(&c.waiting, at)
	if c.waiting.Len() > maxReorder {
		c.step(heap.Pop(&c.waiting).(float64))
	}
}

func (c *packetCounter) step(at float64) {
	if c.begun {
		if len(c.counts) >= 4096 { // a coarser grid rather than more memory
			c.grid *= 4
			coarse := map[int64]int64{}
			for k, n := range c.counts {
				coarse[int64(math.Round(float64(k)/4))] += n
			}
			c.counts = coarse
		}
		c.counts[int64(math.Round((at-c.previous)/c.grid))]++
	}
	c.previous, c.begun = at, true
}

func (c *packetCounter) finish() *PacketStats {
	for c.waiting.Len() > 0 {
		c.step(heap.Pop(&c.waiting).(float64))
	}
	for k, n := range c.counts {
		c.Intervals = append(c.Intervals, Interval{float64(k) * c.grid, n})
	}
	sort.Slice(c.Intervals, func(i, j int) bool { return c.Intervals[i].Seconds < c.Intervals[j].Seconds })
	return &c.PacketStats
}

type timeHeap []float64

func (t timeHeap) Len() int           { return len(t) }
func (t timeHeap) Less(i, j int) bool { return t[i] < t[j] }
func (t timeHeap) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *timeHeap) Push(x any)        { *t = append(*t, x.(float64)) }
func (t *timeHeap) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
