/* RE2 behind a C interface: leftmost-longest, linear in the text whatever the pattern. */
#ifndef MINGJIAN_CRE2_H
#define MINGJIAN_CRE2_H
#include <stdint.h>
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct mj_re2 mj_re2;
/* Compiles a UTF-8 pattern; on failure returns NULL and puts the reason into error. */
mj_re2 *mj_re2_compile(const uint8_t *pattern, size_t length, char *error, size_t error_capacity);
void mj_re2_free(mj_re2 *);
/* The leftmost-longest match at or after `from`; 1 if found. Thread-safe. */
int mj_re2_find(const mj_re2 *, const uint8_t *text, size_t length, size_t from, size_t *start,
                size_t *end);
/* Whether it matches anywhere, looking no further than the earliest match; 1 if so. Thread-safe. */
int mj_re2_matches(const mj_re2 *, const uint8_t *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
