// 3x3 convolution on tensor cores: halves in, floats accumulated, halves out. Implicit matrix product: 16 neighbouring positions by 8 output
// channels by 16 input channels of one tap each instruction. A block of four warps makes 32 by 8 positions of 8*NT channels.
#pragma once
#include "conv_f32.h"

// Values are kept finite: a half ends at 65504.
DEV float activated(float v, float bias, float slope) {
  v += bias;
  v *= v < 0 ? slope : 1.0f;
  return least(most(v, -65504.0f), 65504.0f);
}

// Weights lie as instructions take them: [16 inputs][tap][16 outputs][lane][4], the lane's four numbers being those of two instructions.
template <int NT, bool HEAD, bool TAIL>
DEV void convolve_f16(const Picture *p, const Channel *channels, const Output *outputs, const int *items, const u8 *in, u8 *out, const u16 *x, u16 *y, const u32 *weights,
                  const float *bias, const float *slope, int cin, int cout, Band band) {
  const int width = 32, height = 8, columns = width + 2, stride = 24; // 48 bytes a position: eight of them touch each bank once
  SHARED u16 tile[2][(height + 2) * columns * stride];
  const int t = TID, lane = t & 31, warp = t >> 5, gw = p->gw, gh = p->gh;
  const int pairs = (cout + 15) / 16, parts = (pairs + NT / 2 - 1) / (NT / 2), pair0 = BLOCK_Z % parts * (NT / 2), n = BLOCK_Z / parts;
  const int x0 = BLOCK_X * width, y0 = band.out_row0 + BLOCK_Y * height;
  const int chunks = (cin + 15) / 16, in_stride = chunks * 16, out_stride = pairs * 16;
  const Item it = item(p, items, n);

  auto load = [&](int k) {
    u16 *to = tile[k & 1];
#pragma unroll 1
    for (int i = t; i < (height + 2) * columns * 2; i += 128) {
      const int at = i >> 1, half = i & 1, row = y0 - 1 + at / columns, col = x0 - 1 + at % columns, row_in = row - band.in_row0;
      u16 *cell = to + at * stride + half * 8;
      bool inside = row >= 0 && row < gh && col >= 0 && col < gw;
      if (HEAD) {
#pragma unroll 1
        for (int c = 0; c < 8; c++) {
          const int channel = k * 16 + half * 8 + c;
          cell[c] = inside && channel < cin ? to_half(input_value(p, channels + channel, in, it, row, col)) : (u16)0;
        }
      } else {
        inside = inside && row_in >= 0 && row_in < band.in_rows;
        const u16 *from = x + (((i64)n * band.in_rows + (inside ? row_in : 0)) * gw + (inside ? col : 0)) * in_stride + k * 16 + half * 8;
        copy16(cell, from, inside);
      }
    }
    copies_begun();
  };

  float acc[4][NT][4] = {};
  load(0);
  for (int k = 0; k < chunks; k++) {
    if (k + 1 < chunks) {
      load(k + 1);
      copies_wait<1>();
    } else {
      copies_wait<0>();
    }
    SYNC();
    const u16 *from = tile[k & 1];
#pragma unroll 1
    for (int dy = 0; dy < 3; dy++) {
#pragma unroll
      for (int dx = 0; dx < 3; dx++) {
        const u32 *w = weights + ((((i64)k * 9 + dy * 3 + dx) * pairs + pair0) * 32 + lane) * 4;
        u32 b[NT][2];
#pragma unroll
        for (int q = 0; q < NT / 2; q++) {
          if (pair0 + q < pairs) {
            const four f = *(const four *)(w + q * 128);
            __builtin_memcpy(b[2 * q], &f, 16);
          } else {
            b[2 * q][0] = b[2 * q][1] = b[2 * q + 1][0] = b[2 * q + 1][1] = 0;
          }
        }
#pragma unroll
        for (int m = 0; m < 4; m++) {
          const int row = warp * 2 + (m >> 1) + dy, col = (m & 1) * 16 + dx + (lane & 15);
          u32 a[4];
          ldmatrix(a, from + (row * columns + col) * stride + (lane >> 4) * 8);
#pragma unroll
          for (int j = 0; j < NT; j++) mma(acc[m][j], a, b[j]);
        }
      }
    }
    SYNC();
  }

  if (TAIL) { // 16 channels at a time through shared memory, where rows of samples can be written side by side
    float *stage = (float *)tile;
#pragma unroll
    for (int q = 0; q < NT / 2; q++) {
      if (pair0 + q >= pairs) break;
#pragma unroll
      for (int j = 0; j < 4; j++) { // two instructions' columns, two neighbours each
        const int c = (j >> 1) * 8 + (lane & 3) * 2 + (j & 1), channel = (pair0 + q) * 16 + c;
        const float b = bias[channel], s = slope[channel];
#pragma unroll
        for (int m = 0; m < 4; m++) {
#pragma unroll
          for (int h = 0; h < 2; h++)
            stage[((warp * 2 + (m >> 1)) * width + (m & 1) * 16 + (lane >> 2) + 8 * h) * 17 + c] = activated(acc[m][2 * q + (j >> 1)][2 * h + (j & 1)], b, s);
        }
      }
      SYNC();
      put_tile<128, 16, width, height>(p, outputs, in, out, it, stage, 17, (pair0 + q) * 16, cout, x0, y0, band.out_row0 + band.out_rows);
      SYNC();
    }
    return;
  }
#pragma unroll
  for (int j = 0; j < NT; j++) {
    const int c = pair0 * 16 + j * 8 + (lane & 3) * 2;
    if (c >= pairs * 16) break;
    const float b0 = bias[c], b1 = bias[c + 1], s0 = slope[c], s1 = slope[c + 1];
#pragma unroll
    for (int m = 0; m < 4; m++) {
      const int row = y0 + warp * 2 + (m >> 1);
#pragma unroll
      for (int h = 0; h < 2; h++) {
        const int col = x0 + (m & 1) * 16 + (lane >> 2) + 8 * h;
        if (col < gw && row < band.out_row0 + band.out_rows)
          *(u32 *)(y + (((i64)n * band.out_rows + row - band.out_row0) * gw + col) * out_stride + c) = pack(activated(acc[m][j][2 * h], b0, s0), activated(acc[m][j][2 * h + 1], b1, s1));
      }
    }
  }
}

#define CONV_F16(name, nt, blocks, head, tail) \
  KERNEL(128, blocks) name(const Picture *p, const Channel *channels, const Output *outputs, const int *items, const u8 *in, u8 *out, const u16 *x, u16 *y, \
                      const u32 *weights, const float *bias, const float *slope, i64 cin, i64 cout, i64 in_row0, i64 in_rows, i64 out_row0, i64 out_rows) { \
    convolve_f16<nt, head, tail>(p, channels, outputs, items, in, out, x, y, weights, bias, slope, (int)cin, (int)cout, {(int)in_row0, (int)in_rows, (int)out_row0, (int)out_rows}); \
  }
#define CONV_F16_WIDTH(nt, blocks) \
  CONV_F16(conv_f16_##nt, nt, blocks, false, false) \
  CONV_F16(conv_f16_##nt##_head, nt, blocks, true, false) \
  CONV_F16(conv_f16_##nt##_tail, nt, blocks, false, true) \
  CONV_F16(conv_f16_##nt##_both, nt, blocks, true, true)
CONV_F16_WIDTH(2, 6)
CONV_F16_WIDTH(4, 4)
CONV_F16_WIDTH(8, 2)
