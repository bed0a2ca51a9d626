package monitor

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// WriteCSV writes samples as a table with a heading: a row a sample, percentages and rates with one decimal, sizes in bytes, times in
// RFC 3339. The columns for cores, volumes and graphics cards are as many as any sample has; what a sample has not, or doesn't know, is
// empty.
func WriteCSV(w io.Writer, samples []Sample) error {
	var cores, gpus int
	var volumes []string
	seen := map[string]bool{}
	for _, s := range samples {
		cores, gpus = max(cores, len(s.CPU.Cores)), max(gpus, len(s.GPUs))
		for _, v := range s.Volumes {
			if !seen[v.Name] {
				seen[v.Name] = true
				volumes = append(volumes, v.Name)
			}
		}
	}
	out := csv.NewWriter(w)
	head := []string{"time", "cpu_percent", "own_cpu_percent", "own_rss", "memory_total", "memory_available", "swap_used", "swap_total",
		"disk_read_per_s", "disk_write_per_s", "temp_used", "temp_budget"}
	for _, name := range volumes {
		head = append(head, name+"_free", name+"_total")
	}
	for i := range gpus {
		for _, column := range []string{"name", "percent", "encoder_percent", "decoder_percent", "memory_used", "memory_total", "celsius"} {
			head = append(head, fmt.Sprintf("gpu%d_%s", i, column))
		}
	}
	for i := range cores {
		head = append(head, fmt.Sprintf("core%d_percent", i))
	}
	_ = out.Write(head) // errors stay in out until the end
	for _, s := range samples {
		row := []string{s.Time.Format(time.RFC3339Nano), decimal(s.CPU.Total), decimal(s.CPU.Own),
			whole(s.Memory.Own), whole(s.Memory.Total), whole(s.Memory.Available), whole(s.Memory.SwapUsed), whole(s.Memory.SwapTotal),
			decimal(s.Disk.Read), decimal(s.Disk.Write), strconv.FormatInt(s.TempUsed, 10), strconv.FormatInt(s.TempBudget, 10)}
		for _, name := range volumes {
			row = append(row, volumeColumns(s, name)...)
		}
		for i := range gpus {
			row = append(row, gpuColumns(s, i)...)
		}
		for i := range cores {
			if i < len(s.CPU.Cores) {
				row = append(row, decimal(s.CPU.Cores[i]))
			} else {
				row = append(row, "")
			}
		}
		_ = out.Write(row)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write samples: %w", err)
	}
	return nil
}

func volumeColumns(s Sample, name string) []string {
	for _, v := range s.Volumes {
		if v.Name == name && v.Total > 0 {
			return []string{whole(v.Free), whole(v.Total)}
		}
	}
	return []string{"", ""}
}

func gpuColumns(s Sample, i int) []string {
	if i >= len(s.GPUs) {
		return make([]string, 7)
	}
	g := s.GPUs[i]
	return []string{g.Name, decimal(g.Busy), decimal(g.Enc), decimal(g.Dec), whole(g.MemUsed), whole(g.MemTotal), decimal(g.Temp)}
}

func decimal(v float64) string {
	if v == Unknown {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

func whole(v uint64) string { return strconv.FormatUint(v, 10) }
