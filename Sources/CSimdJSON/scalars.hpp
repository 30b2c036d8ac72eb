// Reading of times and plain tokens, shared by the parsers of this target.
#ifndef MINGJIAN_SCALARS_HPP
#define MINGJIAN_SCALARS_HPP
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mingjian {

inline int64_t days_from_civil(int64_t y, unsigned m, unsigned d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = unsigned(y - era * 400);
    unsigned doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + int64_t(doe) - 719468;
}

inline bool digits(const char *p, int n, unsigned &value) {
    value = 0;
    for (int i = 0; i < n; i++) {
        unsigned c = unsigned(p[i]) - '0';
        if (c > 9) return false;
        value = value * 10 + c;
    }
    return true;
}

// RFC 3339, also with a space for T and without seconds or offset. False if it is not a time.
inline bool parse_time(std::string_view s, int64_t &ms, bool &local) {
    unsigned year, month, day, hour, minute, second = 0;
    const char *p = s.data(), *end = p + s.size();
    if (s.size() < 16 || !digits(p, 4, year) || p[4] != '-' || !digits(p + 5, 2, month) ||
        p[7] != '-' || !digits(p + 8, 2, day) || (p[10] != 'T' && p[10] != 't' && p[10] != ' ') ||
        !digits(p + 11, 2, hour) || p[13] != ':' || !digits(p + 14, 2, minute))
        return false;
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59) return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && leap)) return false;
    p += 16;
    int64_t fraction = 0;
    if (p < end && *p == ':') {
        if (end - p < 3 || !digits(p + 1, 2, second) || second > 60) return false;
        p += 3;
        if (p < end && (*p == '.' || *p == ',')) {
            int64_t scale = 100;
            const char *first = ++p;
            while (p < end && unsigned(*p) - '0' <= 9) {
                fraction += (*p - '0') * scale;
                scale /= 10;
                p++;
            }
            if (p == first) return false;
        }
    }
    int64_t offset = 0;
    local = false;
    if (p == end) {
        local = true;
    } else if ((*p == 'Z' || *p == 'z') && end - p == 1) {
    } else if ((*p == '+' || *p == '-') && (end - p == 6 || end - p == 5)) {
        unsigned h, m;
        bool colon = end - p == 6;
        if (!digits(p + 1, 2, h) || (colon && p[3] != ':') || !digits(p + (colon ? 4 : 3), 2, m) ||
            h > 23 || m > 59)
            return false;
        offset = (int64_t(h) * 60 + m) * 60000 * (*p == '-' ? -1 : 1);
    } else {
        return false;
    }
    ms = days_from_civil(int64_t(year), month, day) * 86400000 +
         ((int64_t(hour) * 60 + minute) * 60 + second) * 1000 + fraction - offset;
    return true;
}

// Instants that a time may be: of the years 1 to 9999, so that no sum of times overflows.
inline bool in_calendar(int64_t ms) { return ms >= -62135596800000 && ms <= 253402300799999; }

// The number of thirteen digits that almost every time in milliseconds is: of the years 2001 to
// 2286, so that it needs no further check. False if the token is anything else. The byte behind the
// token is read too: simdjson lets some control characters start one, but they end no number.
inline bool parse_milliseconds(std::string_view token, int64_t &ms) {
    const char *s = token.data();
    if (token.size() != 13 || s[0] == '0' || (s[13] != ',' && s[13] != '}')) return false;
    // One branch for all digits, so that the compiler unrolls the loop. Other bytes may overflow.
    uint64_t value = 0;
    bool is_number = true;
    for (int i = 0; i < 13; i++) {
        unsigned digit = unsigned(s[i]) - '0';
        is_number &= digit <= 9;
        value = value * 10 + digit;
    }
    if (is_number) ms = int64_t(value);
    return is_number;
}

// parse_time for the times of messages, of which most are written as YYYY-MM-DDThh:mm:ss+hh:mm and
// share the day and the offset with the one before: of those it only reads the time of day.
class DayCache {
public:
    bool parse(std::string_view s, int64_t &ms, bool &local) {
        int64_t clock;
        if (s.size() == size && std::memcmp(s.data(), last, clock_start) == 0 &&
            std::memcmp(s.data() + clock_end, last + clock_end, size - clock_end) == 0 &&
            parse_clock(s.data() + clock_start, clock)) {
            ms = midnight + clock;
            local = false;
            return true;
        }
        return parse_and_keep(s, ms, local);
    }

private:
    static constexpr size_t clock_start = 11, clock_end = 19, size = 25;

    // Milliseconds of hh:mm:ss.
    static bool parse_clock(const char *p, int64_t &ms) {
        unsigned hour, minute, second;
        if (!digits(p, 2, hour) || p[2] != ':' || !digits(p + 3, 2, minute) || p[5] != ':' ||
            !digits(p + 6, 2, second) || hour > 23 || minute > 59 || second > 60)
            return false;
        ms = ((int64_t(hour) * 60 + minute) * 60 + second) * 1000;
        return true;
    }

    __attribute__((noinline)) bool parse_and_keep(std::string_view s, int64_t &ms, bool &local) {
        if (!parse_time(s, ms, local)) return false;
        int64_t clock;
        bool has_offset = s.size() == size && (s[clock_end] == '+' || s[clock_end] == '-');
        if (has_offset && parse_clock(s.data() + clock_start, clock)) {
            std::memcpy(last, s.data(), size);
            midnight = ms - clock;
        }
        return true;
    }

    // A time of that layout, and its day's midnight with the offset taken off.
    char last[size + 1] = "1970-01-01T00:00:00+00:00";
    int64_t midnight = 0;
};

}  // namespace mingjian
#endif
