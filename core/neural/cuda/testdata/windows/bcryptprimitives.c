// Wine before 9 lacks this library, of which Go's runtime needs one function.
#define RtlGenRandom SystemFunction036
#include <windows.h>
BOOLEAN NTAPI RtlGenRandom(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T size) { return RtlGenRandom(to, (ULONG)size); }
