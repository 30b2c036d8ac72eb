#include "flat.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;
using std::string_view;

namespace {

constexpr mj_bytes absent = {nullptr, MJ_ABSENT};

bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }

int reason_of(error_code error) {
    switch (error) {
        case UTF8_ERROR: return MJ_INVALID_UTF8;
        case DEPTH_ERROR: return MJ_TOO_DEEP;
        default: return MJ_INVALID_JSON;
    }
}

const string_view fact_names[MJ_FACTS] = {"closedAt", "truncated",  "channel", "category",
                                          "tags",     "attributes", "orders"};

}  // namespace

// A line is read twice: here for what belongs to its conversation, and, wrapped into a conversation
// of one message, by the parser of conversations, so that both shapes accept the same messages.
struct mj_flat_parser {
    ondemand::parser parser;
    mj_parser *conversations = nullptr;
    std::vector<mj_line> lines;
    std::vector<uint32_t> wrapped_lines;
    std::vector<uint8_t> wrapped;
    std::vector<uint8_t> arena;
    uint8_t *free_arena = nullptr;

    ~mj_flat_parser() { mj_parser_free(conversations); }

    int unescape(ondemand::raw_json_string raw, string_view &out) {
        return parser.unescape(raw, free_arena).get(out) ? MJ_LONE_SURROGATE : MJ_OK;
    }

    // A string, an integer (as its digits) or null.
    int identifier(ondemand::value value, mj_bytes &out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        if (type == ondemand::json_type::null) {
            out = absent;
            return MJ_OK;
        }
        string_view text;
        if (type == ondemand::json_type::number) {
            int64_t number;
            text = trimmed(value.raw_json_token());
            if (value.get_int64().get(number)) return MJ_WRONG_TYPE;
        } else if (type == ondemand::json_type::string) {
            ondemand::raw_json_string raw;
            if (auto error = value.get_raw_json_string().get(raw)) return reason_of(error);
            if (int reason = unescape(raw, text)) return reason;
        } else {
            return MJ_WRONG_TYPE;
        }
        out = {reinterpret_cast<const uint8_t *>(text.data()), uint32_t(text.size())};
        return MJ_OK;
    }

    static string_view trimmed(string_view text) {
        while (!text.empty() && uint8_t(text.back()) <= ' ') text.remove_suffix(1);
        return text;
    }

    static int raw(ondemand::value value, mj_bytes &out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        string_view text;
        if (type == ondemand::json_type::object) {
            ondemand::object object;
            if (auto error = value.get_object().get(object)) return reason_of(error);
            if (auto error = object.raw_json().get(text)) return reason_of(error);
        } else if (type == ondemand::json_type::array) {
            ondemand::array array;
            if (auto error = value.get_array().get(array)) return reason_of(error);
            if (auto error = array.raw_json().get(text)) return reason_of(error);
        } else {
            text = value.raw_json_token();
        }
        text = trimmed(text);
        out = {reinterpret_cast<const uint8_t *>(text.data()), uint32_t(text.size())};
        if (text == "null") out = absent;
        return MJ_OK;
    }

    int flat(mj_line &row) {
        ondemand::document document;
        size_t length = row.line.length;
        if (auto error = parser.iterate(row.line.data, length, length + MJ_PADDING).get(document))
            return reason_of(error);
        ondemand::json_type type;
        if (auto error = document.type().get(type)) return reason_of(error);
        if (type != ondemand::json_type::object) return MJ_NOT_AN_OBJECT;
        ondemand::object object;
        if (auto error = document.get_object().get(object)) return reason_of(error);
        int first_reason = MJ_OK;
        for (auto item : object) {
            ondemand::field field;
            if (auto error = std::move(item).get(field)) return reason_of(error);
            string_view name;
            if (int reason = unescape(field.key(), name)) return reason;
            ondemand::value value = field.value();
            int reason = MJ_OK;
            if (name == "conversation") {
                row.fields |= MJ_HAS_CONVERSATION;
                reason = identifier(value, row.conversation);
            } else if (name == "shop") {
                reason = identifier(value, row.shop);
            } else if (name == "buyer") {
                row.fields |= MJ_HAS_BUYER;
                reason = identifier(value, row.buyer);
            } else if (name == "group") {
                reason = identifier(value, row.group);
            } else if (name == "messages") {
                row.fields |= MJ_HAS_MESSAGES;
            } else if (name == "from") {
                row.fields |= MJ_HAS_FROM;
            } else {
                for (int i = 0; i < MJ_FACTS; i++)
                    if (name == fact_names[i]) reason = raw(value, row.facts[i]);
            }
            // A value of a wrong type is noted and passed over: the keys behind it still count.
            if (reason && reason != MJ_WRONG_TYPE) return reason;
            if (reason && !first_reason) first_reason = reason;
        }
        const char *rest;
        if (document.current_location().get(rest) == SUCCESS) return MJ_INVALID_JSON;
        return first_reason;
    }

    void append(string_view text) { wrapped.insert(wrapped.end(), text.begin(), text.end()); }
    void append(mj_bytes text) { wrapped.insert(wrapped.end(), text.data, text.data + text.length); }

    void wrap(const mj_line &row) {
        append("{\"id\":0,");
        for (int i = MJ_CLOSED_AT; i <= MJ_TRUNCATED; i++) {
            if (row.facts[i].length == MJ_ABSENT) continue;
            append("\"");
            append(fact_names[i]);
            append("\":");
            append(row.facts[i]);
            append(",");
        }
        append("\"messages\":[");
        append(row.line);
        append("]}\n");
    }

    static mj_bytes bytes(const uint8_t *base, mj_slice slice) {
        if (slice.length == MJ_ABSENT) return absent;
        return {base + slice.offset, slice.length};
    }

    void judge(int options) {
        size_t length = wrapped.size();
        wrapped.resize(2 * (length + MJ_PADDING));
        mj_rows rows;
        mj_parse_conversations(conversations, wrapped.data(), length, length + MJ_PADDING,
                               SIZE_MAX, options & MJ_STRICT, &rows);
        for (size_t i = 0; i < rows.bad_count; i++)
            lines[wrapped_lines[rows.bad[i].record]].reason = rows.bad[i].reason;
        for (size_t i = 0; i < rows.conversation_count; i++) {
            const mj_conversation &c = rows.conversations[i];
            mj_line &row = lines[wrapped_lines[c.record]];
            if (c.message_count != 1) {
                row.reason = MJ_INVALID_JSON;
                continue;
            }
            const mj_message &m = rows.messages[c.first_message];
            row.agent = bytes(wrapped.data(), m.agent);
            row.id = bytes(wrapped.data(), m.id);
            row.text = bytes(wrapped.data(), m.text);
            row.time = m.time;
            row.speaker = m.speaker;
            row.kind = m.kind;
            row.flags = m.flags;
            mj_bytes event = bytes(wrapped.data(), m.event_type);
            if (event.length == 6 && std::memcmp(event.data, "closed", 6) == 0)
                row.flags |= MJ_CLOSES;
        }
    }

    int parse(const uint8_t *buffer, size_t length, int options, mj_lines &out) {
        lines.clear();
        wrapped_lines.clear();
        wrapped.clear();
        if (!conversations && !(conversations = mj_parser_new())) return -1;
        arena.resize(length + 2 * MJ_PADDING);
        free_arena = arena.data();
        size_t number = 0;
        for (size_t start = 0; start < length; number++) {
            auto *newline =
                static_cast<const uint8_t *>(std::memchr(buffer + start, '\n', length - start));
            size_t first = start, end = newline ? size_t(newline - buffer) : length;
            // Files that were joined keep their byte order marks, each before a line.
            if (end - first >= 3 && !std::memcmp(buffer + first, "\xEF\xBB\xBF", 3)) first += 3;
            start = newline ? end + 1 : length;
            while (end > first && is_space(buffer[end - 1])) end--;
            while (first < end && is_space(buffer[first])) first++;
            if (first == end) continue;
            mj_line row;
            std::memset(&row, 0, sizeof row);
            row.line = {buffer + first, uint32_t(end - first)};
            row.conversation = row.shop = row.buyer = row.group = absent;
            row.agent = row.id = row.text = absent;
            for (auto &fact : row.facts) fact = absent;
            row.time = MJ_NO_TIME;
            row.number = uint32_t(number);
            row.reason = uint32_t(flat(row));
            if (!row.reason) {
                wrapped_lines.push_back(uint32_t(lines.size()));
                wrap(row);
            } else if (row.reason == MJ_NOT_AN_OBJECT) {
                // Taken as it is: the other parser tells JSON that is no object from no JSON.
                wrapped_lines.push_back(uint32_t(lines.size()));
                append(row.line);
                append("\n");
            }
            lines.push_back(row);
        }
        judge(options);
        out = {lines.data(), lines.size(), number};
        return 0;
    }
};

extern "C" mj_flat_parser *mj_flat_parser_new(void) { return new (std::nothrow) mj_flat_parser; }
extern "C" void mj_flat_parser_free(mj_flat_parser *parser) { delete parser; }

extern "C" int mj_parse_messages(mj_flat_parser *parser, const uint8_t *buffer, size_t length,
                                 int options, mj_lines *lines) {
    try {
        return parser->parse(buffer, length, options, *lines);
    } catch (...) {
        return -1;
    }
}

extern "C" int mj_is_utf8(const uint8_t *bytes, size_t length) {
    return validate_utf8(reinterpret_cast<const char *>(bytes), length);
}
