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

int32_t mj_general_category(uint32_t code_point) { return u_charType((UChar32)code_point); }

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

mj_transliterator *mj_traditional_simplified_open(void) {
    static const UChar id[] = u"Traditional-Simplified";
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *trans = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    return U_FAILURE(status) ? NULL : (mj_transliterator *)trans;
}

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
