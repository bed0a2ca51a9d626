// The kernels, included once per instruction set with TARGET (function attribute), NAME (suffix), LANES (floats in a vector), and for
// blocks of 16 and of 8 channels the tile: P16/P8 pixels, and R16/R8 for what is left at the end of a row. PAIR: two blocks of 16 at once.
//
// Rows are blocked by 16 channels, [block][pixel][16], so that a pixel's step is a constant in the instructions.

#include "kernel.h"
#include <string.h>

#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")

// Unaligned vectors: only loads and stores in memory use this type's alignment.
typedef float NAME(v) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef float NAME(h) __attribute__((vector_size((LANES > 8 ? 8 : LANES) * 4), aligned(4), may_alias));

// DEFINE_TILE makes P pixels of N vectors V each. The accumulators stay in registers over all inputs.
#define DEFINE_TILE(name, V, W) \
INLINE void name(const int P, const int N, const float *const r[3], size_t at, size_t block, int in, const float *w, size_t wn, const int ws, \
		const float *bias, const float *slope, size_t bn, float *o, size_t on) { \
	V acc[24]; \
	UNROLL for (int n = 0; n < N; n++) { \
		V b = *(const V *)(bias + n * bn); \
		UNROLL for (int p = 0; p < P; p++) acc[p * N + n] = b; \
	} \
	for (; in > 0; in -= TL_BLOCK, at += block) { \
		const int count = in < TL_BLOCK ? in : TL_BLOCK; \
		for (int k = 0; k < 9; k++) { \
			const float *a = r[k / 3] + at + (k % 3) * TL_BLOCK; \
			for (int c = 0; c < count; c++) { \
				V wv[4]; \
				UNROLL for (int n = 0; n < N; n++) wv[n] = *(const V *)(w + n * wn); \
				UNROLL for (int p = 0; p < P; p++) { \
					const float s = a[p * TL_BLOCK + c]; \
					UNROLL for (int n = 0; n < N; n++) acc[p * N + n] += wv[n] * s; \
				} \
				w += ws; \
			} \
		} \
	} \
	UNROLL for (int n = 0; n < N; n++) { \
		V s = *(const V *)(slope + n * bn); \
		UNROLL for (int p = 0; p < P; p++) { \
			V v = acc[p * N + n]; \
			V pos = (v + (V)((__typeof__(v < v))v & 0x7fffffff)) * 0.5f; /* max(v, 0), exactly */ \
			*(V *)(o + p * TL_BLOCK + n * on) = pos + s * (v - pos); \
		} \
	} \
}
DEFINE_TILE(NAME(tile), NAME(v), LANES)
DEFINE_TILE(NAME(half), NAME(h), LANES)

// A block (or pair) of output channels along a row.
#define ALONG(P, R, CALL) do { \
	int x = 0; \
	for (; x + (P) <= gw; x += (P)) CALL(P); \
	for (; x < gw; x += (R)) CALL(R); \
} while (0)

#define N16 (TL_BLOCK / LANES)
#define N8 (LANES > 8 ? 1 : 8 / LANES)
#define CALL_PAIR(P) NAME(tile)(P, 2, r, (size_t)x * TL_BLOCK, block, l->in, w, wide, 16, bias, slope, 16, o + x * TL_BLOCK, block)
#define CALL_16(P) NAME(tile)(P, N16, r, (size_t)x * TL_BLOCK, block, l->in, w, LANES, 16, bias, slope, LANES, o + x * TL_BLOCK, LANES)
#define CALL_8(P) NAME(half)(P, N8, r, (size_t)x * TL_BLOCK, block, l->in, w, LANES, 8, bias, slope, LANES, o + x * TL_BLOCK, LANES)

TARGET static __attribute__((noinline)) void NAME(convolve)(const tl_net *n, const tl_layer *l, const float *const r[3], float *row) {
	const size_t block = (size_t)n->px * TL_BLOCK, wide = (size_t)l->in * 9 * 16;
	const int gw = n->gw;
	const float *w = l->w, *bias = l->bias, *slope = l->slope;
	float *o = row + TL_BLOCK;
	for (int left = l->out; left > 0;) {
#if PAIR
		if (left > 24) {
			ALONG(P16 / 2, R16 / 2, CALL_PAIR);
			left -= 32, w += 2 * wide, bias += 32, slope += 32, o += 2 * block;
			continue;
		}
#endif
		if (left > 8) ALONG(P16, R16, CALL_16);
		else ALONG(P8, R8, CALL_8);
		left -= 16, w += wide, bias += 16, slope += 16, o += block;
	}
	// Tiles that ran over the end wrote where the next layer needs the zero beside the picture.
	for (int b = 0; b * TL_BLOCK < l->out; b++) memset(row + b * block + (gw + 1) * TL_BLOCK, 0, TL_BLOCK * sizeof(float));
}

#include "ends_body.h"

TARGET void NAME(tl_step)(tl_worker *w, int t) {
	const tl_net *n = w->net;
	const int L = n->layers;
	if (t >= 0 && t < n->gh && t < w->y1 + L) NAME(pack)(w, t, w->ring[0] + (size_t)(t % 3) * n->px * ((n->inputs + 15) / 16 * 16));
	for (int l = 0; l < L; l++) {
		const int y = t - 1 - l, halo = L - 1 - l;
		if (y < 0 || y >= n->gh || y < w->y0 - halo || y >= w->y1 + halo) continue;
		const tl_layer *layer = n->layer + l;
		const size_t in = (size_t)n->px * ((layer->in + 15) / 16 * 16), out = (size_t)n->px * ((layer->out + 15) / 16 * 16);
		const float *r[3];
		for (int k = 0; k < 3; k++) {
			const int yy = y + k - 1;
			r[k] = yy < 0 || yy >= n->gh ? w->zero : w->ring[l] + (size_t)(yy % 3) * in;
		}
		float *to = w->ring[l + 1] + (l + 1 < L ? (size_t)(y % 3) * out : 0);
		NAME(convolve)(n, layer, r, to);
		if (l + 1 == L) NAME(finish)(w, y, to);
	}
}
