/* A zone is read once. */
#include "infrastructure/time_zones_glib.h"

#include <glib.h>

struct known_zone {
    struct time_zone base;
    struct known_zone *next;
    str name;
    GTimeZone *zone;
};

static int64_t offset_at(const struct time_zone *base, instant t)
{
    const struct known_zone *z = container_of(base, struct known_zone, base);
    int64_t seconds = t.us / SECONDS(1) - (t.us % SECONDS(1) < 0);
    int interval = g_time_zone_find_interval(z->zone, G_TIME_TYPE_UNIVERSAL, seconds);
    return interval < 0 ? 0 : g_time_zone_get_offset(z->zone, interval);
}

/* GLib opens a file of that name under the system's folder. */
static bool is_harmless(str name)
{
    if (name.len == 0 || name.len > TIME_ZONE_NAME_SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_inner = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        if (!is_letter && (i == 0 || !is_inner))
            return false;
    }
    return true;
}

static struct known_zone *read_zone(struct time_zones_glib *z, str name)
{
    char text[TIME_ZONE_NAME_SIZE_MAX + 1];
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    GTimeZone *zone = g_time_zone_new_identifier(text);
    if (zone == NULL)
        return NULL;
    struct known_zone *known = NEW(&z->arena, struct known_zone);
    *known = (struct known_zone){{offset_at}, z->known, str_copy(&z->arena, name), zone};
    return z->known = known;
}

static err find(struct time_zones *base, str name, const struct time_zone **out)
{
    struct time_zones_glib *z = container_of(base, struct time_zones_glib, base);
    if (!is_harmless(name))
        return ERR(NOT_FOUND, "there is no such time zone");
    pthread_mutex_lock(&z->lock);
    struct known_zone *known = z->known;
    while (known != NULL && !str_eq(known->name, name))
        known = known->next;
    if (known == NULL)
        known = read_zone(z, name);
    pthread_mutex_unlock(&z->lock);
    if (known == NULL)
        return ERR(NOT_FOUND, "there is no such time zone");
    *out = &known->base;
    return OK;
}

static const struct time_zones_ops ops = {.find = find};

void time_zones_glib_open(struct time_zones_glib *z)
{
    *z = (struct time_zones_glib){.base = {&ops}};
    pthread_mutex_init(&z->lock, NULL);
}

void time_zones_glib_close(struct time_zones_glib *z)
{
    for (struct known_zone *known = z->known; known != NULL; known = known->next)
        g_time_zone_unref(known->zone);
    pthread_mutex_destroy(&z->lock);
    arena_deinit(&z->arena);
}
