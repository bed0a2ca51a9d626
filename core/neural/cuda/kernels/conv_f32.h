// 3x3 convolution in single precision, for cards without tensor cores: a block makes 16 channels of 32 by 16 positions, each thread four neighbours.
#pragma once
#include "picture.h"

// Rows of a band: the buffers in and out of a layer hold rows in_row0.. and out_row0.. of the grid.
struct Band { int in_row0, in_rows, out_row0, out_rows; };


// Weights lie as [block of 16 outputs][input, up to a multiple of 8][tap][16]. Activations lie as [item][row][column][channels].
template <bool HEAD, bool TAIL>
DEV void convolve_f32(const Picture *p, const Channel *channels, const Output *outputs, const int *items, const u8 *in, u8 *out, const float *x, float *y, const float *weights,
                  const float *bias, const float *slope, int cin, int cout, Band band) {
  const int width = 32, height = 16, chunk = 8;
  SHARED float tile[chunk][height + 2][36];
  SHARED float w[chunk * 9 * 16];
  const int t = TID, tx = t % 8 * 4, ty = t / 8, gw = p->gw, gh = p->gh;
  const int blocks = (cout + 15) / 16, oc0 = BLOCK_Z % blocks * 16, n = BLOCK_Z / blocks;
  const int x0 = BLOCK_X * width, y0 = band.out_row0 + BLOCK_Y * height;
  const int in_stride = (cin + 15) / 16 * 16, out_stride = blocks * 16, depth = (cin + chunk - 1) / chunk * chunk;
  const Item it = item(p, items, n);
  float acc[4][16];
#pragma unroll
  for (int j = 0; j < 16; j++) acc[0][j] = acc[1][j] = acc[2][j] = acc[3][j] = bias[oc0 + j];
  for (int c0 = 0; c0 < depth; c0 += chunk) {
#pragma unroll 1
    for (int i = t; i < (height + 2) * (width + 2); i += 128) {
      const int r = i / (width + 2), c = i % (width + 2), row = y0 - 1 + r, col = x0 - 1 + c;
      // Rows past what this band needs may be absent from the buffer; what reads them is not kept.
      const int row_in = row - band.in_row0;
      if (row < 0 || row >= gh || col < 0 || col >= gw || (!HEAD && (row_in < 0 || row_in >= band.in_rows))) {
        for (int k = 0; k < chunk; k++) tile[k][r][c] = 0;
      } else if (HEAD) {
#pragma unroll 1
        for (int k = 0; k < chunk; k++) tile[k][r][c] = c0 + k < cin ? input_value(p, channels + c0 + k, in, it, row, col) : 0;
      } else {
        const four *from = (const four *)(x + (((i64)n * band.in_rows + row_in) * gw + col) * in_stride + c0);
        four a = from[0], b = from[1];
#pragma unroll
        for (int k = 0; k < 4; k++) tile[k][r][c] = a.v[k], tile[4 + k][r][c] = b.v[k];
      }
    }
#pragma unroll 1
    for (int i = t; i < chunk * 9 * 4; i += 128) ((four *)w)[i] = ((const four *)(weights + ((i64)oc0 / 16 * depth + c0) * 9 * 16))[i];
    SYNC();
#pragma unroll 1
    for (int k = 0; k < chunk; k++) {
#pragma unroll
      for (int dy = 0; dy < 3; dy++) {
        const four a = *(const four *)&tile[k][ty + dy][tx], b = *(const four *)&tile[k][ty + dy][tx + 4];
        const float v[6] = {a.v[0], a.v[1], a.v[2], a.v[3], b.v[0], b.v[1]};
#pragma unroll
        for (int dx = 0; dx < 3; dx++) {
#pragma unroll
          for (int q = 0; q < 4; q++) {
            const four f = ((const four *)w)[(k * 9 + dy * 3 + dx) * 4 + q];
#pragma unroll
            for (int j = 0; j < 4; j++) {
#pragma unroll
              for (int px = 0; px < 4; px++) acc[px][4 * q + j] += v[px + dx] * f.v[j];
            }
          }
        }
      }
    }
    SYNC();
  }
#pragma unroll
  for (int px = 0; px < 4; px++) {
#pragma unroll
    for (int j = 0; j < 16; j++) acc[px][j] *= acc[px][j] < 0 ? slope[oc0 + j] : 1.0f;
  }
  const int row = y0 + ty, rows_end = band.out_row0 + band.out_rows;
  if (TAIL) { // eight channels at a time through shared memory, where rows of samples can be written side by side
    float *stage = (float *)tile;
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int px = 0; px < 4; px++) {
#pragma unroll
        for (int j = 0; j < 8; j++) stage[(ty * width + tx + px) * 9 + j] = acc[px][half * 8 + j];
      }
      SYNC();
      put_tile<128, 8, width, height>(p, outputs, in, out, it, stage, 9, oc0 + half * 8, cout, x0, y0, rows_end);
      SYNC();
    }
    return;
  }
  if (row >= rows_end) return;
#pragma unroll
  for (int px = 0; px < 4; px++) {
    if (x0 + tx + px >= gw) break;
    four *to = (four *)(y + (((i64)n * band.out_rows + row - band.out_row0) * gw + x0 + tx + px) * out_stride + oc0);
#pragma unroll
    for (int q = 0; q < 4; q++) to[q] = {{acc[px][4 * q], acc[px][4 * q + 1], acc[px][4 * q + 2], acc[px][4 * q + 3]}};
  }
}

#ifndef NO_F32_KERNELS
#define CONV_F32(name, head, tail) \
  KERNEL(128, 4) name(const Picture *p, const Channel *channels, const Output *outputs, const int *items, const u8 *in, u8 *out, const float *x, float *y, \
                      const float *weights, const float *bias, const float *slope, i64 cin, i64 cout, i64 in_row0, i64 in_rows, i64 out_row0, i64 out_rows) { \
    convolve_f32<head, tail>(p, channels, outputs, items, in, out, x, y, weights, bias, slope, (int)cin, (int)cout, {(int)in_row0, (int)in_rows, (int)out_row0, (int)out_rows}); \
  }
CONV_F32(conv_f32, false, false)
CONV_F32(conv_f32_head, true, false)
CONV_F32(conv_f32_tail, false, true)
CONV_F32(conv_f32_both, true, true)
#endif
