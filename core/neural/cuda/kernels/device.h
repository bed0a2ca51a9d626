// What kernels are written with. The same source becomes PTX (clang -x cuda, without CUDA's headers) and, for tests, code for the
// processor (testdata/emulator/emulator.h gives everything the same meaning there).
#pragma once
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;
typedef long long i64;
struct alignas(16) four { float v[4]; };

#ifdef __CUDA__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define DEV __device__ __attribute__((always_inline)) static inline
#define KERNEL(threads, blocks) extern "C" __attribute__((global)) void __attribute__((launch_bounds(threads, blocks)))
#define SHARED __attribute__((shared)) __attribute__((aligned(16)))
extern "C" { extern __attribute__((shared)) __attribute__((aligned(16))) u8 dynamic_shared[]; }
#define DYNAMIC_SHARED dynamic_shared
#define TID ((int)__nvvm_read_ptx_sreg_tid_x())
#define BLOCK_X ((int)__nvvm_read_ptx_sreg_ctaid_x())
#define BLOCK_Y ((int)__nvvm_read_ptx_sreg_ctaid_y())
#define BLOCK_Z ((int)__nvvm_read_ptx_sreg_ctaid_z())
#define SYNC() __syncthreads()

// Shared addresses as 32-bit numbers, for instructions that take no other.
DEV u32 shared_address(const void *p) { return (u32)(unsigned long long)(const __attribute__((address_space(3))) char *)p; }
DEV u16 to_half(float v) { u16 r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r) : "f"(v)); return r; }
#if HALF >= 75
// Four 8x8 matrices of halves: lanes 8i..8i+7 give the addresses of the rows of the i-th.
DEV void ldmatrix(u32 r[4], const void *p) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(p)) : "memory");
}
#endif
#if HALF >= 80
// D[16x8] += A[16x16] * B[16x8], halves in, floats out.
DEV void mma(float d[4], const u32 a[4], const u32 *b) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
// Copies 16 bytes to shared memory without waiting, or clears them.
DEV void copy16(void *to, const void *from, int valid) { asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(valid ? 16 : 0) : "memory"); }
DEV void copies_begun() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// All but the latest N groups of copies have arrived, for this thread.
template <int N> DEV void copies_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory"); }
DEV u32 pack(float lo, float hi) { u32 r; asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo)); return r; }
#elif HALF >= 75
DEV void mma(float d[4], const u32 a[4], const u32 *b) {
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%8}, {%0,%1,%2,%3};\n\t"
               "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%6,%7}, {%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
DEV void copy16(void *to, const void *from, int valid) {
  if (valid) *(four *)to = *(const four *)from;
  else *(four *)to = {{0, 0, 0, 0}};
}
DEV void copies_begun() {}
template <int N> DEV void copies_wait() {}
DEV u32 pack(float lo, float hi) { return to_half(lo) | (u32)to_half(hi) << 16; }
#endif
#else
#include "emulator.h"
#endif

template <class T> DEV T least(T a, T b) { return a < b ? a : b; }
template <class T> DEV T most(T a, T b) { return a > b ? a : b; }
