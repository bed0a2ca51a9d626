// The kernels that measure tensor cores; apart, as a file of kernels has either these or those that measure copies.
#define NO_F32_KERNELS
#include "../../kernels/peak.h"
static const bool added = emulator::add("peak_matrix", peak_matrix);
