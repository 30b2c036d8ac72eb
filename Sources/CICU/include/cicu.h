/* ICU behind types of our own: exposing <unicode/…> to Swift clashes with Foundation's own copy. */
#ifndef MINGJIAN_CICU_H
#define MINGJIAN_CICU_H
#include <stdint.h>
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ICU's version, "72.1" for example. */
const char *mj_icu_version(void);

/* NFKC_Casefold of UTF-16 text. Returns the length needed, or -1 on failure. */
int32_t mj_nfkc_casefold(const uint16_t *source, int32_t length, uint16_t *target, int32_t capacity);
/* 1 if NFKC_Casefold can be applied to the text before and after this code point apart. */
int32_t mj_nfkc_casefold_boundary_before(uint32_t code_point);
/* 1 if no code point can change by what follows it. */
int32_t mj_nfkc_casefold_inert(uint32_t code_point);
/* 1 if NFKC_Casefold leaves the code point as it is, whatever stands beside it. */
int32_t mj_nfkc_casefold_keeps(uint32_t code_point);
/* General category as ICU numbers it (U_UNASSIGNED 0, …). */
int32_t mj_general_category(uint32_t code_point);
/* NFD of UTF-16 text. Returns the length needed, or -1 on failure. */
int32_t mj_nfd(const uint16_t *source, int32_t length, uint16_t *target, int32_t capacity);
/* 0 to 9 for a digit of any script or style (categories Nd, Nl, No); -1 for all else. */
int32_t mj_digit_value(uint32_t code_point);
/* 1 if White_Space. */
int32_t mj_is_white_space(uint32_t code_point);
/* 1 if Emoji_Presentation, Emoji_Modifier, Extended_Pictographic or a regional indicator. */
int32_t mj_is_pictographic(uint32_t code_point);
/* 1 if East_Asian_Width is W or F. */
int32_t mj_is_wide(uint32_t code_point);

typedef struct mj_transliterator mj_transliterator;
/* "Traditional-Simplified"; NULL on failure. */
mj_transliterator *mj_traditional_simplified_open(void);
/* "Han-Latin": Mandarin readings with tone marks; NULL on failure. */
mj_transliterator *mj_han_latin_open(void);
void mj_transliterator_close(mj_transliterator *);
/* Transliterates in place; returns the new length or -1. Not thread-safe. */
int32_t mj_transliterate(mj_transliterator *, uint16_t *text, int32_t length, int32_t capacity);

/* The code points that the transliterator may change; returns how many there are. */
int32_t mj_transliterator_sources(mj_transliterator *, uint32_t *code_points, int32_t capacity);

/* The transliterator's rules as UTF-16 text, a rule a line. Returns the length needed, or -1. */
int32_t mj_transliterator_rules(mj_transliterator *, uint16_t *text, int32_t capacity);
/* The code points of a set pattern such as [abc-e]; returns how many there are, -1 if it is none. */
int32_t mj_set_members(const uint16_t *pattern, int32_t length, uint32_t *code_points,
                       int32_t capacity);

typedef struct mj_word_breaker mj_word_breaker;
/* Word boundaries by ICU's rules and dictionaries for Chinese; NULL on failure. */
mj_word_breaker *mj_word_breaker_open(void);
void mj_word_breaker_close(mj_word_breaker *);
/* Sets the text, valid UTF-8 that must stay in place while it is asked about. 0 on success. */
int32_t mj_word_breaker_set_text(mj_word_breaker *, const uint8_t *utf8, int64_t length);
/* 1 if a word boundary stands at this byte offset. */
int32_t mj_word_breaker_is_boundary(mj_word_breaker *, int32_t offset);

#ifdef __cplusplus
}
#endif
#endif
