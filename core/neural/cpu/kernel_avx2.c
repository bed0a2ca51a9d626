#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) x##_avx2
#define LANES 8
#define P16 6
#define R16 2
#define P8 12
#define R8 4
#define PAIR 0
#define SHARE 0
#include "kernel_body.h"
#else
#include "kernel.h"
void tl_step_avx2(tl_worker *w, int t) { tl_step_plain(w, t); }
#endif
