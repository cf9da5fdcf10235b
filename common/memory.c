#include "common/memory.h"
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void memory_give_back(void)
{
    enum { DEEPEST = 256 * 1024 };
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    /* One page below this frame stays for the call itself. What was never reached is not mapped: then madvise() fails, having done the
     * rest. */
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - page) / page * page;
    malloc_trim(0);
    (void)madvise((void *)(end - DEEPEST), DEEPEST, MADV_DONTNEED); /* NOLINT(performance-no-int-to-ptr): addresses below an address */
}
