// What Go sees of the stand-in for the driver library.
#ifndef TAPELIGHT_SHIM_H
#define TAPELIGHT_SHIM_H
#include <cuda.h>

// How far loading the driver came.
enum { TL_LOADED, TL_NO_LIBRARY, TL_NOT_STARTED };

// tl_load loads the driver and calls its cuInit, once. error is what cuInit gave, why is in the loader's or the driver's words; empty when loaded.
int tl_load(int *error, const char **why);
#endif
