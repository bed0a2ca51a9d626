package ffmpeg

import "strings"

// demuxers are the containers and bare streams a capture may come in, by the names ffmpeg matches them with (one of a demuxer's aliases is
// enough). Anything else is refused by ffmpeg itself, whatever the file's name or content claims: playlists and scripts (hls, dash, concat,
// imf, sdp, ffmetadata), which open other files; image patterns (image2), which read '%' in a name as a counter; devices, lavfi, and the
// rare game formats whose demuxers see little care.
var demuxers = strings.Join([]string{
	"asf", "avi", "dv", "flv", "gxf", "lxf", "matroska", "mov", "mpeg", "mpegts", "mxf", "nut", "nuv", "ogg", "pva", "rm", "ty", "wtv", "yuv4mpegpipe", // containers
	"dirac", "dnxhd", "h261", "h263", "h264", "hevc", "ivf", "m4v", "mjpeg", "mpegvideo", "obu", "vc1", // bare pictures
	"aac", "ac3", "aiff", "caf", "dts", "eac3", "flac", "mp3", "w64", "wav", // sound: read so that the error can say that there is no picture
}, ",")

// inputArgs opens path as plain data: no other protocol, no playlist, no option hidden in the name.
func inputArgs(path string) []string {
	return []string{"-protocol_whitelist", "file", "-format_whitelist", demuxers, "-i", "file:" + path}
}
