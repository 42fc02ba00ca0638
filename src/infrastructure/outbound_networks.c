/* Tables of networks; the longest question is whether so many bits are the same. */
#include "infrastructure/outbound_networks.h"

#include "base/arena.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { HOST_NAME_SIZE_MAX = 253, IPV4_BITS = 32, IPV6_BITS = 128, ADDRESS_TEXT_SIZE_MAX = 45 };

/* Not reachable for everybody, or not a single machine. */
static const struct outbound_network special[] = {
    {AF_INET, {0}, 8},                           /* this network */
    {AF_INET, {10}, 8},                          /* private */
    {AF_INET, {100, 64}, 10},                    /* behind a carrier's NAT */
    {AF_INET, {127}, 8},                         /* loopback */
    {AF_INET, {169, 254}, 16},                   /* link-local; metadata of clouds */
    {AF_INET, {172, 16}, 12},                    /* private */
    {AF_INET, {192, 0, 0}, 24},                  /* protocol assignments */
    {AF_INET, {192, 0, 2}, 24},                  /* documentation */
    {AF_INET, {192, 31, 196}, 24},               /* AS112 */
    {AF_INET, {192, 52, 193}, 24},               /* AMT */
    {AF_INET, {192, 88, 99}, 24},                /* 6to4 relays */
    {AF_INET, {192, 168}, 16},                   /* private */
    {AF_INET, {192, 175, 48}, 24},               /* AS112 */
    {AF_INET, {198, 18}, 15},                    /* benchmarks */
    {AF_INET, {198, 51, 100}, 24},               /* documentation */
    {AF_INET, {203, 0, 113}, 24},                /* documentation */
    {AF_INET, {224}, 4},                         /* multicast */
    {AF_INET, {240}, 4},                         /* reserved, broadcast */
    {AF_INET6, {0x20, 0x01}, 23},                /* protocol assignments, Teredo, ORCHID */
    {AF_INET6, {0x20, 0x01, 0x0d, 0xb8}, 32},    /* documentation */
    {AF_INET6, {0x26, 0x20, 0, 0x4f, 0x80}, 48}, /* AS112 */
    {AF_INET6, {0x3f, 0xff}, 20},                /* documentation */
};
/* Outside of it are loopback, link-local, unique local, multicast and what nobody has. */
static const struct outbound_network global_unicast = {AF_INET6, {0x20}, 3};

/* Where an IPv4 address stands in an IPv6 one of such a network. */
static const struct {
    struct outbound_network network;
    size_t at;
} carriers[] = {
    {{AF_INET6, {[10] = 0xff, [11] = 0xff}, 96}, 12}, /* ::ffff:0:0/96, mapped */
    {{AF_INET6, {0, 0x64, 0xff, 0x9b}, 96}, 12},      /* NAT64 */
    {{AF_INET6, {[8] = 0xff, 0xff, 0, 0}, 96}, 12},   /* SIIT */
    {{AF_INET6, {0x20, 0x02}, 16}, 2},                /* 6to4 */
};

static bool is_in(const struct outbound_network *n, int family, const unsigned char *address)
{
    size_t whole = n->prefix / 8;
    unsigned rest = n->prefix % 8;
    if (n->family != family || memcmp(n->address, address, whole) != 0)
        return false;
    return rest == 0 || ((n->address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static bool may_reach(const struct outbound_networks *n, int family, const unsigned char *address)
{
    for (size_t i = 0; i < n->count; i++)
        if (is_in(&n->at[i], family, address))
            return true;
    for (size_t i = 0; family == AF_INET6 && i < COUNT_OF(carriers); i++)
        if (is_in(&carriers[i].network, family, address))
            return may_reach(n, AF_INET, address + carriers[i].at);
    if (family == AF_INET6 && !is_in(&global_unicast, family, address))
        return false;
    for (size_t i = 0; i < COUNT_OF(special); i++)
        if (is_in(&special[i], family, address))
            return false;
    return true;
}

bool outbound_may_connect(const struct outbound_networks *n, const struct sockaddr *address,
                          size_t size)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    unsigned char bytes[16] = {0};
    if (address->sa_family == AF_INET && size >= sizeof v4) {
        memcpy(&v4, address, sizeof v4);
        memcpy(bytes, &v4.sin_addr, sizeof v4.sin_addr);
        return may_reach(n, AF_INET, bytes);
    }
    if (address->sa_family == AF_INET6 && size >= sizeof v6) {
        memcpy(&v6, address, sizeof v6);
        memcpy(bytes, &v6.sin6_addr, sizeof bytes);
        return may_reach(n, AF_INET6, bytes);
    }
    return false;
}

bool outbound_host_is_named(const struct outbound_networks *n, str host)
{
    for (size_t i = 0; i < n->host_count; i++)
        if (str_eq_nocase(n->hosts[i], host))
            return true;
    return false;
}

static bool read_address(str text, struct outbound_network *out)
{
    char room[ADDRESS_TEXT_SIZE_MAX + 1];
    if (text.len == 0 || text.len >= sizeof room || memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    memcpy(room, text.ptr, text.len);
    room[text.len] = '\0';
    out->family = memchr(text.ptr, ':', text.len) != NULL ? AF_INET6 : AF_INET;
    out->prefix = out->family == AF_INET6 ? IPV6_BITS : IPV4_BITS;
    return inet_pton(out->family, room, out->address) == 1;
}

/* Bits behind the prefix must be none: who writes 10.1.2.3/8 may have meant something else. */
static bool has_bits_behind(const struct outbound_network *n)
{
    for (unsigned bit = n->prefix; bit < IPV6_BITS; bit++)
        if ((n->address[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return true;
    return false;
}

static bool read_network(str text, struct outbound_network *out)
{
    uint64_t prefix;
    size_t slash = str_find_char(text, '/');
    *out = (struct outbound_network){0};
    if (!read_address(str_sub(text, 0, slash), out))
        return false;
    if (slash == SIZE_MAX)
        return true;
    if (!str_to_u64(str_sub(text, slash + 1, text.len), &prefix) || prefix > out->prefix)
        return false;
    out->prefix = (unsigned)prefix;
    return !has_bits_behind(out);
}

/* With a letter: what has none was meant for an address. */
static bool is_host_name(str text)
{
    bool has_letter = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        has_letter = has_letter || is_letter;
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_')
            return false;
    }
    return has_letter && text.len <= HOST_NAME_SIZE_MAX;
}

err outbound_networks_read(struct arena *a, str text, struct outbound_networks *out)
{
    str part;
    *out = (struct outbound_networks){0};
    while (str_cut(&text, ',', &part)) {
        part = str_trim(part);
        if (out->count == OUTBOUND_NETWORK_COUNT_MAX ||
            out->host_count == OUTBOUND_NETWORK_COUNT_MAX)
            return ERR(INVALID, "has too many entries");
        if (read_network(part, &out->at[out->count]))
            out->count++;
        else if (is_host_name(part))
            out->hosts[out->host_count++] = str_lower(a, part);
        else
            return ERR(INVALID,
                       "must be networks like 10.1.0.0/16 or fd00::/8, addresses and names "
                       "of hosts, separated by commas");
    }
    return OK;
}

const char *outbound_networks_complaint(str text)
{
    struct arena scratch = {0};
    struct outbound_networks *n = NEW(&scratch, struct outbound_networks);
    const char *complaint = outbound_networks_read(&scratch, text, n).text;
    arena_deinit(&scratch);
    return complaint;
}
