// The kernels, compiled for the processor, under the names they have in PTX.
#include "../../kernels/fused_f16.h"
#include "../../kernels/peak.h"

#define ADD(name) static const bool added_##name = emulator::add(#name, name);
#define ADD_ALL(name) ADD(name) ADD(name##_head) ADD(name##_tail) ADD(name##_both)
ADD_ALL(conv_f32)
ADD_ALL(conv_f16_2)
ADD_ALL(conv_f16_4)
ADD_ALL(conv_f16_8)
ADD_ALL(fused_f16)
ADD(peak_copy)
