package ffmpeg

// demuxers a capture may come in. Anything else (playlists, concat scripts, image patterns, network sessions) is refused by ffmpeg itself,
// whatever the file's name or content claims.
const demuxers = "aac,ac3,aiff,asf,avi,dv,flac,flv,gxf,h261,h263,h264,hevc,ivf,m4v,matroska,webm,matroska,webm,mjpeg,mov,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,rm,wav,w64,wtv,yuv4mpegpipe"

// inputArgs opens path as plain data: no other protocol, no playlist, no option hidden in the name.
func inputArgs(path string) []string {
	return []string{"-protocol_whitelist", "file", "-format_whitelist", demuxers, "-i", "file:" + path}
}
