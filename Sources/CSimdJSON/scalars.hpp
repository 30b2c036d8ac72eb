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

}  // namespace mingjian
#endif
