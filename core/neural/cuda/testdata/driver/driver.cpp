// Stands in for NVIDIA's driver in tests: memory is the heap with fences around each piece, every stream is a thread, kernels are the same source compiled
// for the processor. Names and numbers of parameters are looked up in the PTX, so that neither can drift from it unnoticed. Tests set and
// read numbers through fake_set and fake_get; FAKE_NAME in the environment sets them at the start.
#include "../emulator/emulator.h"
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#define API extern "C" __attribute__((visibility("default"))) int
typedef unsigned long long dptr;
enum { OK, INVALID = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_IMAGE = 200, NOT_FOUND = 500, NOT_READY = 600 };

// What can be set: devices, memory (bytes each), capability (such as 80), version, shared (bytes a block may have at most); skip (1: kernels do nothing);
// fail_after (launches until one fails; 0: none), fail_again (launches from that to the next), fail_code,
// heal (devices that failed work again), fail_device (-1: any), corrupt (1: kernels' results are spoilt);
// backwards (1: threads of a block run in the other order); kernels_need_uploads and
// downloads_need_kernels (how many must have run before one may start).
// What is counted: uploads, downloads, kernels, made (pieces of memory, streams, events, modules ever), live (those not freed), used (bytes), late (waits given up).
struct Device { std::atomic<int> failed{0}; std::atomic<long long> used{0}; int number; };
static Device devices[16];
static std::mutex values_lock;
static std::condition_variable values_changed;
static std::map<std::string, long long> &values() {
  static std::map<std::string, long long> v = [] {
    std::map<std::string, long long> v = {{"devices", 1}, {"memory", 1ll << 30}, {"capability", 80}, {"version", 12040}, {"shared", 0}, {"fail_device", -1}, {"fail_code", 719}};
    for (const char *name : {"devices", "memory", "capability", "version", "shared", "skip", "fail_after", "fail_code", "fail_device", "corrupt"}) {
      std::string key = std::string("FAKE_") + name;
      if (const char *s = getenv(key.c_str())) v[name] = atoll(s);
    }
    return v;
  }();
  return v;
}
static long long get(const char *name) { std::lock_guard<std::mutex> l(values_lock); return values()[name]; }
static void add(const char *name, long long n) { { std::lock_guard<std::mutex> l(values_lock); values()[name] += n; } values_changed.notify_all(); }
extern "C" __attribute__((visibility("default"))) void fake_set(const char *name, long long v) {
  for (auto &d : devices) if (!strcmp(name, "heal")) d.failed = 0;
  { std::lock_guard<std::mutex> l(values_lock); values()[name] = v; }
  values_changed.notify_all();
}
extern "C" __attribute__((visibility("default"))) long long fake_get(const char *name) { return get(name); }
// Waits until `counted` has reached what `needed` asks for.
static void await(const char *counted, const char *needed) {
  std::unique_lock<std::mutex> l(values_lock);
  if (!values_changed.wait_for(l, std::chrono::seconds(20), [&] { return values()[counted] >= values()[needed]; })) values()["late"]++, values()[needed] = 0;
}

static thread_local Device *current;

struct Stream {
  std::mutex m;
  std::condition_variable more, idle;
  std::deque<std::function<void()>> q;
  bool stop = false, busy = false;
  Device *device;
  std::thread thread;
  explicit Stream(Device *d) : device(d), thread([this] { run(); }) {}
  ~Stream() { { std::lock_guard<std::mutex> l(m); stop = true; } more.notify_all(); thread.join(); }
  void run() {
    sigset_t all; // Go's handlers expect stacks larger than a kernel's thread has
    sigfillset(&all), pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock<std::mutex> l(m);
    for (;;) {
      more.wait(l, [&] { return stop || !q.empty(); });
      if (q.empty()) return;
      auto f = std::move(q.front());
      q.pop_front(), busy = true;
      l.unlock(), f(), l.lock();
      if (busy = false, q.empty()) idle.notify_all();
    }
  }
  void put(std::function<void()> f) { { std::lock_guard<std::mutex> l(m); q.push_back(std::move(f)); } more.notify_one(); }
  void wait() { std::unique_lock<std::mutex> l(m); idle.wait(l, [&] { return q.empty() && !busy; }); }
};
static Stream *stream(void *s) { // the null stream of each device is made when first used, and never ends
  if (s) return (Stream *)s;
  static std::mutex m;
  static Stream *of[16];
  std::lock_guard<std::mutex> l(m);
  if (!of[current->number]) of[current->number] = new Stream(current);
  return of[current->number];
}
struct Event {
  std::mutex m;
  std::condition_variable c;
  long long recorded = 0, reached = 0;
  std::chrono::steady_clock::time_point at;
  void wait(long long n) { std::unique_lock<std::mutex> l(m); c.wait(l, [&] { return reached >= n; }); }
};
struct Module { std::string ptx; };
struct Function { std::string name; emulator::Entry entry; size_t parameters; int shared; };

static void made(int n = 1) { add("made", n), add("live", n); }
static void freed() { add("live", -1); }
#define CONTEXT \
  if (!current) return INVALID_CONTEXT; \
  if (int failed = current->failed) return failed

static const size_t fence = 256;
static std::mutex memory_lock;
struct Piece { size_t size; Device *device; };
static std::map<dptr, Piece> memory;
static bool held(dptr p, size_t n) {
  std::lock_guard<std::mutex> l(memory_lock);
  auto i = memory.upper_bound(p);
  if (i == memory.begin()) return false;
  --i;
  return p + n <= i->first + i->second.size && i->second.device == current;
}

API cuInit(unsigned) { return get("devices") ? OK : NO_DEVICE; }
API cuDriverGetVersion(int *v) { *v = (int)get("version"); return OK; }
API cuDeviceGetCount(int *n) { *n = (int)get("devices"); return OK; }
API cuDeviceGet(int *d, int i) { if (i < 0 || i >= get("devices")) return INVALID_DEVICE; devices[i].number = *d = i; return OK; }
API cuDeviceGetName(char *p, int n, int d) { snprintf(p, n, "Fake %d", d); return OK; }
API cuDeviceGetUuid(char *p, int d) { memset(p, 0, 16); p[15] = (char)(d + 1); return OK; }
API cuDeviceTotalMem_v2(size_t *b, int) { *b = (size_t)get("memory"); return OK; }
static int most_shared() {
  if (long long s = get("shared")) return (int)s;
  const long long cc = get("capability");
  return cc >= 90 ? 232448 : cc == 80 ? 166912 : cc > 80 ? 101376 : cc >= 75 ? 65536 : 49152;
}
API cuDeviceGetAttribute(int *p, int a, int) {
  const int cc = (int)get("capability");
  switch (a) {
  case 75: *p = cc / 10; break;
  case 76: *p = cc % 10; break;
  case 16: *p = 4; break;
  case 10: *p = 32; break;
  case 8: *p = 49152; break;
  case 97: *p = most_shared(); break;
  default: *p = 0;
  }
  return OK;
}
API cuDevicePrimaryCtxSetFlags_v2(int, unsigned) { return OK; }
API cuDevicePrimaryCtxRetain(void **c, int d) { if (devices[d].failed) return devices[d].failed; *c = &devices[d]; add("live", 1); return OK; }
API cuDevicePrimaryCtxRelease_v2(int) { freed(); return OK; }
API cuCtxSetCurrent(void *c) { current = (Device *)c; return OK; }
API cuCtxGetCurrent(void **c) { *c = current; return OK; }
API cuCtxSynchronize() { CONTEXT; stream(0)->wait(); return current->failed; }
API cuMemGetInfo_v2(size_t *free, size_t *total) { CONTEXT; *total = (size_t)get("memory"); *free = *total - (size_t)current->used; return OK; }
API cuMemAlloc_v2(dptr *p, size_t n) {
  CONTEXT;
  if (!n) return INVALID;
  if (current->used + (long long)n > get("memory")) return OUT_OF_MEMORY;
  char *m = (char *)aligned_alloc(256, (n + 255) / 256 * 256 + 2 * fence);
  memset(m, 0xa5, n + 2 * fence);
  { std::lock_guard<std::mutex> l(memory_lock); *p = (dptr)(m + fence), memory[*p] = {n, current}; }
  current->used += (long long)n, add("used", (long long)n), made();
  return OK;
}
API cuMemFree_v2(dptr p) {
  Piece piece;
  {
    std::lock_guard<std::mutex> l(memory_lock);
    auto i = memory.find(p);
    if (i == memory.end()) return INVALID;
    piece = i->second, memory.erase(i);
  }
  const unsigned char *m = (unsigned char *)p;
  for (size_t i = 0; i < fence; i++)
    if (m[-1 - (long)i] != 0xa5 || m[piece.size + i] != 0xa5) {
      fprintf(stderr, "fake driver: device %d, %zu bytes of memory were written past an end: %zu bytes before it is %02x, %zu bytes behind it %02x\n", piece.device->number, piece.size, i + 1, m[-1 - (long)i], i, m[piece.size + i]);
      abort();
    }
  free((char *)p - fence);
  piece.device->used -= (long long)piece.size, add("used", -(long long)piece.size), freed();
  return current && current->failed ? (int)current->failed : OK;
}
API cuMemHostRegister_v2(void *, size_t, unsigned) { CONTEXT; made(); return OK; }
API cuMemHostUnregister(void *) { freed(); return OK; }

// Work of a device that has failed is not done.
static int enqueue(void *s, std::function<void()> f) {
  Device *d = current;
  stream(s)->put([=] { if (!d->failed) f(); });
  return OK;
}
API cuMemcpyHtoDAsync_v2(dptr d, const void *h, size_t n, void *s) { CONTEXT; if (!held(d, n)) return INVALID; return enqueue(s, [=] { memcpy((void *)d, h, n); add("uploads", 1); }); }
API cuMemcpyDtoHAsync_v2(void *h, dptr d, size_t n, void *s) { CONTEXT; if (!held(d, n)) return INVALID; return enqueue(s, [=] { await("kernels", "downloads_need_kernels"); memcpy(h, (void *)d, n); add("downloads", 1); }); }
API cuMemcpyHtoD_v2(dptr d, const void *h, size_t n) { // comes back before the card has it, as the real one may
  CONTEXT;
  if (!held(d, n)) return INVALID;
  auto staged = std::make_shared<std::vector<char>>((const char *)h, (const char *)h + n);
  return enqueue(0, [=] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); memcpy((void *)d, staged->data(), n); });
}
API cuMemcpyDtoH_v2(void *h, dptr d, size_t n) { CONTEXT; if (!held(d, n)) return INVALID; stream(0)->wait(); memcpy(h, (void *)d, n); return OK; }
API cuMemsetD8_v2(dptr d, unsigned char v, size_t n) { CONTEXT; if (!held(d, n)) return INVALID; memset((void *)d, v, n); return OK; }
API cuStreamCreate(void **s, unsigned) { CONTEXT; *s = new Stream(current); made(); return OK; }
API cuStreamDestroy_v2(void *s) { delete (Stream *)s; freed(); return OK; }
API cuStreamSynchronize(void *s) { CONTEXT; stream(s)->wait(); return current->failed; }
API cuStreamWaitEvent(void *s, void *ev, unsigned) {
  CONTEXT;
  auto *e = (Event *)ev;
  long long n;
  { std::lock_guard<std::mutex> l(e->m); n = e->recorded; }
  stream(s)->put([=] { e->wait(n); });
  return OK;
}
API cuEventCreate(void **e, unsigned) { CONTEXT; *e = new Event; made(); return OK; }
API cuEventDestroy_v2(void *e) { delete (Event *)e; freed(); return OK; }
API cuEventRecord(void *ev, void *s) {
  CONTEXT;
  auto *e = (Event *)ev;
  long long n;
  { std::lock_guard<std::mutex> l(e->m); n = ++e->recorded; }
  stream(s)->put([=] { std::lock_guard<std::mutex> l(e->m); e->reached = std::max(e->reached, n), e->at = std::chrono::steady_clock::now(); e->c.notify_all(); });
  return OK;
}
API cuEventSynchronize(void *ev) {
  CONTEXT;
  auto *e = (Event *)ev;
  long long n;
  { std::lock_guard<std::mutex> l(e->m); n = e->recorded; }
  e->wait(n);
  return current->failed;
}
API cuEventQuery(void *ev) { CONTEXT; auto *e = (Event *)ev; std::lock_guard<std::mutex> l(e->m); return e->reached < e->recorded ? NOT_READY : OK; }
API cuEventElapsedTime(float *ms, void *a, void *b) { CONTEXT; *ms = std::chrono::duration<float, std::milli>(((Event *)b)->at - ((Event *)a)->at).count(); return OK; }
API cuModuleLoadData(void **m, const void *image) {
  CONTEXT;
  std::string ptx = (const char *)image;
  const size_t at = ptx.find(".target sm_");
  if (ptx.find(".version") == ptx.npos || at == ptx.npos) return INVALID_IMAGE;
  if (atoi(ptx.c_str() + at + 11) > get("capability")) return 209; // no binary for this card
  *m = new Module{ptx}, made();
  return OK;
}
API cuModuleLoadDataEx(void **m, const void *image, unsigned, int *, void **) { return cuModuleLoadData(m, image); }
API cuModuleUnload(void *m) { delete (Module *)m; freed(); return OK; }
API cuModuleGetFunction(void **f, void *m, const char *name) {
  CONTEXT;
  static std::mutex lock;
  static std::map<std::string, std::unique_ptr<Function>> all; // as long as the process
  std::lock_guard<std::mutex> l(lock);
  const std::string &ptx = ((Module *)m)->ptx;
  const size_t at = ptx.find(std::string(".entry ") + name + "(");
  auto k = emulator::kernels().find(name);
  if (at == ptx.npos || k == emulator::kernels().end()) return NOT_FOUND;
  size_t end = ptx.find(")", at), n = 0;
  for (size_t q = ptx.find(".param", at); q < end; q = ptx.find(".param", q + 1)) n++;
  auto &slot = all[name];
  if (!slot) slot.reset(new Function{name, k->second, n, 49152});
  *f = slot.get();
  return OK;
}
API cuFuncSetAttribute(void *f, int attribute, int v) { CONTEXT; if (attribute != 8 || v > most_shared()) return INVALID; ((Function *)f)->shared = v; return OK; }
API cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, void *, int, size_t) { CONTEXT; *n = 2; return OK; }
API cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *s, void **parameters, void **) {
  CONTEXT;
  auto *fn = (Function *)f;
  if (!gx || !gy || !gz || gy > 65535 || gz > 65535 || !bx || bx * by * bz > 1024 || (int)shared > fn->shared) return INVALID;
  Device *d = current;
  const long long target = get("fail_device");
  if ((target < 0 || target == d->number) && get("fail_after") > 0) {
    add("fail_after", -1);
    if (!get("fail_after")) {
      const int code = (int)get("fail_code");
      fake_set("fail_after", get("fail_again"));
      if (code == OUT_OF_MEMORY) return code; // refused, the device goes on
      stream(s)->put([=] { d->failed = code; });
      return OK;
    }
  }
  std::vector<unsigned long long> v(fn->parameters); // taken at the call, as the driver does
  for (size_t i = 0; i < v.size(); i++) v[i] = *(unsigned long long *)parameters[i];
  const bool skip = get("skip"), corrupt = get("corrupt");
  return enqueue(s, [=]() mutable {
    await("uploads", "kernels_need_uploads");
    add("kernels", 1);
    if (skip) return;
    std::vector<void *> p;
    for (auto &x : v) p.push_back(&x);
    if (corrupt) v[9] = v[8]; // weights as biases
    emulator::backwards = get("backwards");
    std::function<void()> body = [&] { fn->entry(p.data()); };
    emulator::run_grid({(int)gx, (int)gy, (int)gz}, {(int)bx, (int)by, (int)bz}, shared, body);
  });
}
API cuGetErrorName(int e, const char **s) {
  static const std::map<int, const char *> names = {{2, "CUDA_ERROR_OUT_OF_MEMORY"}, {100, "CUDA_ERROR_NO_DEVICE"}, {214, "CUDA_ERROR_ECC_UNCORRECTABLE"}, {719, "CUDA_ERROR_LAUNCH_FAILED"}};
  auto i = names.find(e);
  *s = i == names.end() ? "CUDA_ERROR" : i->second;
  return OK;
}
