// How the stand-in finds the driver. gorgonia.org/cu calls cuInit before main and ends the program when that fails, so ours does nothing and succeeds;
// the driver is loaded, and its own cuInit called, by the first other call.
#include <stdio.h>
#include <string.h>
#include "shim.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
static void *open_library(const char *chosen) {
  if (chosen && *chosen) return (void *)LoadLibraryA(chosen);
  return (void *)LoadLibraryExA("nvcuda.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32); // of the system, never of the folder we are run in
}
static void open_failed(char *to, size_t size) { snprintf(to, size, "nvcuda.dll can't be loaded (Windows error %lu)", (unsigned long)GetLastError()); }
static void *find(void *library, const char *symbol) { return (void *)(uintptr_t)GetProcAddress((HMODULE)library, symbol); }
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static void load(void);
static BOOL CALLBACK load_once(PINIT_ONCE o, PVOID p, PVOID *c) { (void)o, (void)p, (void)c, load(); return TRUE; }
#define ONCE() InitOnceExecuteOnce(&once, load_once, NULL, NULL)
#else
#include <dlfcn.h>
#include <pthread.h>
static void *open_library(const char *chosen) {
  // The loader's own path first; then where containers, WSL and NixOS keep the driver.
  static const char *const places[] = {"libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/run/opengl-driver/lib/libcuda.so.1"};
  if (chosen && *chosen) return dlopen(chosen, RTLD_NOW | RTLD_LOCAL);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    void *library = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return dlopen(places[0], RTLD_NOW | RTLD_LOCAL); // for its message
}
static void open_failed(char *to, size_t size) { const char *why = dlerror(); snprintf(to, size, "%s", why ? why : "the library can't be loaded"); }
static void *find(void *library, const char *symbol) { return dlsym(library, symbol); }
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void load(void);
#define ONCE() pthread_once(&once, load)
#endif

static CUresult result = CUDA_ERROR_NOT_INITIALIZED;
static int stage;
static char message[512];

static void load(void) {
  void *library = open_library(getenv("TAPELIGHT_CUDA_DRIVER"));
  stage = TL_NO_LIBRARY, result = CUDA_ERROR_NO_DEVICE;
  if (!library) { open_failed(message, sizeof message); return; }
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *p = find(library, symbols[i].symbol[0]);
    if (!p && symbols[i].symbol[1]) p = find(library, symbols[i].symbol[1]);
    memcpy(symbols[i].slot, &p, sizeof p);
  }
  if (!driver.cuInit_) { snprintf(message, sizeof message, "the library has no cuInit"); return; }
  stage = TL_NOT_STARTED;
  result = driver.cuInit_(0);
  if (result == CUDA_SUCCESS) { stage = TL_LOADED; return; }
  const char *name = NULL;
  if (driver.cuGetErrorName_) driver.cuGetErrorName_(result, &name);
  snprintf(message, sizeof message, "%s (%d)", name ? name : "cuInit failed", (int)result);
}

int tl_load(int *error, const char **why) { ONCE(); *error = (int)result, *why = message; return stage; }
CUresult CUDAAPI cuInit(unsigned int flags) { (void)flags; return CUDA_SUCCESS; }

#define FORWARD(name, args) \
  ONCE(); \
  if (result != CUDA_SUCCESS) return result; \
  if (!driver.name##_) return CUDA_ERROR_NOT_SUPPORTED; \
  return driver.name##_ args;
