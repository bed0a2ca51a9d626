package ffmpeg

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

// Speed trades time for size at equal quality.
type Speed int

const (
	Fast Speed = iota
	Medium
	Slow
)

// VideoEncoder is one way to encode the picture.
type VideoEncoder struct {
	Name       string // ours: "x265"
	Title      string // for people: "H.265 (x265)"
	Codec      string // ffmpeg's encoder
	PixFmt     string
	Depth      int
	Containers []string // it can go into, the preferred first
	Hardware   bool
	Lossless   bool
	Bits       float64                                 // bits a pixel at quality 60, for estimates
	options    func(quality int, speed Speed) []string // key, value pairs
	device     []string                                // global options a hardware encoder needs
	upload     bool                                    // frames go to the device by hwupload
}

// scaleQuality maps 0..100 linearly to an encoder's own scale.
func scaleQuality(quality int, worst, best float64) string {
	return strconv.FormatFloat(worst+(best-worst)*float64(quality)/100, 'f', -1, 64)
}

var all = []string{"mkv", "mp4", "mov"}

// VideoEncoders lists all encoders the program knows, software first. Which of them work here, Tools.Usable tells.
func VideoEncoders() []VideoEncoder {
	preset := func(names ...string) func(Speed) string { return func(s Speed) string { return names[s] } }
	x := preset("superfast", "medium", "slow")
	list := []VideoEncoder{
		{Name: "x265", Title: "H.265 (x265)", Codec: "libx265", PixFmt: "yuv420p10le", Depth: 10, Containers: all, Bits: 0.045,
			options: func(q int, s Speed) []string {
				params := "log-level=error"
				if s == Medium {
					// The preset's own 20 pictures of look-ahead and 4 B-frames cost 120 MB more at 1440x1080 .
					params += ":rc-lookahead=12:bframes=3"
				}
				return []string{"preset", x(s), "crf", scaleQuality(q, 30, 10), "x265-params", params}
			}},
		{Name: "x264", Title: "H.264 (x264), plays everywhere", Codec: "libx264", PixFmt: "yuv420p", Depth: 8, Containers: all, Bits: 0.08,
			options: func(q int, s Speed) []string { return []string{"preset", x(s), "crf", scaleQuality(q, 28, 8)} }},
		{Name: "svtav1", Title: "AV1 (SVT-AV1)", Codec: "libsvtav1", PixFmt: "yuv420p10le", Depth: 10, Containers: []string{"mkv", "mp4"}, Bits: 0.035,
			options: func(q int, s Speed) []string {
				return []string{"preset", preset("10", "7", "4")(s), "crf", strings.Split(scaleQuality(q, 55, 15), ".")[0]}
			}},
		{Name: "ffv1", Title: "FFV1, lossless archive", Codec: "ffv1", PixFmt: "yuv420p10le", Depth: 10, Containers: []string{"mkv"}, Lossless: true, Bits: 6,
			options: func(int, Speed) []string {
				return []string{"level", "3", "slices", "12", "slicecrc", "1", "g", "1", "context", "0", "coder", "1"}
			}},
		{Name: "prores", Title: "ProRes 422, for editing", Codec: "prores_ks", PixFmt: "yuv422p10le", Depth: 10, Containers: []string{"mov", "mkv"}, Bits: 2.5,
			options: func(q int, _ Speed) []string {
				profile := "2" // standard
				if q < 40 {
					profile = "1"
				} else if q >= 75 {
					profile = "3"
				}
				return []string{"profile:v", profile, "vendor", "apl0"}
			}},
	}
	hw := func(name, title, codec, pixFmt string, depth int, options func(int, Speed) []string) VideoEncoder {
		return VideoEncoder{Name: name, Title: title, Codec: codec, PixFmt: pixFmt, Depth: depth, Containers: all, Hardware: true, Bits: 0.07, options: options}
	}
	nvenc := func(q int, s Speed) []string {
		return []string{"preset", preset("p3", "p5", "p7")(s), "rc", "vbr", "cq", scaleQuality(q, 33, 13), "b:v", "0"}
	}
	list = append(list,
		hw("hevc_nvenc", "H.265 on NVIDIA", "hevc_nvenc", "p010le", 10, nvenc),
		hw("h264_nvenc", "H.264 on NVIDIA", "h264_nvenc", "yuv420p", 8, nvenc),
		hw("hevc_qsv", "H.265 on Intel", "hevc_qsv", "p010le", 10, func(q int, _ Speed) []string { return []string{"global_quality", scaleQuality(q, 33, 13)} }),
		hw("hevc_amf", "H.265 on AMD", "hevc_amf", "p010le", 10, func(q int, _ Speed) []string {
			return []string{"rc", "cqp", "qp_i", scaleQuality(q, 33, 13), "qp_p", scaleQuality(q, 35, 15)}
		}),
	)
	if runtime.GOOS == "linux" {
		vaapi := hw("hevc_vaapi", "H.265 on AMD or Intel (VAAPI)", "hevc_vaapi", "p010le", 10, func(q int, _ Speed) []string { return []string{"qp", scaleQuality(q, 33, 13)} })
		vaapi.device, vaapi.upload = []string{"-vaapi_device", "/dev/dri/renderD128"}, true
		list = append(list, vaapi)
	}
	return list
}

// LookupEncoder finds an encoder by our name.
func LookupEncoder(name string) (VideoEncoder, error) {
	var names []string
	for _, e := range VideoEncoders() {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return VideoEncoder{}, fmt.Errorf("there is no encoder %q; known are %s", name, strings.Join(names, ", "))
}

// Options is the encoder's share of ffmpeg's options, as key, value pairs.
func (e VideoEncoder) Options(quality int, speed Speed) []string { return e.options(quality, speed) }

// trialTime is long enough for a slow driver to start, short enough for a person to wait.
const trialTime = 8 * time.Second

// Usable tells whether the encoder works on this machine: software ones when the build has them, hardware ones after a short trial encode.
func (t *Tools) Usable(ctx context.Context, e VideoEncoder) error {
	if !t.HasEncoder(e.Codec) {
		return fmt.Errorf("this ffmpeg was built without %s", e.Codec)
	}
	if !e.Hardware {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, trialTime, fmt.Errorf("the trial of %s did not end within %v", e.Codec, trialTime))
	defer cancel()
	args := append([]string{"-hide_banner", "-nostdin", "-loglevel", "error"}, e.device...)
	filter := "format=" + e.PixFmt
	if e.upload {
		filter += ",hwupload"
	}
	args = append(args, "-f", "lavfi", "-i", "color=gray:s=640x360:r=25:d=0.2", "-vf", filter, "-frames:v", "3", "-c:v", e.Codec)
	for i, o := range e.Options(60, Medium) {
		if i%2 == 0 {
			o = "-" + o
		}
		args = append(args, o)
	}
	_, err := process.Output(ctx, process.Spec{Label: e.Title, Path: t.FFmpeg, Args: append(args, "-f", "null", "-")}, 1<<20)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
