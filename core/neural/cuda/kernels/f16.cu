// Tensor cores: Turing with HALF=75, Ampere and later with HALF=80.
#define NO_F32_KERNELS
#include "fused_f16.h"
#include "peak.h"
