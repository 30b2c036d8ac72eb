// How the parser of conversations looks at JSON: loops that turn errors into reasons, strings and
// names without a copy, and passing over what nobody reads.
#ifndef MINGJIAN_SCANNING_HPP
#define MINGJIAN_SCANNING_HPP
#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "conversations.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Every message passes through what is hot, and calls would cost about as much as the work in them.
// What is rare stays out of line, so that it takes no registers from the rest.
#define MJ_INLINE __attribute__((always_inline))
#define MJ_HOT inline MJ_INLINE
#define MJ_RARE __attribute__((noinline, cold))

namespace mingjian {

using namespace simdjson;
using std::string_view;

inline int reason_of(error_code error) {
    switch (error) {
        case UTF8_ERROR: return MJ_INVALID_UTF8;
        case DEPTH_ERROR: return MJ_TOO_DEEP;
        default: return MJ_INVALID_JSON;
    }
}

// Calls visit(key, value) for the fields of an object (a value or a document) until one gives a
// reason.
template <class Object, class Visit>
MJ_HOT int each_field(Object &from, Visit visit) {
    ondemand::object object;
    if (auto error = from.get_object().get(object)) return reason_of(error);
    for (auto item : object) {
        ondemand::field field;
        if (auto error = std::move(item).get(field)) return reason_of(error);
        if (int reason = visit(field.key(), field.value())) return reason;
    }
    return MJ_OK;
}

// Calls visit(value) for the elements of an array (a value or a document) until one gives a reason.
template <class Array, class Visit>
MJ_HOT int each_element(Array &from, Visit visit) {
    ondemand::array array;
    if (auto error = from.get_array().get(array)) return reason_of(error);
    for (auto item : array) {
        ondemand::value element;
        if (auto error = std::move(item).get(element)) return reason_of(error);
        if (int reason = visit(element)) return reason;
    }
    return MJ_OK;
}

// What a value is shows in its first byte, or it is no JSON: type() tells, and is asked only then.
MJ_HOT char first_byte(ondemand::value &value) { return *value.raw_json_token().data(); }
MJ_HOT bool begins_number(char c) { return c == '-' || (c >= '0' && c <= '9'); }

// The reason for a value of which the first byte is none of those that are wanted.
MJ_RARE inline int wrong_type(ondemand::value value) {
    ondemand::json_type type;
    if (auto error = value.type().get(type)) return reason_of(error);
    return MJ_WRONG_TYPE;
}

// What stands between the quotes of a value that begins with one, escapes and all, without looking
// through it: the token reaches to the next one, and nothing but white space stands between that and
// the closing quote, which is there because simdjson refuses a line with an open string at once.
MJ_HOT string_view between_quotes(ondemand::value &value) {
    string_view token = value.raw_json_token();
    size_t last = token.size() - 1;
    while (token[last] != '"') last--;
    return token.substr(1, last - 1);
}

// The sizes of names are known when compiling, so that these come down to a load or two each.
template <size_t N>
MJ_HOT bool equals(string_view s, const char (&name)[N]) {
    return s.size() == N - 1 && std::memcmp(s.data(), name, N - 1) == 0;
}

// The same for a string of which only the start is known; its closing quote says where it ends. May
// read N bytes whatever they are, which the padding allows.
template <size_t N>
MJ_HOT bool is_quoted(const char *s, const char (&name)[N]) {
    return std::memcmp(s, name, N - 1) == 0 && s[N - 1] == '"';
}

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

inline bool has_escape(ondemand::raw_json_string raw) {
    return *find_quote_or_backslash(raw.raw()) == '\\';
}

// Tells strings with escapes from those without. Few have any, so it looks for the next backslash of
// the block, whatever line that is in, and mostly compares positions. To be asked about one string
// after the other, in the order in which they stand.
class EscapeFinder {
public:
    void start(const uint8_t *buffer, size_t length) {
        // Before every string, because one starts behind its quote: the first question looks.
        next = reinterpret_cast<const char *>(buffer);
        end = next + length;
    }

    MJ_HOT bool has_escape(string_view s) {
        if (next < s.data()) {
            auto found = std::memchr(s.data(), '\\', size_t(end - s.data()));
            next = found ? static_cast<const char *>(found) : end;
        }
        return next < s.data() + s.size();
    }

private:
    const char *next = nullptr;
    const char *end = nullptr;
};

// Passes over values that nobody reads: structure and depth always, strings and scalars when strict.
class Skipper {
public:
    bool strict = false;

    explicit Skipper(ondemand::parser &parser) : parser(parser) {}

    // Makes room to unescape any string of a line.
    void reserve(size_t line) {
        if (scratch.size() < line + MJ_PADDING) scratch.resize(line * 2 + MJ_PADDING);
    }

    int skip(ondemand::value value, int depth) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return reason_of(error);
        switch (type) {
            case ondemand::json_type::object:
                if (depth >= depth_limit) return MJ_TOO_DEEP;
                return each_field(value, [&](ondemand::raw_json_string key, auto &child) {
                    int reason = strict ? check(key) : MJ_OK;
                    return reason ? reason : skip(child, depth + 1);
                });
            case ondemand::json_type::array:
                if (depth >= depth_limit) return MJ_TOO_DEEP;
                return each_element(
                    value, [&](ondemand::value &child) { return skip(child, depth + 1); });
            case ondemand::json_type::string:
            case ondemand::json_type::number:
            case ondemand::json_type::boolean:
            case ondemand::json_type::null: return strict ? check(value, type) : MJ_OK;
        }
        return MJ_INVALID_JSON;
    }

    int check(ondemand::raw_json_string raw) {
        string_view text;
        return has_escape(raw) ? unescape(raw, text) : MJ_OK;
    }

    // The key's text followed by a quote, as if it had been written without escapes. Null where a
    // quote in it would be taken for that one: such a key is no name that anyone looks for.
    int unescape_key(ondemand::raw_json_string raw, const char *&name) {
        string_view text;
        if (int reason = unescape(raw, text)) return reason;
        scratch[text.size()] = '"';
        name = text.find('"') == text.npos ? text.data() : nullptr;
        return MJ_OK;
    }

private:
    static constexpr int depth_limit = 64;

    int unescape(ondemand::raw_json_string raw, string_view &text) {
        uint8_t *target = scratch.data();
        return parser.unescape(raw, target).get(text) ? MJ_LONE_SURROGATE : MJ_OK;
    }

    int check(ondemand::value &value, ondemand::json_type type) {
        switch (type) {
            case ondemand::json_type::string: {
                ondemand::raw_json_string raw;
                if (auto error = value.get_raw_json_string().get(raw)) return reason_of(error);
                return check(raw);
            }
            case ondemand::json_type::number: {
                double number;
                ondemand::number any;
                auto error = value.get_number().get(any);
                // An integer beyond 64 bits is JSON all the same.
                if (error == NUMBER_ERROR) error = value.get_double().get(number);
                return error ? MJ_INVALID_JSON : MJ_OK;
            }
            case ondemand::json_type::boolean: {
                bool flag;
                return value.get_bool().get(flag) ? MJ_INVALID_JSON : MJ_OK;
            }
            default: {
                bool null;
                return value.is_null().get(null) || !null ? MJ_INVALID_JSON : MJ_OK;
            }
        }
    }

    ondemand::parser &parser;
    std::vector<uint8_t> scratch;
};

}  // namespace mingjian
#endif
