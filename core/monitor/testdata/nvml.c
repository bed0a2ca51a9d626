/* A management library that tells what the tests expect. Macros take functions away or make them fail:
   -DNO_INIT, -DNO_EXTRAS (an old driver), -DINIT=code, -DCARDS=n, -DLOST=index, -DWILD (nonsense figures). */
#include <stdio.h>
#include <string.h>
#ifndef CARDS
#define CARDS 1
#endif
#ifndef INIT
#define INIT 0
#endif
#ifndef LOST
#define LOST -1
#endif
typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned long long total, free, used; } memory;

#ifndef NO_INIT
int nvmlInit_v2(void) { return INIT; }
#endif
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = CARDS; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device)
{
	if ((int)i == LOST)
		return 15;
	*device = (char *)0x1000 + i;
	return 0;
}
static unsigned index_of(void *device) { return (unsigned)((char *)device - (char *)0x1000); }
int nvmlDeviceGetName(void *device, char *text, unsigned size)
{
	snprintf(text, size, "Test Card %u", index_of(device));
	return 0;
}
int nvmlDeviceGetMemoryInfo(void *device, memory *m)
{
	m->total = 8ull << 30; m->free = 6ull << 30; m->used = (2ull << 30) + index_of(device);
#ifdef WILD
	m->used = 9ull << 30;
#endif
	return 0;
}
#ifndef NO_EXTRAS
int nvmlDeviceGetUtilizationRates(void *device, utilization *u)
{
	u->gpu = 42; u->memory = 7;
#ifdef WILD
	u->gpu = 4000000000u;
#endif
	return 0;
}
int nvmlDeviceGetEncoderUtilization(void *device, unsigned *percent, unsigned *period) { *percent = 33; *period = 100; return 0; }
int nvmlDeviceGetDecoderUtilization(void *device, unsigned *percent, unsigned *period) { return 3; }
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) { *celsius = sensor == 0 ? 61 : 99; return 0; }
#endif
