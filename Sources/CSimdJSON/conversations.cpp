#include "conversations.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "scalars.hpp"
#include "scanning.hpp"

using namespace simdjson;
using namespace mingjian;
using std::string_view;

namespace {

constexpr uint32_t message_limit = 200000;
constexpr mj_slice absent = {0, MJ_ABSENT};
constexpr mj_message empty_message = {
    MJ_NO_TIME, absent, absent, absent, absent, absent, 0, 0, -1, 0, 0, 0, 0};

// Names of fields: of conversations, of messages and of events.
enum class Field : unsigned {
    other,
    id, shop, buyer, group, agent, messages, closed_at, truncated,
    time, from, text, kind, automatic, to, event,
    type, value,
};

constexpr uint32_t bit(Field field) { return 1u << unsigned(field); }

// The names are in the order of how often they come.

MJ_HOT Field conversation_field(const char *key) {
    if (is_quoted(key, "id")) return Field::id;
    if (is_quoted(key, "shop")) return Field::shop;
    if (is_quoted(key, "buyer")) return Field::buyer;
    if (is_quoted(key, "group")) return Field::group;
    if (is_quoted(key, "agent")) return Field::agent;
    if (is_quoted(key, "messages")) return Field::messages;
    if (is_quoted(key, "closedAt")) return Field::closed_at;
    if (is_quoted(key, "truncated")) return Field::truncated;
    return Field::other;
}

MJ_HOT Field message_field(const char *key) {
    if (is_quoted(key, "time")) return Field::time;
    if (is_quoted(key, "from")) return Field::from;
    if (is_quoted(key, "text")) return Field::text;
    if (is_quoted(key, "agent")) return Field::agent;
    if (is_quoted(key, "id")) return Field::id;
    if (is_quoted(key, "kind")) return Field::kind;
    if (is_quoted(key, "auto")) return Field::automatic;
    if (is_quoted(key, "to")) return Field::to;
    if (is_quoted(key, "event")) return Field::event;
    return Field::other;
}

MJ_HOT Field event_field(const char *key) {
    if (is_quoted(key, "type")) return Field::type;
    if (is_quoted(key, "value")) return Field::value;
    return Field::other;
}

// Kinds from this one on are none that an agent writes.
constexpr int recall_kind = 7, unknown_kind = 10;

int kind_of(string_view s) {
    static const string_view names[] = {"text", "image", "video",  "audio",    "card",
                                        "link", "file",  "recall", "transfer", "event"};
    for (int i = 0; i < unknown_kind; i++)
        if (s == names[i]) return i;
    return unknown_kind;
}

constexpr int no_speaker = -2, unknown_speaker = -1;

MJ_HOT int speaker_of(string_view s) {
    if (equals(s, "buyer")) return MJ_BUYER;
    if (equals(s, "agent")) return MJ_AGENT;
    if (equals(s, "assistant") || equals(s, "bot")) return MJ_ASSISTANT;
    if (equals(s, "system")) return MJ_SYSTEM;
    return unknown_speaker;
}

}  // namespace

struct mj_parser {
    ondemand::parser parser;
    Skipper skipper{parser};
    EscapeFinder escapes;
    DayCache days;
    std::vector<mj_conversation> conversations;
    // Rows to write into; the first message_count are those of the block.
    std::vector<mj_message> messages;
    size_t message_count = 0;
    // A message of an agent that does not say which, in the conversation at hand.
    bool has_unnamed_agent = false;
    std::vector<mj_bad> bad;
    mj_defects defects{};

    uint8_t *base = nullptr;
    uint8_t *arena = nullptr;

    // A string or null, which has no data: of the line itself where the string has no escapes, else
    // unescaped into the arena.
    MJ_HOT int text(ondemand::value &value, string_view &out) {
        if (first_byte(value) != '"') return null(value, out);
        out = between_quotes(value);
        ondemand::raw_json_string raw;
        if (auto error = value.get_raw_json_string().get(raw)) return reason_of(error);
        return escapes.has_escape(out) ? unescape(raw, out) : MJ_OK;
    }

    MJ_RARE int unescape(ondemand::raw_json_string raw, string_view &out) {
        return parser.unescape(raw, arena).get(out) ? MJ_LONE_SURROGATE : MJ_OK;
    }

    MJ_RARE int null(ondemand::value value, string_view &out) {
        if (first_byte(value) != 'n') return wrong_type(value);
        bool null;
        if (value.is_null().get(null) || !null) return MJ_INVALID_JSON;
        out = string_view();
        return MJ_OK;
    }

    MJ_HOT mj_slice slice(string_view s) const {
        if (!s.data()) return absent;
        return {uint32_t(reinterpret_cast<const uint8_t *>(s.data()) - base), uint32_t(s.size())};
    }

    MJ_HOT int text(ondemand::value &value, mj_slice &out) {
        string_view s;
        int reason = text(value, s);
        if (!reason) out = slice(s);
        return reason;
    }

    // A string, an integer (as its digits) or null: ids come as both.
    MJ_HOT int identifier(ondemand::value &value, mj_slice &out) {
        return begins_number(first_byte(value)) ? integer(value, out) : text(value, out);
    }

    MJ_RARE int integer(ondemand::value value, mj_slice &out) {
        string_view token = value.raw_json_token();
        while (!token.empty() && token.back() <= ' ') token.remove_suffix(1);
        int64_t number;
        if (value.get_int64().get(number)) return MJ_WRONG_TYPE;
        out = slice(token);
        return MJ_OK;
    }

    // Null leaves the time as it was.
    MJ_HOT int time(ondemand::value &value, int64_t &out, bool &local) {
        local = false;
        if (begins_number(first_byte(value))) {
            // The value was not taken from simdjson, which then passes over it.
            if (parse_milliseconds(value.raw_json_token(), out)) return MJ_OK;
            return number_time(value, out);
        }
        string_view s;
        if (int reason = text(value, s)) return reason;
        if (!s.data()) return MJ_OK;
        // An offset can carry the first and the last day out of the calendar.
        return days.parse(s, out, local) && in_calendar(out) ? MJ_OK : MJ_BAD_TIME;
    }

    MJ_RARE int number_time(ondemand::value value, int64_t &out) {
        if (value.get_int64().get(out) || !in_calendar(out)) return MJ_BAD_TIME;
        return out < 100000000000 ? MJ_TIME_IN_SECONDS : MJ_OK;
    }

    // The field that `find` knows by this key.
    template <class Find>
    MJ_HOT int field_of(ondemand::raw_json_string key, Find find, Field &out) {
        out = find(key.raw());
        return out == Field::other && has_escape(key) ? escaped_field(key, find, out) : MJ_OK;
    }

    template <class Find>
    MJ_RARE int escaped_field(ondemand::raw_json_string key, Find find, Field &out) {
        const char *name;
        if (int reason = skipper.unescape_key(key, name)) return reason;
        if (name) out = find(name);
        return MJ_OK;
    }

    // Notes the field as seen; a second time is a defect and the last one wins.
    MJ_HOT void see(uint32_t &seen, Field field) {
        if (seen & bit(field)) defects.duplicate_key++;
        seen |= bit(field);
    }

    MJ_RARE int event(ondemand::value value, mj_message &m) {
        if (first_byte(value) != '{') return text(value, m.event_type);
        return each_field(value, [&](ondemand::raw_json_string key, ondemand::value &child) -> int {
            Field field;
            if (int reason = field_of(key, event_field, field)) return reason;
            if (field == Field::type) return text(child, m.event_type);
            char first = first_byte(child);
            if (field == Field::value && (first == '"' || first == 'n'))
                return text(child, m.target);
            return skipper.skip(child, 4);
        });
    }

    MJ_RARE int automatic(ondemand::value value, mj_message &m) {
        bool flag = false;
        if (first_byte(value) == 'n') {
            if (value.is_null().get(flag) || !flag) return MJ_INVALID_JSON;
            flag = false;
        } else if (value.get_bool().get(flag)) {
            return wrong_type(value);
        }
        m.flags = uint8_t((m.flags & ~MJ_AUTOMATIC) | (flag ? MJ_AUTOMATIC : 0));
        return MJ_OK;
    }

    MJ_HOT int message(ondemand::value &object, mj_message &m) {
        m = empty_message;
        uint32_t seen = 0;
        int speaker = no_speaker;
        auto read = [&](ondemand::raw_json_string key, ondemand::value &value) MJ_INLINE -> int {
            Field field;
            if (int reason = field_of(key, message_field, field)) return reason;
            if (field == Field::other) return skipper.skip(value, 3);
            see(seen, field);
            string_view s;
            switch (field) {
                case Field::time: {
                    bool local;
                    m.time = MJ_NO_TIME;
                    int reason = time(value, m.time, local);
                    m.flags = uint8_t((m.flags & ~MJ_LOCAL_TIME) | (local ? MJ_LOCAL_TIME : 0));
                    return reason;
                }
                case Field::from:
                    if (int reason = text(value, s)) return reason;
                    speaker = s.data() ? speaker_of(s) : no_speaker;
                    return MJ_OK;
                case Field::kind:
                    if (int reason = text(value, s)) return reason;
                    if (s.data()) m.kind = uint8_t(kind_of(s));
                    return MJ_OK;
                case Field::text: return text(value, m.text);
                case Field::agent: return identifier(value, m.agent);
                case Field::id: return identifier(value, m.id);
                case Field::to: return identifier(value, m.target);
                case Field::automatic: return automatic(value, m);
                default: return event(value, m);
            }
        };
        if (int reason = each_field(object, read)) return reason;
        if (speaker == no_speaker) return MJ_MISSING_FROM;
        if (speaker == unknown_speaker) return MJ_UNKNOWN_FROM;
        m.speaker = uint8_t(speaker);
        if (m.kind == unknown_kind) defects.unknown_kind++;
        // No branch on who speaks: it would be guessed wrong often.
        has_unnamed_agent |= (speaker == MJ_AGENT) & (m.agent.length == MJ_ABSENT);
        return MJ_OK;
    }

    int array_of_messages(ondemand::value value, size_t first) {
        message_count = first;
        if (first_byte(value) != '[') return wrong_type(value);
        return each_element(value, [&](ondemand::value &element) MJ_INLINE -> int {
            if (first_byte(element) != '{') return wrong_type(element);
            if (message_count - first >= message_limit) return MJ_TOO_MANY_MESSAGES;
            if (message_count == messages.size())
                messages.resize(std::max<size_t>(1024, message_count * 2));
            int reason = message(element, messages[message_count]);
            if (!reason) message_count++;
            return reason;
        });
    }

    int truncation(ondemand::value value, mj_conversation &c) {
        auto mark = [&](ondemand::value &side) {
            string_view s;
            int reason = text(side, s);
            if (s == "start" || s == "both") c.flags |= MJ_TRUNCATED_START;
            if (s == "end" || s == "both") c.flags |= MJ_TRUNCATED_END;
            return reason;
        };
        switch (first_byte(value)) {
            case '[': return each_element(value, mark);
            case 't':
            case 'f': return skipper.skip(value, 2);
            default: return mark(value);
        }
    }

    int conversation(uint8_t *line, size_t length, mj_conversation &c) {
        ondemand::document document;
        if (auto error = parser.iterate(line, length, length + MJ_PADDING).get(document))
            return reason_of(error);
        ondemand::json_type type;
        if (auto error = document.type().get(type)) return reason_of(error);
        if (type != ondemand::json_type::object) return root(document, type);
        uint32_t seen = 0;
        has_unnamed_agent = false;
        auto read = [&](ondemand::raw_json_string key, ondemand::value &value) MJ_INLINE -> int {
            Field field;
            if (int reason = field_of(key, conversation_field, field)) return reason;
            if (field == Field::other) return skipper.skip(value, 1);
            see(seen, field);
            switch (field) {
                case Field::id: return identifier(value, c.id);
                case Field::shop: return identifier(value, c.shop);
                case Field::buyer: return identifier(value, c.buyer);
                case Field::group: return identifier(value, c.group);
                case Field::agent: return identifier(value, c.agent);
                case Field::messages: return array_of_messages(value, c.first_message);
                case Field::closed_at: {
                    bool local;
                    int reason = time(value, c.closed_at, local);
                    if (local) c.flags |= MJ_CLOSED_LOCAL;
                    return reason;
                }
                default: return truncation(value, c);
            }
        };
        if (int reason = each_field(document, read)) return reason;
        const char *rest;
        if (document.current_location().get(rest) == SUCCESS) return MJ_INVALID_JSON;
        if (c.id.length == MJ_ABSENT) return MJ_MISSING_ID;
        if (!(seen & bit(Field::messages))) return MJ_MISSING_MESSAGES;
        c.message_count = uint32_t(message_count - c.first_message);
        if (has_unnamed_agent) name_agents(c);
        return MJ_OK;
    }

    // Messages of an agent without a name are of the conversation's agent.
    MJ_RARE void name_agents(const mj_conversation &c) {
        for (size_t i = c.first_message; i < message_count; i++) {
            mj_message &m = messages[i];
            if (m.speaker != MJ_AGENT || m.agent.length != MJ_ABSENT) continue;
            m.agent = c.agent;
            if (m.agent.length == MJ_ABSENT && m.kind < recall_kind) defects.missing_agent++;
        }
    }

    // JSON that is no object: well-formed or not decides the reason.
    MJ_RARE int root(ondemand::document &document, ondemand::json_type type) {
        int reason = MJ_OK;
        error_code error = SUCCESS;
        switch (type) {
            case ondemand::json_type::array:
                reason = each_element(document, [&](ondemand::value &element) {
                    return skipper.skip(element, 1);
                });
                break;
            case ondemand::json_type::string: {
                ondemand::raw_json_string raw;
                error = document.get_raw_json_string().get(raw);
                if (!error) reason = skipper.check(raw);
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
                if (!error && !null) reason = MJ_INVALID_JSON;
            }
        }
        if (error) return reason_of(error);
        if (reason) return reason;
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
    p->message_count = 0;
    p->bad.clear();
    p->defects = {};
    p->base = buffer;
    p->arena = buffer + arena;
    p->escapes.start(buffer, length);
    p->skipper.strict = options & MJ_STRICT;
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
        p->skipper.reserve(end - first);
        mj_conversation c = {absent, absent, absent, absent, absent, line, MJ_NO_TIME, record,
                             uint32_t(p->message_count), 0, 0, {0, 0, 0}};
        uint8_t *arena_before = p->arena;
        size_t messages_before = p->message_count;
        int reason = blank ? MJ_BLANK : p->conversation(buffer + first, end - first, c);
        if (reason) {
            p->message_count = messages_before;
            p->arena = arena_before;
            p->bad.push_back({record, uint32_t(reason), line});
        } else {
            p->conversations.push_back(c);
        }
        record++;
    }
    *rows = {p->conversations.data(), p->conversations.size(), p->messages.data(),
             p->message_count,        p->bad.data(),           p->bad.size(),
             record,                  lines,                   p->defects};
}
