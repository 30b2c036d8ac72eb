#include "hardware.h"

#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>

int mj_has_crc32c(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 20));
}

#define MJ_CRC32C __attribute__((target("sse4.2")))
#define MJ_STEP8(state, word) ((uint32_t)__builtin_ia32_crc32di(state, word))
#define MJ_STEP1(state, byte) __builtin_ia32_crc32qi(state, byte)

#elif defined(__aarch64__) && (defined(__APPLE__) || defined(__linux__))

#if defined(__linux__)
#include <sys/auxv.h>
int mj_has_crc32c(void) { return (getauxval(AT_HWCAP) & (1 << 7)) != 0; }
#else
int mj_has_crc32c(void) { return 1; }
#endif

#define MJ_CRC32C __attribute__((target("crc")))
#define MJ_STEP8(state, word) __builtin_arm_crc32cd(state, word)
#define MJ_STEP1(state, byte) __builtin_arm_crc32cb(state, byte)

#endif

#if defined(MJ_CRC32C)

MJ_CRC32C uint32_t mj_crc32c(uint32_t state, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    for (; length >= 8; length -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = MJ_STEP8(state, word);
    }
    for (; length > 0; length--, next++) state = MJ_STEP1(state, *next);
    return state;
}

#else

int mj_has_crc32c(void) { return 0; }
uint32_t mj_crc32c(uint32_t state, const void *bytes, size_t length) {
    (void)bytes, (void)length;
    return state;
}

#endif
