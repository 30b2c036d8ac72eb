/* Message lines to rows: one call parses a block of NDJSON whose lines are single messages. */
#ifndef MINGJIAN_FLAT_H
#define MINGJIAN_FLAT_H
#include "conversations.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Bytes in the block or in the parser, valid until its next call; length MJ_ABSENT if absent. */
typedef struct {
    const uint8_t *data;
    uint32_t length;
} mj_bytes;

/* Which keys stand at the top of a line, whatever else is wrong with it. */
enum {
    MJ_HAS_MESSAGES = 1,
    MJ_HAS_CONVERSATION = 2,
    MJ_HAS_BUYER = 4,
    MJ_HAS_FROM = 8,
};

/* Facts of the conversation that its messages may carry, kept as the JSON they are. */
enum {
    MJ_CLOSED_AT = 0,
    MJ_TRUNCATED,
    MJ_CHANNEL,
    MJ_CATEGORY,
    MJ_TAGS,
    MJ_ATTRIBUTES,
    MJ_ORDERS,
    MJ_FACTS,
};

typedef struct {
    /* Without its line end and the white space around it. */
    mj_bytes line;
    mj_bytes conversation, shop, buyer, group, agent, id, text;
    mj_bytes facts[MJ_FACTS];
    int64_t time;
    /* MJ_OK, or why the line would make its conversation a bad record. */
    uint32_t reason;
    /* 0-based number of the line in the block, blank lines counted. */
    uint32_t number;
    uint8_t fields;
    uint8_t speaker;
    uint8_t kind;
    /* MJ_AUTOMATIC, MJ_LOCAL_TIME, MJ_CLOSES. */
    uint8_t flags;
} mj_line;

/* An event of the type "closed". */
enum { MJ_CLOSES = 128 };

typedef struct {
    const mj_line *lines;
    size_t count;
    /* Line ends in the block, plus one for a last line without. */
    size_t line_count;
} mj_lines;

typedef struct mj_flat_parser mj_flat_parser;
mj_flat_parser *mj_flat_parser_new(void);
void mj_flat_parser_free(mj_flat_parser *);

/* Parses the lines in buffer[0..<length]; MJ_PADDING bytes after it must be readable. Blank lines
   give no row. A row is MJ_OK exactly if mj_parse_conversations takes the line as a message.
   `options` as there. Returns 0, or -1 when memory ran out. */
int mj_parse_messages(mj_flat_parser *, const uint8_t *buffer, size_t length, int options,
                      mj_lines *lines);

/* 1 if the bytes are UTF-8. */
int mj_is_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
