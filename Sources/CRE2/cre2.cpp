#include "cre2.h"

#include <cstring>
#include <new>
#include <re2/re2.h>

struct mj_re2 {
    RE2 re;
    mj_re2(re2::StringPiece pattern, const RE2::Options &options) : re(pattern, options) {}
};

static void report(const std::string &reason, char *error, size_t capacity) {
    if (!capacity) return;
    size_t n = reason.size() < capacity - 1 ? reason.size() : capacity - 1;
    std::memcpy(error, reason.data(), n);
    error[n] = 0;
}

extern "C" mj_re2 *mj_re2_compile(const uint8_t *pattern, size_t length, char *error,
                                  size_t error_capacity) {
    RE2::Options options;
    options.set_longest_match(true);
    options.set_log_errors(false);
    // The front end bounds the pattern; 32 MB lets every pattern through that it accepts, and RE2
    // falls back to its NFA (still linear) when the automaton outgrows its share.
    options.set_max_mem(32 << 20);
    try {
        mj_re2 *compiled = new mj_re2(
            re2::StringPiece(reinterpret_cast<const char *>(pattern), length), options);
        if (compiled->re.ok()) return compiled;
        report(compiled->re.error(), error, error_capacity);
        delete compiled;
    } catch (const std::exception &failure) {
        report(failure.what(), error, error_capacity);
    }
    return nullptr;
}

extern "C" void mj_re2_free(mj_re2 *compiled) { delete compiled; }

extern "C" int mj_re2_find(const mj_re2 *compiled, const uint8_t *text, size_t length, size_t from,
                           size_t *start, size_t *end) {
    re2::StringPiece whole(reinterpret_cast<const char *>(text), length);
    re2::StringPiece match;
    if (!compiled->re.Match(whole, from, length, RE2::UNANCHORED, &match, 1)) return 0;
    *start = static_cast<size_t>(match.data() - whole.data());
    *end = *start + match.size();
    return 1;
}

extern "C" int mj_re2_matches(const mj_re2 *compiled, const uint8_t *text, size_t length) {
    re2::StringPiece whole(reinterpret_cast<const char *>(text), length);
    // Without a place to report, RE2 runs one automaton and stops where the first match ends.
    return compiled->re.Match(whole, 0, length, RE2::UNANCHORED, nullptr, 0);
}
