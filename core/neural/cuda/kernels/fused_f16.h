// Several layers in one pass, for networks so narrow that memory, not arithmetic, would set their speed. A block makes a strip of columns from the
// top of a band to its end. At each step it takes one new row of the group's input, and every layer makes one row, two behind the layer before it, from
// three rows of a ring of four in shared memory. What lies between the group's first and last layer never leaves the processor.
#pragma once
#include "conv_f16.h"

// Layer of a group. ring is where the rows it reads begin in shared memory, in bytes; chunks is its input in units of 16 channels, pairs its
// output in units of 16. weights, in u32, and numbers (bias, then slope), in floats, are places in the network's tables.
struct FusedLayer { int chunks, pairs, ring, weights, numbers, unused[3]; };

// Group: `tiles` 16-column tiles make a strip. The strip's first and last layers-1 columns are only right for earlier layers.
struct Group {
  int layers, tiles, stage, unused; // stage: where the last layer's values wait to become samples, in shared memory
  int cin, cout;                    // channels in and out of the group, not rounded up
  int in_stride, out_stride;        // of activations in memory, in channels
};

const int fused_threads = 256, fused_run = 3; // a warp makes up to fused_run tiles of 16 outputs at a time

DEV int ring_stride(int chunks) { return chunks * 16 + 8; } // in halves: the odd multiple of 16 bytes keeps eight positions on different banks
DEV u16 *ring_row(u8 *shared, const FusedLayer *l, int columns, int row) {
  return (u16 *)(shared + l->ring) + (i64)((row + 1024) & 3) * columns * ring_stride(l->chunks); // rows begin above -1024
}

// Row `row` of the group's input into the first ring; what lies outside the picture is zero.
template <bool HEAD>
DEV void fused_load(const Picture *p, const Channel *channels, const Group *g, const FusedLayer *l, const u8 *in, const u16 *x, Item it, int n, int in_row0, int in_rows,
                    u8 *shared, int left, int row) {
  const int columns = g->tiles * 16 + 2, stride = ring_stride(l->chunks), width = l->chunks * 16;
  u16 *to = ring_row(shared, l, columns, row);
  const bool inside = row >= 0 && row < p->gh;
  if (HEAD) {
#pragma unroll 1
    for (int i = TID; i < columns * width; i += fused_threads) {
      const int c = i / columns, j = i % columns, col = left - 1 + j;
      to[j * stride + c] = inside && col >= 0 && col < p->gw && c < g->cin ? to_half(input_value(p, channels + c, in, it, row, col)) : (u16)0;
    }
  } else {
    const int parts = width / 8;
#pragma unroll 1
    for (int i = TID; i < columns * parts; i += fused_threads) {
      const int j = i / parts, part = i % parts, col = left - 1 + j, row_in = row - in_row0;
      four *cell = (four *)(to + j * stride + part * 8);
      if (inside && col >= 0 && col < p->gw && row_in >= 0 && row_in < in_rows) *cell = *(const four *)(x + (((i64)n * in_rows + row_in) * p->gw + col) * g->in_stride + part * 8);
      else *cell = {{0, 0, 0, 0}};
    }
  }
}

// One warp's share of a layer's row: `count` tiles from column `first` on, the 16 channels of `pair`. The last layer's values go to stage.
DEV void fused_row(const Picture *p, const Group *g, const FusedLayer *l, bool last, u8 *shared, const u32 *weights, const float *numbers, int left, int row, int pair, int first, int count,
                   float *stage) {
  const int lane = TID & 31, columns = g->tiles * 16 + 2, stride = ring_stride(l->chunks);
  const bool inside = row >= 0 && row < p->gh;
  float acc[fused_run][2][4] = {};
  if (inside) {
#pragma unroll 1
    for (int k = 0; k < l->chunks; k++) {
#pragma unroll 1
      for (int dy = 0; dy < 3; dy++) {
        const u16 *from = ring_row(shared, l, columns, row - 1 + dy);
#pragma unroll
        for (int dx = 0; dx < 3; dx++) {
          u32 b[4];
          const four f = *(const four *)(weights + l->weights + ((((i64)k * 9 + dy * 3 + dx) * l->pairs + pair) * 32 + lane) * 4);
          __builtin_memcpy(b, &f, 16);
#pragma unroll
          for (int m = 0; m < fused_run; m++) {
            if (m >= count) break;
            u32 a[4];
            ldmatrix(a, from + (first + m * 16 + dx + (lane & 15)) * stride + k * 16 + (lane >> 4) * 8);
            mma(acc[m][0], a, b);
            mma(acc[m][1], a, b + 2);
          }
        }
      }
    }
  }
  u16 *to = last ? nullptr : ring_row(shared, l + 1, columns, row);
  const int to_stride = last ? l->pairs * 16 : ring_stride(l[1].chunks);
#pragma unroll
  for (int j = 0; j < 2; j++) {
    const int c = pair * 16 + j * 8 + (lane & 3) * 2;
    const float *bias = numbers + l->numbers, *slope = bias + l->pairs * 16;
    const float b0 = bias[c], b1 = bias[c + 1], s0 = slope[c], s1 = slope[c + 1];
#pragma unroll
    for (int m = 0; m < fused_run; m++) {
      if (m >= count) break;
#pragma unroll
      for (int h = 0; h < 2; h++) {
        const int at = first + m * 16 + (lane >> 2) + 8 * h, col = left + at;
        const float v0 = activated(acc[m][j][2 * h], b0, s0), v1 = activated(acc[m][j][2 * h + 1], b1, s1);
        if (last) {
          stage[at * to_stride + c] = v0, stage[at * to_stride + c + 1] = v1;
        } else {
          *(u32 *)(to + (at + 1) * to_stride + c) = inside && col >= 0 && col < p->gw ? pack(v0, v1) : 0;
        }
      }
    }
  }
}

// A finished row: to samples, or to memory for the next group.
template <bool TAIL>
DEV void fused_store(const Picture *p, const Output *outputs, const Group *g, const FusedLayer *l, const u8 *in, u8 *out, u16 *y, Item it, int n, int out_row0, int out_rows, const float *stage,
                     int left, int row) {
  const int edge = g->layers - 1, kept = g->tiles * 16 - 2 * edge, stride = l->pairs * 16;
  if (TAIL) {
#pragma unroll 1
    for (int i = TID; i < kept * g->cout; i += fused_threads) {
      const int at = edge + i / g->cout, c = i % g->cout, col = left + at;
      if (col < p->gw) put_sample(p, outputs + c, in, out, it, row, col, stage[at * stride + c]);
    }
  } else {
#pragma unroll 1
    for (int i = TID; i < kept * stride / 2; i += fused_threads) {
      const int at = edge + i / (stride / 2), c = i % (stride / 2) * 2, col = left + at;
      if (col < p->gw) *(u32 *)(y + (((i64)n * out_rows + row - out_row0) * p->gw + col) * g->out_stride + c) = pack(stage[at * stride + c], stage[at * stride + c + 1]);
    }
  }
}

template <bool HEAD, bool TAIL>
DEV void fuse_f16(const Picture *p, const Channel *channels, const Output *outputs, const int *items, const u8 *in, u8 *out, const u16 *x, u16 *y, const u32 *weights,
                   const float *numbers, const Group *g, const FusedLayer *layers, int block_rows, Band band) {
  u8 *shared = (u8 *)DYNAMIC_SHARED;
  const int count = g->layers, edge = count - 1, width = g->tiles * 16, kept = width - 2 * edge, warp = TID >> 5;
  const int left = BLOCK_X * kept - edge, n = BLOCK_Z; // column 0 of the strip is the picture's column left
  const int y0 = band.out_row0 + BLOCK_Y * block_rows, y1 = least(y0 + block_rows, band.out_row0 + band.out_rows);
  const Item it = item(p, items, n);
  const FusedLayer *end = layers + edge;
  float *stage = (float *)(shared + g->stage);
  const int stage_size = width * end->pairs * 16, runs = (g->tiles + fused_run - 1) / fused_run;
  // A ring's outermost columns are written by nobody.
#pragma unroll 1
  for (int i = TID; i < g->stage / 4; i += fused_threads) ((u32 *)shared)[i] = 0;
  SYNC();
  // Layer l makes row fed-2-2l at a step that is fed row `fed`; its last row is needed `edge-l` below y1-1, its first as far above y0.
#pragma unroll 1
  for (int step = 0; step <= y1 - y0 + 3 * count; step++) {
    const int fed = y0 - count + step;
    if (fed < y1 + count && fed <= p->gh) fused_load<HEAD>(p, channels, g, layers, in, x, it, n, band.in_row0, band.in_rows, shared, left, fed);
    int task = 0;
#pragma unroll 1
    for (int l = 0; l < count; l++) {
      const int row = fed - 2 - 2 * l, reach = edge - l;
      const bool needed = row >= y0 - reach && row < y1 + reach && row >= -1 && row <= p->gh;
#pragma unroll 1
      for (int pair = 0; pair < layers[l].pairs; pair++) {
#pragma unroll 1
        for (int r = 0; r < runs; r++, task++) {
          if (needed && (task & (fused_threads / 32 - 1)) == warp)
            fused_row(p, g, layers + l, l == edge, shared, weights, numbers, left, row, pair, r * fused_run * 16, least(fused_run, g->tiles - r * fused_run), stage + (row & 1) * stage_size);
        }
      }
    }
    const int made = fed - 1 - 2 * count; // by the last layer, in the step before
    if (made >= y0 && made < y1) fused_store<TAIL>(p, outputs, g, end, in, out, y, it, n, band.out_row0, band.out_rows, stage + (made & 1) * stage_size, left, made);
    SYNC();
  }
}

#define FUSED_F16(name, head, tail) \
  KERNEL(fused_threads, 1) name(const Picture *p, const Channel *channels, const Output *outputs, const int *items, const u8 *in, u8 *out, const u16 *x, u16 *y, \
                                const u32 *weights, const float *numbers, const Group *g, const FusedLayer *layers, i64 block_rows, i64 in_row0, i64 in_rows, i64 out_row0, i64 out_rows) { \
    fuse_f16<head, tail>(p, channels, outputs, items, in, out, x, y, weights, numbers, g, layers, (int)block_rows, {(int)in_row0, (int)in_rows, (int)out_row0, (int)out_rows}); \
  }
FUSED_F16(fused_f16, false, false)
FUSED_F16(fused_f16_head, true, false)
FUSED_F16(fused_f16_tail, false, true)
FUSED_F16(fused_f16_both, true, true)
