#include "converter.h"

#include <stdlib.h>
#include <unicode/ucnv.h>

/* Three bytes of UTF-8 at most for a unit, and room for a replacement and a pending surrogate. */
enum { PIVOT_UNITS = (MJ_CONVERT_ROOM - 16) / 3 };

struct mj_converter {
    UConverter *icu;
    /* The first half of a pair whose second half comes with the next piece. */
    UChar high;
    UChar pivot[PIVOT_UNITS];
};

mj_converter *mj_converter_open(const char *name) {
    UErrorCode status = U_ZERO_ERROR;
    mj_converter *converter = calloc(1, sizeof *converter);
    if (!converter) return NULL;
    converter->icu = ucnv_open(name, &status);
    if (U_SUCCESS(status))
        ucnv_setToUCallBack(converter->icu, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
    if (U_FAILURE(status)) {
        mj_converter_close(converter);
        return NULL;
    }
    return converter;
}

void mj_converter_close(mj_converter *converter) {
    if (!converter) return;
    if (converter->icu) ucnv_close(converter->icu);
    free(converter);
}

static uint8_t *encode(uint8_t *p, uint32_t c) {
    if (c < 0x80) {
        *p++ = (uint8_t)c;
    } else if (c < 0x800) {
        *p++ = (uint8_t)(0xC0 | c >> 6);
        *p++ = (uint8_t)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *p++ = (uint8_t)(0xE0 | c >> 12);
        *p++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *p++ = (uint8_t)(0x80 | (c & 0x3F));
    } else {
        *p++ = (uint8_t)(0xF0 | c >> 18);
        *p++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
        *p++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *p++ = (uint8_t)(0x80 | (c & 0x3F));
    }
    return p;
}

int mj_convert(mj_converter *converter, const uint8_t **source, const uint8_t *source_end,
               int flush, uint8_t **target, const uint8_t *target_end) {
    for (;;) {
        if (target_end - *target < MJ_CONVERT_ROOM) return MJ_CONVERT_FULL;
        UErrorCode status = U_ZERO_ERROR;
        UChar *end = converter->pivot;
        const char *from = (const char *)*source;
        ucnv_toUnicode(converter->icu, &end, converter->pivot + PIVOT_UNITS, &from,
                       (const char *)source_end, NULL, (UBool)(flush != 0), &status);
        *source = (const uint8_t *)from;
        uint8_t *p = *target;
        for (const UChar *unit = converter->pivot; unit < end; unit++) {
            uint32_t c = *unit;
            if (converter->high) {
                uint32_t high = converter->high;
                converter->high = 0;
                if (c >= 0xDC00 && c < 0xE000) {
                    p = encode(p, 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00));
                    continue;
                }
                p = encode(p, 0xFFFD);
            }
            if (c >= 0xD800 && c < 0xDC00)
                converter->high = (UChar)c;
            else
                p = encode(p, c >= 0xDC00 && c < 0xE000 ? 0xFFFD : c);
        }
        *target = p;
        if (status == U_BUFFER_OVERFLOW_ERROR) continue;
        if (status == U_ILLEGAL_CHAR_FOUND || status == U_INVALID_CHAR_FOUND ||
            status == U_TRUNCATED_CHAR_FOUND || status == U_ILLEGAL_ESCAPE_SEQUENCE) {
            *target = encode(p, 0xFFFD);
            if (status == U_TRUNCATED_CHAR_FOUND) ucnv_resetToUnicode(converter->icu);
            return MJ_CONVERT_REPLACED;
        }
        if (U_FAILURE(status)) return MJ_CONVERT_FAILED;
        return MJ_CONVERT_MORE;
    }
}
