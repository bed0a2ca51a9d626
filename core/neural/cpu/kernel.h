// What Go and the kernels share. All memory but frames belongs to C; frames are Go memory, pinned while a session lives.
#ifndef TAPELIGHT_KERNEL_H
#define TAPELIGHT_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum { TL_BLOCK = 16, TL_REACH = 8, TL_TAIL = 8 };

// Weights lie in blocks of 16 output channels, [input block][ky][kx][input channel of the block][16]; for AVX-512, whose tiles take the
// three columns at once, [input block][ky][input channel of the block][kx][16]. A last block of at most 8 channels is 8 wide. bias and slope are padded to whole blocks.
typedef struct {
	int in, out;
	float *w, *bias, *slope;
} tl_layer;

// One input channel: where plane `plane` of its picture starts in a frame, and which sample of a grid position it reads.
typedef struct {
	int t, plane, dy, dx;
	size_t offset;
} tl_channel;

// One plane: size in the picture and in the output, grid step, samples per grid position in the output, first channel of the last layer.
typedef struct {
	int w, h, ow, oh, step, block, first;
	size_t base, out; // byte offsets of the plane in the base picture and in the output frame
} tl_plane;

typedef struct {
	int layers, inputs, planes, gw, gh, scale, base, wide;
	int px;           // pixels in a row of a ring: one before, gw, and room for tiles to run over
	float top;        // the largest code
	float offset;     // subtracted from inputs scaled to 0..1
	float taps[4][4]; // of the base's enlargement, by phase
	int first[4];     // source position of the first tap, from the sample's own
	tl_layer *layer;
	tl_channel *channel;
	tl_plane plane[3];
} tl_net;

// One thread's rings (three rows per layer) and the band it works on.
typedef struct {
	const tl_net *net;
	float **ring;     // ring[l]: input of layer l; ring[layers]: one row of output
	float *zero;      // a row of zeros, as wide as the widest
	float *line;      // scratch
	const uint8_t *frame[2 * TL_REACH + 1];
	uint8_t *out;
	int flip, y0, y1;
} tl_worker;

// Feeds grid row t (if it is inside) and lets each layer make the row that has become possible. A band of rows y0..y1-1 takes the steps
// max(0, y0-layers) .. y1-1+layers.
void tl_step_plain(tl_worker *w, int t);
void tl_step_avx2(tl_worker *w, int t);
void tl_step_avx512(tl_worker *w, int t);

enum { TL_PLAIN, TL_AVX2, TL_AVX512 };
int tl_detect(void);                        // the best of the above here
void tl_step(int kernel, tl_worker *w, int t);

void *tl_alloc(size_t bytes);               // zeroed, aligned to a cache line; NULL when there is none
void tl_free(void *p);

double tl_peak(int kernel, long rounds);    // floating-point operations per CPU-second of a loop that does nothing else; 0: unknown

#endif
