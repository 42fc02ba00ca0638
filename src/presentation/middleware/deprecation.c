/* Days of the table in the three ways in which headers write them. */
#include "presentation/middleware/middleware.h"

#include "base/arena.h"

#include <stdio.h>
#include <time.h>

static bool read_day(const char *day, int64_t *seconds)
{
    char text[32];
    instant t;
    if (day == NULL || strlen(day) != 10)
        return false;
    snprintf(text, sizeof text, "%sT00:00:00Z", day);
    if (!instant_from_text(str_of(text), &t))
        return false;
    *seconds = t.us / SECONDS(1);
    return true;
}

static str http_date(struct arena *a, int64_t seconds)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;
    time_t time = (time_t)seconds;
    gmtime_r(&time, &t);
    return str_format(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday], t.tm_mday,
                      months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void deprecation_begin(struct request *r)
{
    const struct route *route = r->route;
    struct arena *a = request_arena(r);
    int64_t seconds;
    if (read_day(route->deprecated, &seconds))
        http_set_header(r->x, "Deprecation", str_format(a, "@%lld", (long long)seconds));
    if (read_day(route->sunset, &seconds))
        http_set_header(r->x, "Sunset", http_date(a, seconds));
    if (route->successor != NULL)
        http_set_header(r->x, "Link",
                        str_format(a, "<%s>; rel=\"successor-version\"", route->successor));
}
