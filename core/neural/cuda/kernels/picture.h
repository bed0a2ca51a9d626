// Where networks meet pictures: planes to input channels, the last layer's channels and the enlarged base to planes.
#pragma once
#include "device.h"

struct Plane {
  int w, h, ow, oh;     // samples of the picture's plane, and of the output's
  int step;             // samples from one grid position to the next
  int base, out;        // bytes from the start of a frame to the base's plane, and to the output's
  int unused;
};

// Channel is one input: position (gy, gx) reads plane `plane`, whose first byte is `offset`, of the item's frame `frame`.
struct Channel { int frame, plane, dy, dx, offset; };

// Output is where a channel of the last layer goes: row dy and column dx of the block of samples at its grid position; the base's sample
// is `sy` rows and `sx` columns from the position's own, in phase py, px of the enlargement.
struct Output { int plane, dy, dx, sy, sx, py, px; };

struct Picture {
  int gw, gh;           // the grid
  int inputs, outputs;  // channels
  int scale, has_base, wide; // wide: two bytes a sample
  int centre, item;     // the centre's place among an item's frames; numbers in an item
  float top, offset;    // the largest code; what is taken from inputs
  int bytes_in, bytes_out; // of a frame
  float inverse;        // 1/top
  Plane plane[3];
  int first[4];         // the base's first tap, from the sample, by phase
  float taps[4][4];
};

// Item is one output picture: whether it is turned upside down, the slot of its output, and the slots of the frames it is made of.
struct Item { const int *v; };
DEV int flipped(Item i) { return i.v[0]; }
DEV i64 output_slot(Item i) { return i.v[1]; }
DEV i64 frame_slot(Item i, int k) { return i.v[2 + k]; }
DEV Item item(const Picture *p, const int *items, int n) { return {items + (i64)n * p->item}; }

DEV float code(const u8 *plane, i64 i, int wide) { return wide ? (float)((const u16 *)plane)[i] : (float)plane[i]; }

// The value of an input channel at a grid position inside the grid. What lies past the picture repeats its edge.
DEV float input_value(const Picture *p, const Channel *c, const u8 *in, Item it, int gy, int gx) {
  const Plane *pl = &p->plane[c->plane];
  int y = least(gy * pl->step + c->dy, pl->h - 1), x = least(gx * pl->step + c->dx, pl->w - 1);
  if (flipped(it)) y = pl->h - 1 - y;
  return code(in + frame_slot(it, c->frame) * p->bytes_in + c->offset, (i64)y * pl->w + x, p->wide) * p->inverse - p->offset;
}

// The enlarged base at a sample of the output, in codes.
DEV float base_value(const Picture *p, const Output *o, const u8 *in, Item it, int gy, int gx) {
  if (!p->has_base) return p->offset * p->top;
  const Plane *pl = &p->plane[o->plane];
  const u8 *plane = in + frame_slot(it, p->centre) * p->bytes_in + pl->base;
  const int sy = gy * pl->step + o->sy + p->first[o->py], sx = gx * pl->step + o->sx + p->first[o->px];
  float sum = 0;
#pragma unroll 1
  for (int j = 0; j < 4; j++) {
    int y = least(most(sy + j, 0), pl->h - 1);
    if (flipped(it)) y = pl->h - 1 - y;
    const i64 row = (i64)y * pl->w;
    float line = 0;
    for (int k = 0; k < 4; k++) line += p->taps[o->px][k] * code(plane, row + least(most(sx + k, 0), pl->w - 1), p->wide);
    sum += p->taps[o->py][j] * line;
  }
  return sum;
}

// Adds the base to one channel's value, rounds half up, clips, and writes the sample if it lies inside the picture.
DEV void put_sample(const Picture *p, const Output *o, const u8 *in, u8 *out, Item it, int gy, int gx, float value) {
  const Plane *pl = &p->plane[o->plane];
  const int block = pl->step * p->scale, x = gx * block + o->dx;
  int y = gy * block + o->dy;
  if (y >= pl->oh || x >= pl->ow) return;
  float v = value * p->top + base_value(p, o, in, it, gy, gx) + 0.5f;
  v = least(most(v, 0.0f), p->top);
  if (flipped(it)) y = pl->oh - 1 - y;
  u8 *plane = out + output_slot(it) * p->bytes_out + pl->out;
  const i64 at = (i64)y * pl->ow + x;
  if (p->wide) ((u16 *)plane)[at] = (u16)(int)v;
  else plane[at] = (u8)(int)v;
}

// Writes a block's tile of C channels from c0 on, which lie position after position, `stride` apart.
template <int THREADS, int C, int WIDTH, int HEIGHT>
DEV void put_tile(const Picture *p, const Output *outputs, const u8 *in, u8 *out, Item it, const float *stage, int stride, int c0, int cout, int x0, int y0, int rows_end) {
#pragma unroll 1
  for (int i = TID; i < WIDTH * HEIGHT * C; i += THREADS) {
    const int at = i / C, c = i % C, row = y0 + at / WIDTH, col = x0 + at % WIDTH;
    if (c0 + c < cout && row < rows_end && col < p->gw) put_sample(p, outputs + c0 + c, in, out, it, row, col, stage[at * stride + c]);
  }
}
