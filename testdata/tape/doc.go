// Package tape makes small captures of old video tapes whose truth is known: how many distinct moments
// they hold and in which order, the colours of flat patches, where the sound clicks. Tests restore them
// and compare the result with that truth instead of with a recorded answer.
//
// Every moment (a field of interlaced video, a frame of film or of progressive video) carries its own
// number in a strip of large blocks at the top of the picture, which ReadStrip reads back from restored,
// upscaled or cropped pictures. Everything is drawn by this package and is the same on every run;
// only the encoders are ffmpeg's.
package tape
