#include "emulator.h"
#include <atomic>
#include <thread>

namespace emulator {
thread_local Block *block;
bool backwards;

std::map<std::string, Entry> &kernels() {
  static std::map<std::string, Entry> all;
  return all;
}

void yield() {
  if (!_setjmp(block->fibres[block->current].at)) _longjmp(block->scheduler, 1);
}

void barrier() {
  unsigned round = block->round;
  if (++block->arrived >= block->alive) {
    block->arrived = 0, block->round++;
  } else {
    while (block->round == round) yield();
  }
}

static void fibre() {
  (*block->body)();
  block->fibres[block->current].done = true;
  warp().alive--;
  if (--block->alive && block->arrived >= block->alive) block->arrived = 0, block->round++;
  _longjmp(block->scheduler, 1);
}

// Room for what comes on top of a kernel's own frames, which saves all registers: names bound late, signals of the process. Only what is used is real.
const size_t stack_size = 256 << 10;

static void run_block(Block &b) {
  b.arrived = 0, b.round = 0, b.alive = b.threads;
  for (size_t i = 0; i < b.warps.size(); i++) b.warps[i].arrived = 0, b.warps[i].round = 0, b.warps[i].alive = std::min(32, b.threads - (int)i * 32);
  for (int i = 0; i < b.threads; i++) b.fibres[i].started = b.fibres[i].done = false;
  memset(b.shared.data(), 0xa5, b.shared.size()); // nobody may rely on what it held
  for (volatile int left = b.threads; left;) {
    for (volatile int k = 0; k < b.threads; k = k + 1) {
      Fibre &f = b.fibres[backwards ? b.threads - 1 - k : k];
      if (f.done) continue;
      b.current = (int)(&f - b.fibres.data());
      if (!_setjmp(b.scheduler)) {
        if (f.started) _longjmp(f.at, 1);
        f.started = true;
        getcontext(&f.start);
        f.start.uc_stack.ss_sp = f.stack, f.start.uc_stack.ss_size = stack_size, f.start.uc_link = nullptr;
        makecontext(&f.start, fibre, 0);
        setcontext(&f.start);
      }
      if (b.fibres[backwards ? b.threads - 1 - k : k].done) left = left - 1;
    }
  }
}

// Kept from grid to grid: stacks are large.
struct Kept : Block {
  ~Kept() {
    for (auto &f : fibres) free(f.stack);
  }
};

void run_grid(Dim grid, Dim size, size_t shared, const std::function<void()> &body) {
  std::atomic<long> next{0};
  const long total = (long)grid.x * grid.y * grid.z;
  auto work = [&] {
    static thread_local Kept b;
    block = &b;
    b.size = size, b.threads = size.x * size.y * size.z, b.body = &body;
    while ((int)b.fibres.size() < b.threads) b.fibres.push_back({}), b.fibres.back().stack = (char *)malloc(stack_size);
    b.warps.resize((b.threads + 31) / 32);
    b.shared.assign(shared + 16, 0);
    for (long i; (i = next++) < total;) {
      b.id = {(int)(i % grid.x), (int)(i / grid.x % grid.y), (int)(i / grid.x / grid.y)};
      run_block(b);
    }
  };
  std::vector<std::thread> helpers;
  const unsigned cores = std::thread::hardware_concurrency();
  for (unsigned i = 1; i < cores && total > 3 * (long)i; i++) helpers.emplace_back(work);
  work();
  for (auto &h : helpers) h.join();
}

float from_half(uint16_t h) {
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 31, m = h & 1023;
  uint32_t r;
  if (e == 31) {
    r = sign | 0x7f800000 | m << 13;
  } else if (e) {
    r = sign | (e + 112) << 23 | m << 13;
  } else {
    const float small = (float)m / (1 << 24);
    memcpy(&r, &small, 4);
    r |= sign;
  }
  float f;
  memcpy(&f, &r, 4);
  return f;
}

uint16_t to_half(float f) { // to the nearest, ties to even
  uint32_t x;
  memcpy(&x, &f, 4);
  const uint32_t sign = x >> 16 & 0x8000;
  x &= 0x7fffffff;
  if (x > 0x7f800000) return sign | 0x7e00;
  if (x >= 0x477ff000) return sign | 0x7c00;
  if (x < 0x38800000) { // below the smallest normal half: let the adder round
    float a;
    memcpy(&a, &x, 4);
    a += 0.5f;
    memcpy(&x, &a, 4);
    return sign | (x - 0x3f000000);
  }
  return sign | (x + 0xfff + (x >> 13 & 1) - 0x38000000) >> 13;
}
} // namespace emulator
