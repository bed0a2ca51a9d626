package tape

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// softTelecine turns a progressive 23.976 MPEG-2 stream without B-frames into one with repeat flags, as DVDs have it,
// and puts it into a program stream with its sound.
func softTelecine(ctx context.Context, s Spec, es, sound, out string) error {
	data, err := os.ReadFile(es)
	if err != nil {
		return err
	}
	if err := addPulldown(data); err != nil {
		return fmt.Errorf("sample %s: %w", s.Name, err)
	}
	if err := os.WriteFile(es, data, 0o644); err != nil {
		return err
	}
	args := []string{"-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-fflags", "+genpts",
		"-f", "mpegvideo", "-i", "file:" + es, "-itsoffset", firstShown, "-f", "s16le", "-ar", strconv.Itoa(SampleRate), "-ac", strconv.Itoa(s.Audio[0].Channels), "-i", sound,
		"-map", "0:v", "-map", "1:a", "-c:v", "copy"}
	args = append(args, soundArgs(0, s.Audio[0])...)
	args = append(args, "-fflags", "+bitexact", "-flags:a", "+bitexact", "file:"+out)
	return runFFmpeg(ctx, args, nil)
}

// firstShown is when ffmpeg says that the first picture of such a stream is shown, in seconds: the time of its three
// fields, because a stream that may have B-frames shows every picture one later than it is coded.
const firstShown = "0.050050"

// Start codes and extension identifiers of ISO/IEC 13818-2.
const (
	sequenceHeader  = 0xB3
	extension       = 0xB5
	sequenceExtID   = 1
	pictureCodingID = 8
	frameRateNTSC   = 4 // frame_rate_code of 30000/1001
)

// addPulldown changes an MPEG-2 elementary stream in place: the frame rate becomes 29.97, the sequence no longer
// claims to be progressive, and the pictures, which must be in display order, carry the flags of 2:3 pulldown
// (ISO/IEC 13818-2, 6.2.2.1, 6.2.2.3 and 6.2.3.1).
func addPulldown(es []byte) error {
	pictures := 0
	for at := 0; ; {
		i := bytes.Index(es[at:], []byte{0, 0, 1})
		if i < 0 || at+i+10 > len(es) {
			break
		}
		at += i + 4
		code, body := es[at-1], es[at:]
		switch {
		case code == sequenceHeader:
			// 12 bits width, 12 bits height, 4 bits aspect, 4 bits rate
			body[3] = body[3]&0xF0 | frameRateNTSC
		case code == extension && body[0]>>4 == sequenceExtID:
			// 4 id, 8 profile and level, 1 progressive_sequence
			body[1] &^= 0x08
		case code == extension && body[0]>>4 == pictureCodingID:
			if body[2]&3 != 3 {
				return errors.New("pulldown flags need whole frames, but the stream has field pictures")
			}
			// 4 id, 16 f_codes, 2 dc precision, 2 structure; then top_field_first, frame_pred_frame_dct,
			// concealment, q_scale_type, intra_vlc, alternate_scan, repeat_first_field, chroma_420_type;
			// then progressive_frame.
			if body[3]&0x40 == 0 {
				return errors.New("pulldown flags need frame prediction throughout")
			}
			body[3] &^= 0x82
			body[3] |= [4]byte{0x80 | 0x02, 0, 0x02, 0x80}[pictures%4] // 3, 2, 3, 2 fields
			body[3] |= 0x01
			body[4] |= 0x80
			pictures++
		}
	}
	if pictures == 0 {
		return errors.New("no MPEG-2 pictures to put pulldown flags on")
	}
	return nil
}

// patchFieldOrder sets Matroska's FieldOrder element (0x9D) of the only picture track to 1, top field first: some
// versions of the writer store the order of coding beside the order of display and give 9 instead.
func patchFieldOrder(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head := data[:min(len(data), 4096)]
	i := bytes.Index(head, []byte{0x9A, 0x81, 0x01, 0x9D, 0x81}) // FlagInterlaced = 1, then FieldOrder
	if i < 0 {
		return errors.New("sample has no field order element")
	}
	head[i+5] = 1
	return os.WriteFile(file, data, 0o644)
}
