package monitor

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// column is the name of a value, and whether it is written without decimals.
type column struct {
	name  string
	whole bool
}

// baseColumns are what every sample has.
var baseColumns = []column{{"cpu_percent", false}, {"own_cpu_percent", false}, {"own_rss", true}, {"memory_total", true}, {"memory_available", true},
	{"swap_used", true}, {"swap_total", true}, {"disk_read_per_s", false}, {"disk_write_per_s", false}, {"temp_used", true}, {"temp_budget", true}}

// cardColumns are what a graphics card has beside its name.
var cardColumns = []column{{"percent", false}, {"encoder_percent", false}, {"decoder_percent", false}, {"memory_used", true}, {"memory_total", true}, {"celsius", false}}

// WriteCSV writes the record, and after it those of the samples in since that are newer, as a table with a heading, the oldest row first. Each row
// holds averages over the seconds up to its time: percentages, rates and pictures a second with one decimal, sizes in bytes, times in RFC 3339. Jobs
// are separated by semicolons. The columns for cores, volumes and graphics cards are as many as any row has; what a row has not, or doesn't know, is
// empty.
func (r *Record) WriteCSV(w io.Writer, since []Sample) error {
	rows := r.list()
	var last time.Time
	if len(rows) > 0 {
		last = rows[len(rows)-1].end
	}
	for _, s := range since {
		if s.Time.Round(0).After(last) {
			rows = append(rows, rowOf(s, Work{}))
		}
	}
	return writeCSV(w, rows)
}

// table is the columns that all rows together need.
type table struct {
	cores, gpus int
	volumes     []string
}

func tableOf(rows []row) (t table) {
	seen := map[string]bool{}
	var last *shape
	for _, r := range rows {
		if r.shape == last {
			continue
		}
		last = r.shape
		t.cores, t.gpus = max(t.cores, r.shape.cores), max(t.gpus, len(r.shape.gpus))
		for _, v := range r.shape.volumes {
			if !seen[v.Name] {
				seen[v.Name] = true
				t.volumes = append(t.volumes, v.Name)
			}
		}
	}
	return t
}

func (t table) heading() []string {
	head := []string{"time", "seconds", "job", "fps"}
	for _, c := range baseColumns {
		head = append(head, c.name)
	}
	for _, name := range t.volumes {
		head = append(head, name+"_free", name+"_total")
	}
	for i := range t.gpus {
		head = append(head, fmt.Sprintf("gpu%d_name", i))
		for _, c := range cardColumns {
			head = append(head, fmt.Sprintf("gpu%d_%s", i, c.name))
		}
	}
	for i := range t.cores {
		head = append(head, fmt.Sprintf("core%d_percent", i))
	}
	return head
}

func (t table) line(r row) []string {
	fps := ""
	if len(r.jobs) > 0 {
		fps = decimal(r.values[0])
	}
	out := []string{r.end.Format(time.RFC3339Nano), decimal(r.span.Seconds()), strings.Join(r.jobs, "; "), fps}
	values := r.values[1:]
	write := func(columns []column) {
		for i, c := range columns {
			if c.whole {
				out = append(out, whole(values[i]))
			} else {
				out = append(out, decimal(values[i]))
			}
		}
		values = values[len(columns):]
	}
	write(baseColumns)
	for _, name := range t.volumes {
		free, total := "", ""
		for i, v := range r.shape.volumes {
			if v.Name == name {
				free, total = whole(values[2*i]), whole(values[2*i+1])
			}
		}
		out = append(out, free, total)
	}
	values = values[2*len(r.shape.volumes):]
	for i := range t.gpus {
		if i < len(r.shape.gpus) {
			out = append(out, r.shape.gpus[i])
			write(cardColumns)
		} else {
			out = append(out, make([]string, 1+len(cardColumns))...)
		}
	}
	for i := range t.cores {
		if i < r.shape.cores {
			out = append(out, decimal(values[i]))
		} else {
			out = append(out, "")
		}
	}
	return out
}

func writeCSV(w io.Writer, rows []row) error {
	t := tableOf(rows)
	out := csv.NewWriter(w)
	_ = out.Write(t.heading()) // errors stay in out until the end
	for _, r := range rows {
		_ = out.Write(t.line(r))
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write samples: %w", err)
	}
	return nil
}

func decimal(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

func whole(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
