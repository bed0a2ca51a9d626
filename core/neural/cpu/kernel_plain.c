// Whatever the compiler makes of it: SSE2 on x86-64, NEON on arm64.
#define TARGET
#define NAME(x) x##_plain
#define LANES 4
#define P16 2
#define R16 1
#define P8 4
#define R8 1
#define PAIR 0
#define SHARE 0
#include "kernel_body.h"
