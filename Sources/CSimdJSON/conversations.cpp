#include "conversations.h"

#include <simdjson.h>

#include <string_view>
#include <vector>

#include "scalars.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

using namespace simdjson;
using std::string_view;

namespace {

constexpr int depth_limit = 64;
constexpr uint32_t message_limit = 200000;
constexpr mj_slice absent = {0, MJ_ABSENT};

// Position of the first quote or backslash. The string is known to end with a quote.
inline const char *find_quote_or_backslash(const char *p) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    for (;;) {
        __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
        int mask = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)));
        if (mask) return p + __builtin_ctz(unsigned(mask));
        p += 16;
    }
#else
    while (*p != '"' && *p != '\\') p++;
    return p;
#endif
}

int reason_of(error_code error) {
    switch (error) {
        case UTF8_ERROR: return MJ_INVALID_UTF8;
        case DEPTH_ERROR: return MJ_TOO_DEEP;
        default: return MJ_INVALID_JSON;
    }
}

}  // namespace

struct mj_parser {
    ondemand::parser parser;
    std::vector<mj_conversation> conversations;
    std::vector<mj_message> messages;
    std::vector<mj_bad> bad;
    std::vector<uint8_t> scratch;
    mj_defects defects{};

    uint8_t *base = nullptr;
    uint8_t *arena = nullptr;
    bool strict = false;

    // A string as a slice: of the line itself where it has no escapes, else unescaped into the arena.
    int slice(ondemand::raw_json_string raw, mj_slice &out) {
        const char *start = raw.raw();
        const char *end = find_quote_or_backslash(start);
        if (*end == '"') {
            out = {uint32_t(reinterpret_cast<const uint8_t *>(start) - base), uint32_t(end - start)};
            return MJ_OK;
        }
        uint8_t *target = arena;
        string_view text;
        if (parser.unescape(raw, target).get(text)) return MJ_LONE_SURROGATE;
        out = {uint32_t(arena - base), uint32_t(text.size())};
        arena += text.size();
        return MJ_OK;
    }

    // A string or null.
    int text(ondemand::value value, mj_slice &out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        if (type == ondemand::json_type::string) {
            ondemand::raw_json_string raw;
            if (auto error = value.get_raw_json_string().get(raw)) return reason_of(error);
            return slice(raw, out);
        }
        if (type == ondemand::json_type::null) {
            bool null;
            if (value.is_null().get(null) || !null) return MJ_INVALID_JSON;
            out = absent;
            return MJ_OK;
        }
        return MJ_WRONG_TYPE;
    }

    // A string, an integer (as its digits) or null: ids come as both.
    int identifier(ondemand::value value, mj_slice &out) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        if (type != ondemand::json_type::number) return text(value, out);
        string_view token = value.raw_json_token();
        while (!token.empty() && (token.back() <= ' ')) token.remove_suffix(1);
        int64_t number;
        if (value.get_int64().get(number)) return MJ_WRONG_TYPE;
        out = {uint32_t(reinterpret_cast<const uint8_t *>(token.data()) - base),
               uint32_t(token.size())};
        return MJ_OK;
    }

    int time(ondemand::value value, int64_t &out, bool &local) {
        ondemand::json_type type;
        local = false;
        if (auto error = value.type().get(type)) return reason_of(error);
        if (type == ondemand::json_type::number) {
            if (value.get_int64().get(out)) return MJ_BAD_TIME;
            // The year 9999 bounds it above, so that no sum of times overflows.
            if (out > 253402300799999 || out < -62135596800000) return MJ_BAD_TIME;
            return out < 100000000000 ? MJ_TIME_IN_SECONDS : MJ_OK;
        }
        mj_slice s = absent;
        if (int reason = text(value, s)) return reason;
        if (s.length == MJ_ABSENT) return MJ_OK;
        string_view view(reinterpret_cast<char *>(base) + s.offset, s.length);
        if (!mingjian::parse_time(view, out, local)) return MJ_BAD_TIME;
        // An offset can carry the first and the last day out of the calendar.
        return out > 253402300799999 || out < -62135596800000 ? MJ_BAD_TIME : MJ_OK;
    }

    // Passes over a value nobody reads: structure and depth always, scalars when strict.
    int skip(ondemand::value value, int depth) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        switch (type) {
            case ondemand::json_type::object: {
                if (depth >= depth_limit) return MJ_TOO_DEEP;
                ondemand::object object;
                if (auto error = value.get_object().get(object)) return reason_of(error);
                for (auto item : object) {
                    ondemand::field field;
                    if (auto error = std::move(item).get(field)) return reason_of(error);
                    if (strict) {
                        if (int reason = check(field.key())) return reason;
                    }
                    if (int reason = skip(field.value(), depth + 1)) return reason;
                }
                return MJ_OK;
            }
            case ondemand::json_type::array: {
                if (depth >= depth_limit) return MJ_TOO_DEEP;
                ondemand::array array;
                if (auto error = value.get_array().get(array)) return reason_of(error);
                for (auto item : array) {
                    ondemand::value element;
                    if (auto error = std::move(item).get(element)) return reason_of(error);
                    if (int reason = skip(element, depth + 1)) return reason;
                }
                return MJ_OK;
            }
            case ondemand::json_type::string: {
                if (!strict) return MJ_OK;
                ondemand::raw_json_string raw;
                if (auto error = value.get_raw_json_string().get(raw)) return reason_of(error);
                return check(raw);
            }
            case ondemand::json_type::number: {
                if (!strict) return MJ_OK;
                double number;
                ondemand::number any;
                auto error = value.get_number().get(any);
                // An integer beyond 64 bits is JSON all the same.
                if (error == NUMBER_ERROR) error = value.get_double().get(number);
                return error ? MJ_INVALID_JSON : MJ_OK;
            }
            case ondemand::json_type::boolean: {
                bool flag;
                if (strict && value.get_bool().get(flag)) return MJ_INVALID_JSON;
                return MJ_OK;
            }
            case ondemand::json_type::null: {
                bool null;
                if (strict && (value.is_null().get(null) || !null)) return MJ_INVALID_JSON;
                return MJ_OK;
            }
        }
        return MJ_INVALID_JSON;
    }

    int check(ondemand::raw_json_string raw) {
        const char *end = find_quote_or_backslash(raw.raw());
        if (*end == '"') return MJ_OK;
        uint8_t *target = scratch.data();
        string_view text;
        return parser.unescape(raw, target).get(text) ? MJ_LONE_SURROGATE : MJ_OK;
    }

    // The key of a field without escapes, or unescaped into the scratch.
    int key(ondemand::raw_json_string raw, string_view &out) {
        const char *start = raw.raw();
        const char *end = find_quote_or_backslash(start);
        if (*end == '"') {
            out = string_view(start, size_t(end - start));
            return MJ_OK;
        }
        uint8_t *target = scratch.data();
        if (parser.unescape(raw, target).get(out)) return MJ_LONE_SURROGATE;
        return MJ_OK;
    }

    // Notes the field with this number as seen; a second time is a defect and the last one wins.
    void see(uint32_t &seen, int field) {
        if (seen & (1u << field)) defects.duplicate_key++;
        seen |= 1u << field;
    }

    static int kind_of(string_view s) {
        static const string_view names[] = {"text", "image", "video",  "audio",    "card",
                                            "link", "file",  "recall", "transfer", "event"};
        for (int i = 0; i < 10; i++)
            if (s == names[i]) return i;
        return 10;
    }

    static int speaker_of(string_view s) {
        if (s == "buyer") return MJ_BUYER;
        if (s == "agent") return MJ_AGENT;
        if (s == "assistant" || s == "bot") return MJ_ASSISTANT;
        if (s == "system") return MJ_SYSTEM;
        return -1;
    }

    string_view view(mj_slice s) const {
        return string_view(reinterpret_cast<char *>(base) + s.offset, s.length);
    }

    int event(ondemand::value value, mj_message &m) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        if (type != ondemand::json_type::object) return text(value, m.event_type);
        ondemand::object object;
        if (auto error = value.get_object().get(object)) return reason_of(error);
        for (auto item : object) {
            ondemand::field field;
            if (auto error = std::move(item).get(field)) return reason_of(error);
            string_view name;
            if (int reason = key(field.key(), name)) return reason;
            if (name == "type") {
                if (int reason = text(field.value(), m.event_type)) return reason;
            } else if (name == "value") {
                ondemand::json_type kind;
                if (auto error = field.value().type().get(kind)) return reason_of(error);
                bool scalar = kind == ondemand::json_type::string ||
                              kind == ondemand::json_type::null;
                int reason = scalar ? text(field.value(), m.target) : skip(field.value(), 4);
                if (reason) return reason;
            } else if (int reason = skip(field.value(), 4)) {
                return reason;
            }
        }
        return MJ_OK;
    }

    int message(ondemand::object object, mj_message &m) {
        m = {MJ_NO_TIME, absent, absent, absent, absent, absent, 0, 0, -1, 0, 0, 0, 0};
        uint32_t seen = 0;
        int speaker = -2;
        for (auto item : object) {
            ondemand::field field;
            if (auto error = std::move(item).get(field)) return reason_of(error);
            string_view name;
            if (int reason = key(field.key(), name)) return reason;
            ondemand::value value = field.value();
            int reason = MJ_OK;
            if (name == "text") {
                see(seen, 0);
                reason = text(value, m.text);
            } else if (name == "from") {
                see(seen, 1);
                mj_slice s = absent;
                reason = text(value, s);
                if (!reason) speaker = s.length == MJ_ABSENT ? -2 : speaker_of(view(s));
            } else if (name == "time") {
                see(seen, 2);
                bool local;
                m.time = MJ_NO_TIME;
                reason = time(value, m.time, local);
                m.flags = uint8_t((m.flags & ~MJ_LOCAL_TIME) | (local ? MJ_LOCAL_TIME : 0));
            } else if (name == "agent") {
                see(seen, 3);
                reason = identifier(value, m.agent);
            } else if (name == "auto") {
                see(seen, 4);
                bool flag = false;
                ondemand::json_type type;
                if (auto error = value.type().get(type)) return reason_of(error);
                if (type == ondemand::json_type::null) {
                    if (value.is_null().get(flag) || !flag) return MJ_INVALID_JSON;
                    flag = false;
                } else if (value.get_bool().get(flag)) {
                    return MJ_WRONG_TYPE;
                }
                m.flags = uint8_t((m.flags & ~MJ_AUTOMATIC) | (flag ? MJ_AUTOMATIC : 0));
            } else if (name == "kind") {
                see(seen, 5);
                mj_slice s = absent;
                reason = text(value, s);
                if (!reason && s.length != MJ_ABSENT) m.kind = uint8_t(kind_of(view(s)));
            } else if (name == "id") {
                see(seen, 6);
                reason = identifier(value, m.id);
            } else if (name == "to") {
                see(seen, 7);
                reason = identifier(value, m.target);
            } else if (name == "event") {
                see(seen, 8);
                reason = event(value, m);
            } else {
                reason = skip(value, 3);
            }
            if (reason) return reason;
        }
        if (speaker == -2) return MJ_MISSING_FROM;
        if (speaker == -1) return MJ_UNKNOWN_FROM;
        m.speaker = uint8_t(speaker);
        if (m.kind == 10) defects.unknown_kind++;
        return MJ_OK;
    }

    int array_of_messages(ondemand::value value, size_t first) {
        messages.resize(first);
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        if (type != ondemand::json_type::array) return MJ_WRONG_TYPE;
        ondemand::array array;
        if (auto error = value.get_array().get(array)) return reason_of(error);
        for (auto item : array) {
            ondemand::value element;
            if (auto error = std::move(item).get(element)) return reason_of(error);
            if (auto error = element.type().get(type)) return reason_of(error);
            if (type != ondemand::json_type::object) return MJ_WRONG_TYPE;
            ondemand::object object;
            if (auto error = element.get_object().get(object)) return reason_of(error);
            if (messages.size() - first >= message_limit) return MJ_TOO_MANY_MESSAGES;
            mj_message m;
            if (int reason = message(object, m)) return reason;
            messages.push_back(m);
        }
        return MJ_OK;
    }

    int truncation(ondemand::value value, mj_conversation &c) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        auto mark = [&](string_view s) {
            if (s == "start") c.flags |= MJ_TRUNCATED_START;
            if (s == "end") c.flags |= MJ_TRUNCATED_END;
            if (s == "both") c.flags |= MJ_TRUNCATED_START | MJ_TRUNCATED_END;
        };
        if (type == ondemand::json_type::array) {
            ondemand::array array;
            if (auto error = value.get_array().get(array)) return reason_of(error);
            for (auto item : array) {
                ondemand::value element;
                if (auto error = std::move(item).get(element)) return reason_of(error);
                mj_slice s = absent;
                if (int reason = text(element, s)) return reason;
                if (s.length != MJ_ABSENT) mark(view(s));
            }
            return MJ_OK;
        }
        if (type == ondemand::json_type::boolean) return skip(value, 2);
        mj_slice s = absent;
        if (int reason = text(value, s)) return reason;
        if (s.length != MJ_ABSENT) mark(view(s));
        return MJ_OK;
    }

    int conversation(uint8_t *line, size_t length, mj_conversation &c) {
        ondemand::document document;
        if (auto error = parser.iterate(line, length, length + MJ_PADDING).get(document))
            return reason_of(error);
        ondemand::json_type type;
        if (auto error = document.type().get(type)) return reason_of(error);
        if (type != ondemand::json_type::object) return root(document, type);
        ondemand::object object;
        if (auto error = document.get_object().get(object)) return reason_of(error);
        uint32_t seen = 0;
        bool has_messages = false;
        for (auto item : object) {
            ondemand::field field;
            if (auto error = std::move(item).get(field)) return reason_of(error);
            string_view name;
            if (int reason = key(field.key(), name)) return reason;
            ondemand::value value = field.value();
            int reason = MJ_OK;
            if (name == "messages") {
                see(seen, 0);
                has_messages = true;
                reason = array_of_messages(value, c.first_message);
            } else if (name == "id") {
                see(seen, 1);
                reason = identifier(value, c.id);
            } else if (name == "shop") {
                see(seen, 2);
                reason = identifier(value, c.shop);
            } else if (name == "buyer") {
                see(seen, 3);
                reason = identifier(value, c.buyer);
            } else if (name == "group") {
                see(seen, 4);
                reason = identifier(value, c.group);
            } else if (name == "agent") {
                see(seen, 5);
                reason = identifier(value, c.agent);
            } else if (name == "closedAt") {
                see(seen, 6);
                bool local;
                reason = time(value, c.closed_at, local);
                if (local) c.flags |= MJ_CLOSED_LOCAL;
            } else if (name == "truncated") {
                see(seen, 7);
                reason = truncation(value, c);
            } else {
                reason = skip(value, 1);
            }
            if (reason) return reason;
        }
        const char *rest;
        if (document.current_location().get(rest) == SUCCESS) return MJ_INVALID_JSON;
        if (c.id.length == MJ_ABSENT) return MJ_MISSING_ID;
        if (!has_messages) return MJ_MISSING_MESSAGES;
        c.message_count = uint32_t(messages.size() - c.first_message);
        for (size_t i = c.first_message; i < messages.size(); i++) {
            mj_message &m = messages[i];
            if (m.speaker != MJ_AGENT) continue;
            if (m.agent.length == MJ_ABSENT) m.agent = c.agent;
            if (m.agent.length == MJ_ABSENT && m.kind < 7) defects.missing_agent++;
        }
        return MJ_OK;
    }

    // JSON that is no object: well-formed or not decides the reason.
    int root(ondemand::document &document, ondemand::json_type type) {
        if (type == ondemand::json_type::array) {
            ondemand::array array;
            if (auto error = document.get_array().get(array)) return reason_of(error);
            for (auto item : array) {
                ondemand::value element;
                if (auto error = std::move(item).get(element)) return reason_of(error);
                if (int reason = skip(element, 1)) return reason;
            }
            const char *rest;
            if (document.current_location().get(rest) == SUCCESS) return MJ_INVALID_JSON;
            return MJ_NOT_AN_OBJECT;
        }
        error_code error = SUCCESS;
        switch (type) {
            case ondemand::json_type::string: {
                ondemand::raw_json_string raw;
                error = document.get_raw_json_string().get(raw);
                if (!error && check(raw)) return MJ_LONE_SURROGATE;
                break;
            }
            case ondemand::json_type::number: {
                double number;
                error = document.get_double().get(number);
                break;
            }
            case ondemand::json_type::boolean: {
                bool flag;
                error = document.get_bool().get(flag);
                break;
            }
            default: {
                bool null;
                error = document.is_null().get(null);
                if (!error && !null) return MJ_INVALID_JSON;
            }
        }
        if (error) return reason_of(error);
        const char *rest;
        if (document.current_location().get(rest) == SUCCESS) return MJ_INVALID_JSON;
        return MJ_NOT_AN_OBJECT;
    }
};

extern "C" mj_parser *mj_parser_new(void) { return new (std::nothrow) mj_parser; }
extern "C" void mj_parser_free(mj_parser *parser) { delete parser; }

extern "C" void mj_parse_conversations(mj_parser *p, uint8_t *buffer, size_t length, size_t arena,
                                       int options, mj_rows *rows) {
    p->conversations.clear();
    p->messages.clear();
    p->bad.clear();
    p->defects = {};
    p->base = buffer;
    p->arena = buffer + arena;
    p->strict = options & MJ_STRICT;
    uint32_t record = 0;
    size_t lines = 0;
    for (size_t start = 0; start < length; lines++) {
        auto *newline = static_cast<uint8_t *>(std::memchr(buffer + start, '\n', length - start));
        size_t end = newline ? size_t(newline - buffer) : length;
        size_t next = newline ? end + 1 : length;
        size_t first = start;
        start = next;
        if (end > first && buffer[end - 1] == '\r') end--;
        size_t content = first;
        while (content < end && (buffer[content] == ' ' || buffer[content] == '\t')) content++;
        bool blank = content == end;
        if (blank && !(options & MJ_COUNT_BLANK)) continue;
        mj_slice line = {uint32_t(first), uint32_t(end - first)};
        if (p->scratch.size() < end - first + MJ_PADDING)
            p->scratch.resize((end - first) * 2 + MJ_PADDING);
        mj_conversation c = {absent, absent, absent, absent, absent, line, MJ_NO_TIME, record,
                             uint32_t(p->messages.size()), 0, 0, {0, 0, 0}};
        uint8_t *arena_before = p->arena;
        size_t messages_before = p->messages.size();
        int reason = blank ? MJ_BLANK : p->conversation(buffer + first, end - first, c);
        if (reason) {
            p->messages.resize(messages_before);
            p->arena = arena_before;
            p->bad.push_back({record, uint32_t(reason), line});
        } else {
            p->conversations.push_back(c);
        }
        record++;
    }
    *rows = {p->conversations.data(), p->conversations.size(), p->messages.data(),
             p->messages.size(),      p->bad.data(),           p->bad.size(),
             record,                  lines,                   p->defects};
}
