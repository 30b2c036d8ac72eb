/* What processors do and Swift has no word for. */
#ifndef MINGJIAN_HARDWARE_H
#define MINGJIAN_HARDWARE_H
#include <stddef.h>
#include <stdint.h>

/* Whether this processor has an instruction for CRC-32C. */
int mj_has_crc32c(void);

/* The register of CRC-32C (neither inverted before nor after) behind more bytes. Only where mj_has_crc32c. */
uint32_t mj_crc32c(uint32_t state, const void *bytes, size_t length);

/* Has memory that is written soon on its way; any address may be given. */
static inline void mj_fetch_to_write(const void *address) { __builtin_prefetch(address, 1); }

#endif
