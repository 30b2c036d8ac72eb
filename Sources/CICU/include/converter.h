/* Other encodings to UTF-8 by ICU's converters, piece by piece, behind types of our own. */
#ifndef MINGJIAN_CONVERTER_H
#define MINGJIAN_CONVERTER_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct mj_converter mj_converter;

/* Bytes of room that one call of mj_convert must have. */
#define MJ_CONVERT_ROOM 16384

enum {
    MJ_CONVERT_FAILED = -1,
    /* All of the source is used up. */
    MJ_CONVERT_MORE = 0,
    /* The target is too full for another piece. */
    MJ_CONVERT_FULL = 1,
    /* Bytes that mean nothing stood here: U+FFFD was written for them; call again to go on. */
    MJ_CONVERT_REPLACED = 2,
};

/* `name` as ICU knows it: "gb18030", "utf-16le" …; NULL if there is none. */
mj_converter *mj_converter_open(const char *name);
void mj_converter_close(mj_converter *);
/* Converts from *source up to source_end, moves *source and *target on. `flush` is not 0 when no
   more source will come. Never writes half a character. */
int mj_convert(mj_converter *, const uint8_t **source, const uint8_t *source_end, int flush,
               uint8_t **target, const uint8_t *target_end);

#ifdef __cplusplus
}
#endif
#endif
