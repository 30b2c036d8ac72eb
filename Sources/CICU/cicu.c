#include "cicu.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/utext.h>
#include <unicode/utrans.h>
#include <unicode/uvernum.h>

const char *mj_icu_version(void) { return U_ICU_VERSION; }

static const UNormalizer2 *nfkc_casefold(void) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&status);
    return U_FAILURE(status) ? NULL : normalizer;
}

int32_t mj_nfkc_casefold(const uint16_t *source, int32_t length, uint16_t *target,
                         int32_t capacity) {
    const UNormalizer2 *normalizer = nfkc_casefold();
    UErrorCode status = U_ZERO_ERROR;
    if (!normalizer) return -1;
    int32_t needed = unorm2_normalize(normalizer, (const UChar *)source, length, (UChar *)target,
                                      capacity, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) return needed;
    return U_FAILURE(status) ? -1 : needed;
}

int32_t mj_nfkc_casefold_boundary_before(uint32_t code_point) {
    const UNormalizer2 *normalizer = nfkc_casefold();
    return normalizer && unorm2_hasBoundaryBefore(normalizer, (UChar32)code_point);
}

int32_t mj_nfkc_casefold_inert(uint32_t code_point) {
    const UNormalizer2 *normalizer = nfkc_casefold();
    return normalizer && unorm2_hasBoundaryAfter(normalizer, (UChar32)code_point);
}

int32_t mj_nfkc_casefold_keeps(uint32_t code_point) {
    const UNormalizer2 *normalizer = nfkc_casefold();
    return normalizer && unorm2_isInert(normalizer, (UChar32)code_point);
}

int32_t mj_general_category(uint32_t code_point) { return u_charType((UChar32)code_point); }

int32_t mj_nfd(const uint16_t *source, int32_t length, uint16_t *target, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = unorm2_getNFDInstance(&status);
    if (U_FAILURE(status)) return -1;
    int32_t needed = unorm2_normalize(normalizer, (const UChar *)source, length, (UChar *)target,
                                      capacity, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) return needed;
    return U_FAILURE(status) ? -1 : needed;
}

int32_t mj_digit_value(uint32_t code_point) {
    int32_t category = u_charType((UChar32)code_point);
    if (category != U_DECIMAL_DIGIT_NUMBER && category != U_LETTER_NUMBER &&
        category != U_OTHER_NUMBER)
        return -1;
    double value = u_getNumericValue((UChar32)code_point);
    for (int32_t digit = 0; digit <= 9; digit++)
        if (value == digit) return digit;
    return -1;
}

int32_t mj_is_white_space(uint32_t code_point) {
    return u_hasBinaryProperty((UChar32)code_point, UCHAR_WHITE_SPACE);
}

int32_t mj_is_pictographic(uint32_t code_point) {
    UChar32 c = (UChar32)code_point;
    return u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION) ||
           u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER) ||
           u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) ||
           u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR);
}

int32_t mj_is_wide(uint32_t code_point) {
    int32_t width = u_getIntPropertyValue((UChar32)code_point, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

static mj_transliterator *transliterator(const UChar *id) {
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *trans = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    return U_FAILURE(status) ? NULL : (mj_transliterator *)trans;
}

mj_transliterator *mj_traditional_simplified_open(void) {
    return transliterator(u"Traditional-Simplified");
}

mj_transliterator *mj_han_latin_open(void) { return transliterator(u"Han-Latin"); }

void mj_transliterator_close(mj_transliterator *transliterator) {
    utrans_close((UTransliterator *)transliterator);
}

int32_t mj_transliterate(mj_transliterator *transliterator, uint16_t *text, int32_t length,
                         int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t limit = length;
    utrans_transUChars((const UTransliterator *)transliterator, (UChar *)text, &length, capacity, 0,
                       &limit, &status);
    return U_FAILURE(status) ? -1 : length;
}

int32_t mj_transliterator_sources(mj_transliterator *transliterator, uint32_t *code_points,
                                  int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    USet *set = utrans_getSourceSet((UTransliterator *)transliterator, 0, NULL, &status);
    if (U_FAILURE(status)) return 0;
    int32_t count = uset_size(set), written = 0;
    for (int32_t i = 0; i < count; i++) {
        UChar32 c = uset_charAt(set, i);
        if (c >= 0 && written < capacity) code_points[written++] = (uint32_t)c;
    }
    uset_close(set);
    return written;
}

int32_t mj_transliterator_rules(mj_transliterator *transliterator, uint16_t *text,
                                int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t needed = utrans_toRules((const UTransliterator *)transliterator, 0, (UChar *)text,
                                    capacity, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) return needed;
    return U_FAILURE(status) ? -1 : needed;
}

int32_t mj_set_members(const uint16_t *pattern, int32_t length, uint32_t *code_points,
                       int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    USet *set = uset_openPattern((const UChar *)pattern, length, &status);
    if (U_FAILURE(status)) return -1;
    int32_t written = 0;
    for (int32_t i = 0; i < uset_getItemCount(set); i++) {
        UChar32 first, last;
        UErrorCode item = U_ZERO_ERROR;
        /* Not 0: a string of several characters. */
        if (uset_getItem(set, i, &first, &last, NULL, 0, &item) != 0) continue;
        for (UChar32 c = first; c <= last; c++)
            if (written < capacity) code_points[written++] = (uint32_t)c;
    }
    uset_close(set);
    return written;
}

struct mj_word_breaker {
    UBreakIterator *iterator;
    UText *text;
};

mj_word_breaker *mj_word_breaker_open(void) {
    UErrorCode status = U_ZERO_ERROR;
    mj_word_breaker *breaker = calloc(1, sizeof *breaker);
    if (!breaker) return NULL;
    breaker->iterator = ubrk_open(UBRK_WORD, "zh", NULL, 0, &status);
    if (U_FAILURE(status)) {
        free(breaker);
        return NULL;
    }
    return breaker;
}

void mj_word_breaker_close(mj_word_breaker *breaker) {
    if (!breaker) return;
    ubrk_close(breaker->iterator);
    utext_close(breaker->text);
    free(breaker);
}

int32_t mj_word_breaker_set_text(mj_word_breaker *breaker, const uint8_t *utf8, int64_t length) {
    UErrorCode status = U_ZERO_ERROR;
    breaker->text = utext_openUTF8(breaker->text, (const char *)utf8, length, &status);
    ubrk_setUText(breaker->iterator, breaker->text, &status);
    return U_FAILURE(status) ? -1 : 0;
}

int32_t mj_word_breaker_is_boundary(mj_word_breaker *breaker, int32_t offset) {
    return ubrk_isBoundary(breaker->iterator, offset);
}
