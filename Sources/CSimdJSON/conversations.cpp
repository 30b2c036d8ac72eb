#include "conversations.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
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
    channel, category, tags, attributes, orders,
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

MJ_RARE Field fact_field(const char *key) {
    if (is_quoted(key, "channel")) return Field::channel;
    if (is_quoted(key, "category")) return Field::category;
    if (is_quoted(key, "tags")) return Field::tags;
    if (is_quoted(key, "attributes")) return Field::attributes;
    if (is_quoted(key, "orders")) return Field::orders;
    return Field::other;
}

MJ_RARE int order_field(const char *key) {
    if (is_quoted(key, "id")) return MJ_FACT_ORDER_ID;
    if (is_quoted(key, "state")) return MJ_FACT_ORDER_STATE;
    if (is_quoted(key, "amount")) return MJ_FACT_ORDER_AMOUNT;
    if (is_quoted(key, "createdAt")) return MJ_FACT_ORDER_CREATED;
    if (is_quoted(key, "paidAt")) return MJ_FACT_ORDER_PAID;
    if (is_quoted(key, "phone")) return MJ_FACT_ORDER_PHONE;
    if (is_quoted(key, "address")) return MJ_FACT_ORDER_ADDRESS;
    return -1;
}

// Which option asks for a fact.
MJ_RARE int wish(Field field) {
    switch (field) {
        case Field::channel: return MJ_READ_CHANNEL;
        case Field::category: return MJ_READ_CATEGORY;
        case Field::tags: return MJ_READ_TAGS;
        case Field::attributes: return MJ_READ_ATTRIBUTES;
        case Field::orders: return MJ_READ_ORDERS;
        default: return 0;
    }
}
constexpr int all_wishes =
    MJ_READ_CHANNEL | MJ_READ_CATEGORY | MJ_READ_TAGS | MJ_READ_ATTRIBUTES | MJ_READ_ORDERS;

// Whether a fact belongs to a field of the conversation.
MJ_RARE bool is_of(const mj_fact &fact, Field field) {
    switch (field) {
        case Field::channel: return fact.kind == MJ_FACT_CHANNEL;
        case Field::category: return fact.kind == MJ_FACT_CATEGORY;
        case Field::tags: return fact.kind == MJ_FACT_TAG;
        case Field::attributes: return fact.kind == MJ_FACT_ATTRIBUTE;
        default: return fact.kind >= MJ_FACT_ORDER_ID;
    }
}

// Values of facts of one conversation.
constexpr size_t fact_limit = 1000;

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
    std::vector<mj_fact> facts;
    // The options that ask for facts.
    int wishes = 0;
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

    // A reason that only says what the value is not: then it is passed over, and the fact unknown.
    MJ_RARE static bool is_odd(int reason) {
        return reason == MJ_WRONG_TYPE || reason == MJ_BAD_TIME || reason == MJ_TIME_IN_SECONDS;
    }

    MJ_RARE int odd(ondemand::value &value, int depth) {
        defects.odd_fact++;
        return skipper.skip(value, depth);
    }

    MJ_RARE void add_fact(int kind, int form, mj_slice key, mj_slice text, int64_t number, int flags) {
        facts.push_back(
            {key, text, number, uint8_t(kind), uint8_t(form), uint8_t(flags), {0, 0, 0, 0, 0}});
    }

    MJ_RARE bool is_full(const mj_conversation &c) const {
        return facts.size() - c.first_fact >= fact_limit;
    }

    // A text or the digits of an integer as a fact; null is none.
    MJ_RARE int text_fact(ondemand::value &value, int kind, int depth) {
        mj_slice text = absent;
        int reason = identifier(value, text);
        if (is_odd(reason)) return odd(value, depth);
        if (!reason && text.length != MJ_ABSENT) add_fact(kind, MJ_FORM_TEXT, absent, text, 0, 0);
        return reason;
    }

    // A number rounded down, with whether something was behind its point.
    MJ_RARE bool number(ondemand::value &value, int64_t &out, int &flags) {
        if (!value.get_int64().get(out)) return true;
        double number;
        if (value.get_double().get(number)) return false;
        double floor = std::floor(number);
        // Beyond 64 bits it is more, or less, than any bound.
        out = floor >= 9.2e18 ? INT64_MAX : floor <= -9.2e18 ? INT64_MIN : int64_t(floor);
        flags = floor == number ? 0 : MJ_FRACTION;
        return true;
    }

    MJ_RARE int attribute(ondemand::raw_json_string key, ondemand::value &value, mj_conversation &c) {
        if (is_full(c)) return odd(value, 2);
        string_view name;
        if (has_escape(key)) {
            if (int reason = unescape(key, name)) return reason;
        } else {
            name = string_view(key.raw(), size_t(find_quote_or_backslash(key.raw()) - key.raw()));
        }
        char first = first_byte(value);
        int64_t integer = 0;
        int flags = 0;
        if (first == '"') {
            mj_slice text = absent;
            if (int reason = this->text(value, text)) return reason;
            add_fact(MJ_FACT_ATTRIBUTE, MJ_FORM_TEXT, slice(name), text, 0, 0);
        } else if (begins_number(first)) {
            if (!number(value, integer, flags)) return MJ_INVALID_JSON;
            add_fact(MJ_FACT_ATTRIBUTE, MJ_FORM_NUMBER, slice(name), absent, integer, flags);
        } else if (first == 't' || first == 'f') {
            bool flag;
            if (value.get_bool().get(flag)) return MJ_INVALID_JSON;
            add_fact(MJ_FACT_ATTRIBUTE, MJ_FORM_FLAG, slice(name), absent, flag, 0);
        } else if (first == 'n') {
            return skipper.skip(value, 2);
        } else {
            return odd(value, 2);
        }
        return MJ_OK;
    }

    MJ_RARE int order(ondemand::value &value, mj_conversation &c) {
        auto read = [&](ondemand::raw_json_string key, ondemand::value &child) -> int {
            const char *name = key.raw();
            if (has_escape(key)) {
                if (int reason = skipper.unescape_key(key, name)) return reason;
            }
            int kind = name ? order_field(name) : -1;
            if (kind < 0) return skipper.skip(child, 4);
            if (is_full(c)) return odd(child, 4);
            int64_t number = MJ_NO_TIME;
            if (kind == MJ_FACT_ORDER_AMOUNT) {
                if (first_byte(child) == 'n') return skipper.skip(child, 4);
                if (child.get_int64().get(number)) return odd(child, 4);
                add_fact(kind, MJ_FORM_NUMBER, absent, absent, number, 0);
                return MJ_OK;
            }
            if (kind != MJ_FACT_ORDER_CREATED && kind != MJ_FACT_ORDER_PAID)
                return text_fact(child, kind, 4);
            bool local;
            int reason = time(child, number, local);
            if (is_odd(reason)) return odd(child, 4);
            if (!reason && number != MJ_NO_TIME)
                add_fact(kind, MJ_FORM_NUMBER, absent, absent, number, local ? MJ_LOCAL_TIME : 0);
            return reason;
        };
        return each_field(value, read);
    }

    MJ_RARE int orders(ondemand::value &value, mj_conversation &c) {
        c.order_count = -1;
        char first = first_byte(value);
        if (first != '[') return first == 'n' ? skipper.skip(value, 1) : odd(value, 1);
        int32_t count = 0;
        bool is_known = true;
        int reason = each_element(value, [&](ondemand::value &element) -> int {
            count++;
            if (first_byte(element) == '{' && !is_full(c)) return order(element, c);
            is_known = false;
            return odd(element, 2);
        });
        if (is_known) c.order_count = count;
        return reason;
    }

    MJ_RARE int tags(ondemand::value &value, mj_conversation &c) {
        c.flags &= uint8_t(~MJ_KNOWS_TAGS);
        char first = first_byte(value);
        if (first == 'n') return skipper.skip(value, 1);
        bool is_known = true;
        auto read = [&](ondemand::value &element) -> int {
            size_t before = facts.size();
            if (is_full(c)) {
                is_known = false;
                return odd(element, 2);
            }
            int reason = text_fact(element, MJ_FACT_TAG, 2);
            if (facts.size() == before) is_known = false;
            return reason;
        };
        int reason = first == '[' ? each_element(value, read) : read(value);
        if (is_known) c.flags |= MJ_KNOWS_TAGS;
        return reason;
    }

    // A key that is no field of the parser's own: a fact that is asked for, or nothing.
    MJ_RARE int fact(ondemand::raw_json_string key, ondemand::value &value, mj_conversation &c,
                     uint32_t &seen) {
        Field field;
        if (int reason = field_of(key, fact_field, field)) return reason;
        if (!(wishes & wish(field))) return skipper.skip(value, 1);
        if (seen & bit(field)) {
            auto first = facts.begin() + c.first_fact;
            facts.erase(std::remove_if(first, facts.end(),
                                       [&](const mj_fact &fact) { return is_of(fact, field); }),
                        facts.end());
        }
        see(seen, field);
        switch (field) {
            case Field::channel: return text_fact(value, MJ_FACT_CHANNEL, 1);
            case Field::category: return text_fact(value, MJ_FACT_CATEGORY, 1);
            case Field::tags: return tags(value, c);
            case Field::orders: return orders(value, c);
            default:
                if (first_byte(value) == 'n') return skipper.skip(value, 1);
                if (first_byte(value) != '{') return odd(value, 1);
                return each_field(value, [&](ondemand::raw_json_string name, ondemand::value &child) {
                    return attribute(name, child, c);
                });
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
            if (field == Field::other) return wishes ? fact(key, value, c, seen) : skipper.skip(value, 1);
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
                                       size_t largest, int options, mj_rows *rows) {
    p->conversations.clear();
    p->message_count = 0;
    p->bad.clear();
    p->facts.clear();
    p->wishes = options & all_wishes;
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
        // Files that were joined keep their byte order marks, each before a line.
        size_t first = start + (end - start >= 3 && !std::memcmp(buffer + start, "\xEF\xBB\xBF", 3) ? 3 : 0);
        start = next;
        if (end > first && buffer[end - 1] == '\r') end--;
        size_t content = first;
        while (content < end && (buffer[content] == ' ' || buffer[content] == '\t')) content++;
        bool blank = content == end;
        if (blank && !(options & MJ_COUNT_BLANK)) continue;
        mj_slice line = {uint32_t(first), uint32_t(end - first)};
        p->skipper.reserve(end - first);
        mj_conversation c = {absent, absent, absent, absent, absent, line, MJ_NO_TIME, record,
                             uint32_t(p->message_count), 0, uint32_t(p->facts.size()), 0, -1, 0, {0, 0, 0}};
        uint8_t *arena_before = p->arena;
        size_t messages_before = p->message_count;
        int reason = blank                    ? MJ_BLANK
                     : end - first > largest ? MJ_TOO_LARGE
                                             : p->conversation(buffer + first, end - first, c);
        if (reason) {
            p->message_count = messages_before;
            p->facts.resize(c.first_fact);
            p->arena = arena_before;
            p->bad.push_back({record, uint32_t(reason), line});
        } else {
            c.fact_count = uint32_t(p->facts.size() - c.first_fact);
            p->conversations.push_back(c);
        }
        record++;
    }
    *rows = {p->conversations.data(), p->conversations.size(), p->messages.data(),
             p->message_count,        p->facts.data(),         p->bad.data(),           p->bad.size(),
             record,                  lines,                   p->defects};
}
