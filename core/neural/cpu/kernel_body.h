// The kernels, included once per instruction set with TARGET (function attribute), NAME (suffix), LANES (floats in a vector), and for
// blocks of 16 and of 8 channels the tile: P16/P8 pixels, and R16/R8 for what is left at the end of a row. PAIR: two blocks of 16
// at once.
//
// Rows are blocked by 16 channels, [block][pixel][16], so that a pixel's step is a constant in the instructions.

#include "kernel.h"
#include <string.h>

#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")

// Unaligned vectors: only loads and stores in memory use this type's alignment.
typedef float NAME(v) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef float NAME(h) __attribute__((vector_size((LANES > 8 ? 8 : LANES) * 4), aligned(4), may_alias));

// DEFINE_TILE makes P pixels of N vectors V each, from column `at` of three rows. The accumulators stay in registers over all inputs.
//
// Where there are registers enough (SHARE), an input sample is loaded once for the three columns of the kernel: with a single block of
// outputs the loads, not the multiplications, would set the pace.
#define DEFINE_TILE(name, V) \
INLINE void name(const int P, const int N, const float *const r[3], size_t at, size_t block, int in, const float *w, size_t wn, const int ws, \
		const float *bias, const float *slope, size_t bn, float *o, size_t on) { \
	V acc[24]; \
	UNROLL for (int n = 0; n < N; n++) { \
		V b = *(const V *)(bias + n * bn); \
		UNROLL for (int p = 0; p < P; p++) acc[p * N + n] = b; \
	} \
	for (; in > 0; in -= TL_BLOCK, at += block) { \
		const int count = in < TL_BLOCK ? in : TL_BLOCK; \
		for (int ky = 0; ky < 3; ky++) { \
			const float *a = r[ky] + at; \
			INNER(V) \
		} \
	} \
	UNROLL for (int n = 0; n < N; n++) { \
		V s = *(const V *)(slope + n * bn); \
		UNROLL for (int p = 0; p < P; p++) { \
			V v = acc[p * N + n]; \
			V pos = (V)((__typeof__(v < v))v & (v > (V){0})); \
			*(V *)(o + p * TL_BLOCK + n * on) = pos + s * (v - pos); \
		} \
	} \
}
#if SHARE
#define INNER(V) \
	for (int c = 0; c < count; c++) { \
		V wv[3][2]; \
		UNROLL for (int k = 0; k < 3; k++) { \
			UNROLL for (int n = 0; n < N; n++) wv[k][n] = *(const V *)(w + (c * 3 + k) * ws + n * wn); \
		} \
		UNROLL for (int q = 0; q < P + 2; q++) { \
			const float s = a[q * TL_BLOCK + c]; \
			UNROLL for (int k = 0; k < 3; k++) { \
				UNROLL for (int n = 0; n < N; n++) if (q >= k && q - k < P) acc[(q - k) * N + n] += wv[k][n] * s; \
			} \
		} \
	} \
	w += 3 * count * ws;
#else
#define INNER(V) \
	for (int k = 0; k < 3; k++, a += TL_BLOCK) { \
		for (int c = 0; c < count; c++, w += ws) { \
			V wv[4]; \
			UNROLL for (int n = 0; n < N; n++) wv[n] = *(const V *)(w + n * wn); \
			UNROLL for (int p = 0; p < P; p++) { \
				const float s = a[p * TL_BLOCK + c]; \
				UNROLL for (int n = 0; n < N; n++) acc[p * N + n] += wv[n] * s; \
			} \
		} \
	}
#endif
DEFINE_TILE(NAME(tile), NAME(v))
DEFINE_TILE(NAME(half), NAME(h))

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
	if (t >= 0 && t < n->gh && t < w->y1 + L) NAME(pack)(w, t, w->ring[0] + (size_t)(t % 3) * n->px * ((n->inputs + TL_BLOCK - 1) / TL_BLOCK * TL_BLOCK));
	for (int l = 0; l < L; l++) {
		const int y = t - 1 - l, halo = L - 1 - l;
		if (y < 0 || y >= n->gh || y < w->y0 - halo || y >= w->y1 + halo) continue;
		const tl_layer *layer = n->layer + l;
		const size_t in = (size_t)n->px * ((layer->in + TL_BLOCK - 1) / TL_BLOCK * TL_BLOCK), out = (size_t)n->px * ((layer->out + TL_BLOCK - 1) / TL_BLOCK * TL_BLOCK);
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
