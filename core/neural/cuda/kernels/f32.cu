// Single precision: any card from Pascal on.
#include "conv_f32.h"
#include "peak.h"
