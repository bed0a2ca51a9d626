// Runs kernels on the processor, for tests: every thread of a block is a fibre, a barrier or a warp's instruction is where fibres change. Only
// what the kernels use is here, with the meaning the PTX manual gives it.
#pragma once
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>
#define HALF 80
#define DEV static inline
#define KERNEL(threads, blocks) extern "C" void
#define SHARED static thread_local __attribute__((aligned(16)))

namespace emulator {
struct Dim { int x, y, z; };

struct Fibre {
  jmp_buf at;
  ucontext_t start;
  char *stack;
  bool started, done;
};

struct Warp {
  int arrived, alive;
  unsigned round;
  const void *address[32];
  uint32_t in[32][10], out[32][4];
};

// Block is one block of threads in the making, on one thread of the processor.
struct Block {
  Dim id, size;
  int threads, current, arrived, alive;
  unsigned round;
  std::vector<Fibre> fibres;
  std::vector<Warp> warps;
  std::vector<uint8_t> shared;
  jmp_buf scheduler;
  const std::function<void()> *body;
};
extern thread_local Block *block;

// Gives way to the block's other threads.
void yield();
// Waits for all threads of the block that still run.
void barrier();
inline Warp &warp() { return block->warps[block->current >> 5]; }
inline int lane() { return block->current & 31; }
// Runs f once, when all lanes of the warp have come here.
template <class F> void together(F f) {
  Warp &w = warp();
  unsigned round = w.round;
  if (++w.arrived >= w.alive) {
    f(w);
    w.arrived = 0, w.round++;
  } else {
    while (w.round == round) yield();
  }
}
// In which order a block's threads run between two barriers; a kernel's result must not depend on it.
extern bool backwards;
void run_grid(Dim grid, Dim size, size_t shared, const std::function<void()> &body);

// Kernels by name, called with pointers to their parameters.
typedef std::function<void(void **)> Entry;
std::map<std::string, Entry> &kernels();
template <class... A, size_t... I> void call(void (*f)(A...), void **p, std::index_sequence<I...>) { f(*(A *)p[I]...); }
template <class... A> bool add(const char *name, void (*f)(A...)) {
  kernels()[name] = [f](void **p) { call(f, p, std::index_sequence_for<A...>{}); };
  return true;
}
float from_half(uint16_t h);
uint16_t to_half(float f);
} // namespace emulator

#define TID (emulator::block->current)
#define BLOCK_X (emulator::block->id.x)
#define BLOCK_Y (emulator::block->id.y)
#define BLOCK_Z (emulator::block->id.z)
#define SYNC() emulator::barrier()
#define DYNAMIC_SHARED (emulator::block->shared.data())

DEV uint16_t to_half(float v) { return emulator::to_half(v); }
DEV uint32_t pack(float lo, float hi) { return emulator::to_half(lo) | (uint32_t)emulator::to_half(hi) << 16; }
DEV void ldmatrix(uint32_t r[4], const void *p) {
  using namespace emulator;
  if ((uintptr_t)p & 15) abort(); // the card would fault
  warp().address[lane()] = p;
  together([](Warp &w) {
    for (int t = 0; t < 32; t++)
      for (int i = 0; i < 4; i++) memcpy(&w.out[t][i], (const char *)w.address[i * 8 + t / 4] + t % 4 * 4, 4);
  });
  memcpy(r, warp().out[lane()], 16);
}
DEV void mma(float d[4], const uint32_t a[4], const uint32_t *b) {
  using namespace emulator;
  uint32_t *in = warp().in[lane()];
  memcpy(in, a, 16), memcpy(in + 4, b, 8), memcpy(in + 6, d, 16);
  together([](Warp &w) {
    float A[16][16], B[16][8];
    for (int t = 0; t < 32; t++) {
      const int g = t >> 2, q = (t & 3) * 2;
      for (int i = 0; i < 4; i++)
        for (int e = 0; e < 2; e++) A[g + (i & 1) * 8][q + (i >> 1) * 8 + e] = from_half(w.in[t][i] >> 16 * e & 0xffff);
      for (int i = 0; i < 2; i++)
        for (int e = 0; e < 2; e++) B[q + i * 8 + e][g] = from_half(w.in[t][4 + i] >> 16 * e & 0xffff);
    }
    for (int t = 0; t < 32; t++) {
      for (int i = 0; i < 4; i++) {
        const int row = (t >> 2) + (i >> 1) * 8, col = (t & 3) * 2 + (i & 1);
        float sum;
        memcpy(&sum, &w.in[t][6 + i], 4);
        for (int k = 0; k < 16; k++) sum += A[row][k] * B[k][col];
        memcpy(&w.out[t][i], &sum, 4);
      }
    }
  });
  memcpy(d, warp().out[lane()], 16);
}
DEV void copy16(void *to, const void *from, int valid) {
  if (((uintptr_t)to | (uintptr_t)from) & 15) abort();
  if (valid) memcpy(to, from, 16);
  else memset(to, 0, 16);
}
DEV void copies_begun() {}
template <int N> DEV void copies_wait() {}
