/* Conversation lines to rows: one call parses a block of canonical NDJSON with simdjson. */
#ifndef MINGJIAN_CONVERSATIONS_H
#define MINGJIAN_CONVERSATIONS_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Readable bytes that simdjson wants after what it parses. */
#define MJ_PADDING 64
#define MJ_ABSENT UINT32_MAX
#define MJ_NO_TIME INT64_MIN

/* Bytes relative to the block's buffer; length MJ_ABSENT where the field is absent. */
typedef struct {
    uint32_t offset;
    uint32_t length;
} mj_slice;

enum { MJ_BUYER = 0, MJ_AGENT = 1, MJ_ASSISTANT = 2, MJ_SYSTEM = 3 };
enum {
    MJ_AUTOMATIC = 1,
    /* The time had no offset: it is local time as if it were UTC. */
    MJ_LOCAL_TIME = 2,
};

/* One message: a cache line, so that a conversation is read once and in order. */
typedef struct {
    int64_t time;
    mj_slice text;
    mj_slice agent;
    mj_slice id;
    /* `to` of a transfer, `value` of an event. */
    mj_slice target;
    mj_slice event_type;
    /* For the stages after parsing: the folded text in the joined block, and the agent's number. */
    uint32_t folded_offset;
    uint32_t folded_length;
    int32_t agent_number;
    uint8_t speaker;
    uint8_t kind;
    uint8_t flags;
    uint8_t reserved;
} mj_message;

/* What a fact is a value of; one after another as they stand, those of an order together. */
enum {
    MJ_FACT_CHANNEL = 0,
    MJ_FACT_CATEGORY,
    MJ_FACT_TAG,
    MJ_FACT_ATTRIBUTE,
    MJ_FACT_ORDER_ID,
    MJ_FACT_ORDER_STATE,
    MJ_FACT_ORDER_AMOUNT,
    MJ_FACT_ORDER_CREATED,
    MJ_FACT_ORDER_PAID,
    MJ_FACT_ORDER_PHONE,
    MJ_FACT_ORDER_ADDRESS,
};
enum { MJ_FORM_TEXT = 0, MJ_FORM_NUMBER, MJ_FORM_FLAG };

/* A value of a fact of a conversation. */
typedef struct {
    /* The attribute's name. */
    mj_slice key;
    mj_slice text;
    /* Rounded down; a time in milliseconds; 1 for true. */
    int64_t number;
    uint8_t kind;
    uint8_t form;
    /* MJ_FRACTION: something was behind the number's point. MJ_LOCAL_TIME. */
    uint8_t flags;
    uint8_t reserved[5];
} mj_fact;
enum { MJ_FRACTION = 1 };

enum {
    MJ_TRUNCATED_START = 1,
    MJ_TRUNCATED_END = 2,
    MJ_CLOSED_LOCAL = 4,
    /* All tags are among the facts. */
    MJ_KNOWS_TAGS = 8,
};

typedef struct {
    mj_slice id, shop, buyer, group, agent;
    /* The whole line in the block, without its line end. */
    mj_slice line;
    int64_t closed_at;
    /* 0-based number of the record in the block. */
    uint32_t record;
    uint32_t first_message;
    uint32_t message_count;
    uint32_t first_fact;
    uint32_t fact_count;
    /* -1: not known. */
    int32_t order_count;
    uint8_t flags;
    uint8_t reserved[3];
} mj_conversation;

/* Why a record is bad. */
enum {
    MJ_OK = 0,
    MJ_INVALID_JSON,
    MJ_INVALID_UTF8,
    MJ_NOT_AN_OBJECT,
    MJ_TOO_DEEP,
    MJ_MISSING_ID,
    MJ_MISSING_MESSAGES,
    MJ_MISSING_FROM,
    MJ_UNKNOWN_FROM,
    MJ_WRONG_TYPE,
    MJ_BAD_TIME,
    MJ_TIME_IN_SECONDS,
    MJ_TOO_MANY_MESSAGES,
    MJ_TOO_LARGE,
    MJ_BLANK,
    MJ_LONE_SURROGATE,
};

typedef struct {
    uint32_t record;
    uint32_t reason;
    mj_slice line;
} mj_bad;

/* Odd things that were kept. */
typedef struct {
    uint64_t unknown_kind;
    uint64_t duplicate_key;
    uint64_t missing_agent;
    /* Facts that were asked for and are nothing that could be one; they stay unknown. */
    uint64_t odd_fact;
} mj_defects;

typedef struct {
    mj_conversation *conversations;
    size_t conversation_count;
    mj_message *messages;
    size_t message_count;
    mj_fact *facts;
    mj_bad *bad;
    size_t bad_count;
    /* Lines that hold a record: conversations + bad. Blank lines are none unless asked for. */
    size_t record_count;
    size_t line_count;
    mj_defects defects;
} mj_rows;

typedef struct mj_parser mj_parser;
mj_parser *mj_parser_new(void);
void mj_parser_free(mj_parser *);

enum {
    MJ_STRICT = 1,
    MJ_COUNT_BLANK = 2,
    /* Facts that are read; others are passed over. */
    MJ_READ_CHANNEL = 1 << 8,
    MJ_READ_CATEGORY = 1 << 9,
    MJ_READ_TAGS = 1 << 10,
    MJ_READ_ATTRIBUTES = 1 << 11,
    MJ_READ_ORDERS = 1 << 12,
};

/* Parses the lines in buffer[0..<length]. MJ_PADDING bytes after it must be readable; unescaped
   strings go to buffer[arena...], where length + MJ_PADDING bytes must be writable. Rows stay valid
   until the next call. Never fails as a whole: every line is a row or a bad record; one of more than
   largest bytes is MJ_TOO_LARGE. */
void mj_parse_conversations(mj_parser *, uint8_t *buffer, size_t length, size_t arena, size_t largest,
                            int options, mj_rows *rows);

#ifdef __cplusplus
}
#endif
#endif
