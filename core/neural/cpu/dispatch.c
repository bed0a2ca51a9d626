#include "kernel.h"
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <malloc.h>
#endif

int tl_detect(void) {
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
		if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
			return TL_AVX512;
		return TL_AVX2;
	}
#endif
	return TL_PLAIN;
}

void tl_step(int kernel, tl_worker *w, int t) {
	switch (kernel) {
	case TL_AVX512: tl_step_avx512(w, t); break;
	case TL_AVX2: tl_step_avx2(w, t); break;
	default: tl_step_plain(w, t);
	}
}

void *tl_alloc(size_t bytes) {
	bytes = (bytes + 63) / 64 * 64;
#ifdef _WIN32
	void *p = _aligned_malloc(bytes, 64);
#else
	void *p = NULL;
	if (posix_memalign(&p, 64, bytes)) p = NULL;
#endif
	if (p) memset(p, 0, bytes);
	return p;
}

void tl_free(void *p) {
#ifdef _WIN32
	_aligned_free(p);
#else
	free(p);
#endif
}
