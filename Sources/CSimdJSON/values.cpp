#include "values.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <vector>

#include "scalars.hpp"
#include "scanning.hpp"

using namespace simdjson;
using std::string_view;

namespace {

constexpr mj_bytes absent = {nullptr, MJ_ABSENT};

bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }

mj_bytes bytes(string_view text) {
    return {reinterpret_cast<const uint8_t *>(text.data()), uint32_t(text.size())};
}

}  // namespace

struct mj_tree_parser {
    ondemand::parser parser;
    std::vector<mj_tree> trees;
    std::vector<mj_node> nodes;
    std::vector<uint8_t> arena;
    uint8_t *free_arena = nullptr;
    size_t first = 0;

    int unescape(ondemand::raw_json_string raw, mj_bytes &out) {
        string_view text;
        if (parser.unescape(raw, free_arena).get(text)) return MJ_LONE_SURROGATE;
        out = bytes(text);
        return MJ_OK;
    }

    template <class Value>
    int number(Value &value, mj_node &node) {
        ondemand::number any;
        auto error = value.get_number().get(any);
        if (error == SUCCESS && any.is_int64()) {
            node.type = MJ_NODE_INTEGER;
            node.number = any.get_int64();
            return MJ_OK;
        }
        node.type = MJ_NODE_NUMBER;
        double real;
        // An integer beyond 64 bits is JSON all the same.
        if (error == NUMBER_ERROR) error = value.get_double().get(real);
        return error ? MJ_INVALID_JSON : MJ_OK;
    }

    int walk(ondemand::value value, mj_bytes key, int depth) {
        if (nodes.size() - first >= MJ_TREE_NODES) return MJ_TOO_LARGE;
        size_t index = nodes.size();
        mj_node node;
        std::memset(&node, 0, sizeof node);
        node.key = key;
        node.text = absent;
        nodes.push_back(node);
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return mingjian::reason_of(error);
        int reason = MJ_OK;
        switch (type) {
            case ondemand::json_type::object:
                if (depth >= MJ_TREE_DEPTH) return MJ_TOO_DEEP;
                node.type = MJ_NODE_OBJECT;
                reason = mingjian::each_field(value, [&](ondemand::raw_json_string name, auto child) {
                    mj_bytes inner;
                    if (int bad = unescape(name, inner)) return bad;
                    return walk(child, inner, depth + 1);
                });
                break;
            case ondemand::json_type::array:
                if (depth >= MJ_TREE_DEPTH) return MJ_TOO_DEEP;
                node.type = MJ_NODE_ARRAY;
                reason = mingjian::each_element(
                    value, [&](ondemand::value &child) { return walk(child, absent, depth + 1); });
                break;
            case ondemand::json_type::string: {
                node.type = MJ_NODE_STRING;
                ondemand::raw_json_string raw;
                if (auto error = value.get_raw_json_string().get(raw))
                    return mingjian::reason_of(error);
                reason = unescape(raw, node.text);
                break;
            }
            case ondemand::json_type::number: reason = number(value, node); break;
            case ondemand::json_type::boolean: {
                node.type = MJ_NODE_BOOLEAN;
                bool flag;
                if (value.get_bool().get(flag)) return MJ_INVALID_JSON;
                node.number = flag;
                break;
            }
            case ondemand::json_type::null: {
                node.type = MJ_NODE_NULL;
                bool null;
                if (value.is_null().get(null) || !null) return MJ_INVALID_JSON;
                break;
            }
            default: return MJ_INVALID_JSON;
        }
        node.end = uint32_t(nodes.size());
        nodes[index] = node;
        return reason;
    }

    int tree(const mj_tree &row) {
        size_t length = row.line.length;
        if (length > MJ_TREE_BYTES) return MJ_TOO_LARGE;
        ondemand::document document;
        if (auto error = parser.iterate(row.line.data, length, length + MJ_PADDING).get(document))
            return mingjian::reason_of(error);
        ondemand::json_type type;
        if (auto error = document.type().get(type)) return mingjian::reason_of(error);
        if (type != ondemand::json_type::object) return MJ_NOT_AN_OBJECT;
        ondemand::value root;
        if (auto error = document.get_value().get(root)) return mingjian::reason_of(error);
        if (int reason = walk(root, absent, 0)) return reason;
        const char *rest;
        if (document.current_location().get(rest) == SUCCESS) return MJ_INVALID_JSON;
        return MJ_OK;
    }

    int parse(const uint8_t *buffer, size_t length, mj_trees &out) {
        trees.clear();
        nodes.clear();
        if (arena.size() < length + 2 * MJ_PADDING) arena.resize(length + 2 * MJ_PADDING);
        free_arena = arena.data();
        size_t number = 0;
        for (size_t start = 0; start < length; number++) {
            auto *newline =
                static_cast<const uint8_t *>(std::memchr(buffer + start, '\n', length - start));
            size_t from = start, end = newline ? size_t(newline - buffer) : length;
            start = newline ? end + 1 : length;
            while (end > from && is_space(buffer[end - 1])) end--;
            while (from < end && is_space(buffer[from])) from++;
            if (from == end) continue;
            mj_tree row;
            std::memset(&row, 0, sizeof row);
            row.line = {buffer + from, uint32_t(end - from)};
            row.number = uint32_t(number);
            first = nodes.size();
            row.first_node = uint32_t(first);
            row.reason = uint32_t(tree(row));
            if (row.reason) nodes.resize(first);
            trees.push_back(row);
        }
        out = {trees.data(), trees.size(), nodes.data(), number};
        return 0;
    }
};

extern "C" mj_tree_parser *mj_tree_parser_new(void) { return new (std::nothrow) mj_tree_parser; }
extern "C" void mj_tree_parser_free(mj_tree_parser *parser) { delete parser; }

extern "C" int mj_parse_trees(mj_tree_parser *parser, const uint8_t *buffer, size_t length,
                              mj_trees *trees) {
    try {
        return parser->parse(buffer, length, *trees);
    } catch (...) {
        return -1;
    }
}

extern "C" int mj_parse_time(const uint8_t *text, size_t length, int64_t *milliseconds) {
    bool local;
    string_view s(reinterpret_cast<const char *>(text), length);
    if (!mingjian::parse_time(s, *milliseconds, local) || local) return 1;
    return mingjian::in_calendar(*milliseconds) ? 0 : 1;
}
