// What a core can do at best: multiply-adds on registers and nothing else. The kernels' speed is judged by it.
#include "kernel.h"
#if defined(__x86_64__) && !defined(_WIN32)
#include <time.h>

static double cpu(void) {
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

#define EACH(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11)
#define ZMM(i) "vfmadd231ps %%zmm12, %%zmm13, %%zmm" #i "\n"
#define YMM(i) "vfmadd231ps %%ymm12, %%ymm13, %%ymm" #i "\n"
// Without FMA a multiply and an add per vector; the product goes through two registers in turn.
#define XMM(i) "movaps %%xmm12, %%xmm14\n mulps %%xmm13, %%xmm14\n addps %%xmm14, %%xmm" #i "\n"
#define ZERO(i) "xorps %%xmm" #i ", %%xmm" #i "\n"
#define CLOBBER "xmm12", "xmm13", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm14"

double tl_peak(int kernel, long rounds) {
	// Numbers too small to be normal would be slow: start from zeros.
	if (kernel == TL_PLAIN) __asm__ volatile(EACH(ZERO) ZERO(12) ZERO(13)::: CLOBBER);
	else __asm__ volatile("vzeroall\n"::: CLOBBER);
	const double t = cpu();
	const int lanes = kernel == TL_AVX512 ? 16 : kernel == TL_AVX2 ? 8 : 4;
	for (long k = 0; k < rounds; k++) {
		switch (kernel) {
		case TL_AVX512: __asm__ volatile(EACH(ZMM)::: CLOBBER); break;
		case TL_AVX2: __asm__ volatile(EACH(YMM)::: CLOBBER); break;
		default: __asm__ volatile(EACH(XMM)::: CLOBBER);
		}
	}
	if (kernel != TL_PLAIN) __asm__ volatile("vzeroupper\n"::: CLOBBER);
	return rounds * 12.0 * 2 * lanes / (cpu() - t);
}
#else
double tl_peak(int kernel, long rounds) { return 0 * kernel * rounds; }
#endif
