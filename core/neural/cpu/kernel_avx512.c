#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define NAME(x) x##_avx512
#define LANES 16
#define P16 24
#define R16 8
#define P8 24
#define R8 8
#define PAIR 1
#define SHARE 1
#include "kernel_body.h"
#else
#include "kernel.h"
void tl_step_avx512(tl_worker *w, int t) { tl_step_plain(w, t); }
#endif
