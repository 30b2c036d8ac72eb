/* JSON lines to flat trees: one call parses a block of NDJSON whose lines are small objects. */
#ifndef MINGJIAN_VALUES_H
#define MINGJIAN_VALUES_H
#include "flat.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    MJ_NODE_OBJECT = 0,
    MJ_NODE_ARRAY,
    MJ_NODE_STRING,
    MJ_NODE_INTEGER,
    /* A fraction, or beyond 64 bits. */
    MJ_NODE_NUMBER,
    MJ_NODE_BOOLEAN,
    MJ_NODE_NULL,
};

/* A value; what it contains follows it. */
typedef struct {
    /* Of a member of an object; length MJ_ABSENT elsewhere. */
    mj_bytes key;
    mj_bytes text;
    /* Of an integer; 1 for true. */
    int64_t number;
    /* Index of the first node that it does not contain. */
    uint32_t end;
    uint32_t type;
} mj_node;

typedef struct {
    /* Without its line end and the white space around it. */
    mj_bytes line;
    uint32_t first_node;
    /* MJ_OK, or why the line gives no nodes. */
    uint32_t reason;
    /* 0-based number of the line in the block, blank lines counted. */
    uint32_t number;
} mj_tree;

typedef struct {
    const mj_tree *trees;
    size_t count;
    const mj_node *nodes;
    size_t line_count;
} mj_trees;

/* A line may be this long, and hold as many values, this deep. */
#define MJ_TREE_BYTES (256 * 1024)
#define MJ_TREE_NODES 4096
#define MJ_TREE_DEPTH 6

typedef struct mj_tree_parser mj_tree_parser;
mj_tree_parser *mj_tree_parser_new(void);
void mj_tree_parser_free(mj_tree_parser *);

/* Parses the lines in buffer[0..<length]; MJ_PADDING bytes after it must be readable. Blank lines
   give no tree. Everything stays valid until the next call. Returns 0, or -1 when memory ran out. */
int mj_parse_trees(mj_tree_parser *, const uint8_t *buffer, size_t length, mj_trees *trees);

/* An RFC 3339 time to milliseconds. 0; 1 where it has no offset, or is no time of the years 1 to
   9999; reads only the bytes given. */
int mj_parse_time(const uint8_t *text, size_t length, int64_t *milliseconds);

#ifdef __cplusplus
}
#endif
#endif
