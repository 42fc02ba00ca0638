/* Pieces, and the scratch file for those that are made. */
#include "presentation/internal_routers/dicomweb_pieces.h"

#include "base/arena.h"
#include "base/byte_sink.h"
#include "dicom/part10/reader.h"
#include "dicom/transfer_syntax.h"
#include "dicom/vr.h"

#include <unistd.h>

enum { MADE_BLOCK_SIZE = 64 * 1024 }; /* whole words of any size */

/* What a part's file points to. Where nothing is to be made, the part's offset is that in the
 * object; else it counts in what is made. */
struct instance_piece {
    const struct instance *instance; /* NULL: in the scratch file */
    bool is_made, is_deflated;
    uint64_t offset, size; /* of what it is made of */
    unsigned word, first_bit;
    unsigned lead;      /* bytes before it that belong to its first word */
    uint64_t bit_count; /* 0: not cut to bits */
};

static const struct instance_piece in_scratch = {0};

void pieces_add_text(struct pieces *p, str text)
{
    SLICE_PUSH(request_arena(p->r), &p->parts)->memory = text;
}

static bool is_deflated(const struct instance *instance)
{
    const struct transfer_syntax *syntax = transfer_syntax_find(instance->transfer_syntax_uid);
    return syntax != NULL && syntax->deflated;
}

static void add_stored(struct pieces *p, const struct instance *instance, uint64_t offset,
                       uint64_t size)
{
    struct arena *a = request_arena(p->r);
    if (p->as_stored == NULL || p->as_stored->instance != instance) {
        p->as_stored = NEW(a, struct instance_piece);
        *p->as_stored = (struct instance_piece){.instance = instance};
    }
    *SLICE_PUSH(a, &p->parts) =
        (struct http_part){.file = p->as_stored, .offset = offset, .size = size};
}

/* Of a de-identified view the stored file is never sent, only pieces of it. */
void pieces_add_object(struct pieces *p, const struct instance *instance)
{
    p->is_refused = p->is_refused || instance->deidentified != NULL;
    add_stored(p, instance, 0, (uint64_t)instance->size);
}

/* A frame of bytes may begin and end within a word, which is turned whole: values have whole words,
 * and begin at an even offset. */
static void add_made(struct pieces *p, const struct instance_piece *piece, uint64_t size)
{
    struct arena *a = request_arena(p->r);
    struct instance_piece *own = NEW(a, struct instance_piece);
    *own = *piece;
    own->is_made = true;
    if (own->word == 2) {
        own->lead = own->offset % 2;
        own->offset -= own->lead;
        own->size += own->lead + (own->size + own->lead) % 2;
    }
    *SLICE_PUSH(a, &p->parts) = (struct http_part){
        .file = own, .offset = own->bit_count != 0 ? 0 : own->lead, .size = size};
}

void pieces_add_value(struct pieces *p, const struct instance *instance, uint64_t offset,
                      uint64_t size, unsigned word)
{
    struct instance_piece piece = {.instance = instance,
                                   .is_deflated = is_deflated(instance),
                                   .offset = offset,
                                   .size = size,
                                   .word = word};
    if (piece.is_deflated || word > 1)
        add_made(p, &piece, size);
    else
        add_stored(p, instance, offset, size);
}

void pieces_add_frame(struct pieces *p, const struct instance *instance,
                      const struct frame_place *place, unsigned word)
{
    const struct byte_range *range = &place->ranges.at[0];
    if (place->bit_count != 0 && (place->first_bit != 0 || place->bit_count % 8 != 0)) {
        struct instance_piece piece = {.instance = instance,
                                       .is_deflated = is_deflated(instance),
                                       .offset = range->offset,
                                       .size = range->size,
                                       .word = word,
                                       .first_bit = place->first_bit,
                                       .bit_count = place->bit_count};
        add_made(p, &piece, (place->bit_count + 7) / 8);
        return;
    }
    for (size_t i = 0; i < place->ranges.len; i++)
        pieces_add_value(p, instance, place->ranges.at[i].offset, place->ranges.at[i].size, word);
}

/* ---- the scratch file ---- */

struct maker {
    struct request *r;
    struct fd_sink sink;
    uint64_t size;                   /* of what is in it */
    const struct instance *inflated; /* the last one; NULL: none */
    uint64_t inflated_at, inflated_size;
    uint64_t wanted_size; /* of the one that is worked on */
};

/* A view of count bytes at the end of the sink. */
struct counting_sink {
    struct byte_sink base;
    struct maker *maker;
};

static err counting_write(struct byte_sink *s, const void *bytes, size_t size)
{
    struct maker *m = container_of(s, struct counting_sink, base)->maker;
    TRY(byte_sink_write(&m->sink.base, bytes, size));
    m->size += size;
    return OK;
}

static const struct byte_sink_ops counting_ops = {.write = counting_write};

static err open_whole(struct maker *m, const struct instance *n, int *fd, uint64_t *base)
{
    const struct http_part whole = {
        .size = (uint64_t)(n->deidentified != NULL ? n->deidentified->size : n->size)};
    return dicomweb_open_part(m->r->scope.services->storage, n, &whole, fd, base);
}

/* As much of it as the parts that come want. */
static err inflate(struct maker *m, const struct instance *n)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct counting_sink sink = {{&counting_ops}, m};
    struct fd_source source;
    int fd;
    uint64_t base;
    if (m->inflated == n && m->inflated_size >= m->wanted_size)
        return OK;
    TRY(open_whole(m, n, &fd, &base));
    m->inflated = NULL;
    m->inflated_at = m->size;
    fd_source_init(&source, fd);
    err e = part10_inflate(&scratch, &source.base, m->wanted_size, &sink.base);
    close(fd);
    if (e.code == ERR_MALFORMED)
        return ERR(UNAVAILABLE, "a stored object is damaged");
    TRY(e);
    m->inflated = n;
    m->inflated_size = m->size - m->inflated_at;
    return OK;
}

/* Where the bytes of a piece are to be read: byte 0 of it is at *at of the descriptor. */
static err open_origin(struct maker *m, const struct instance_piece *piece, int *fd, uint64_t *at)
{
    uint64_t base;
    if (piece->is_deflated) {
        TRY(inflate(m, piece->instance));
        if (piece->offset > m->inflated_size || piece->size > m->inflated_size - piece->offset)
            return ERR(UNAVAILABLE, "a stored object is damaged");
        *fd = dup(m->sink.fd);
        *at = m->inflated_at + piece->offset;
        return *fd >= 0 ? OK : ERR(UNAVAILABLE, "there are too many open files");
    }
    const struct http_part part = {.offset = piece->offset, .size = piece->size};
    TRY(dicomweb_open_part(m->r->scope.services->storage, piece->instance, &part, fd, &base));
    *at = piece->offset - base;
    return OK;
}

/* One-bit samples that begin within a byte are moved to begin one; bytes has one more than size
 * where the last of them needs it. */
static void shift_bits(unsigned char *bytes, size_t got, size_t size, unsigned first_bit)
{
    for (size_t i = 0; i < size; i++) {
        unsigned low = bytes[i], high = i + 1 < got ? bytes[i + 1] : 0;
        bytes[i] = (unsigned char)((low | high << 8) >> first_bit);
    }
}

/* size bytes of what is made, from one that begins a word, to the end of the file. */
static err make_block(struct maker *m, const struct instance_piece *piece, int fd, uint64_t at,
                      uint64_t from, size_t size)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    bool is_cut = piece->bit_count != 0;
    /* its lead, and the bits of the byte behind it, in whole words */
    size_t wanted = is_cut ? (size + 3) / 2 * 2 : size;
    if (wanted > piece->size - from)
        wanted = (size_t)(piece->size - from);
    char *bytes = arena_alloc_raw(&scratch, wanted + 1, 1);
    if (pread(fd, bytes, wanted, (off_t)(at + from)) != (ssize_t)wanted)
        return ERR(UNAVAILABLE, "a stored object is damaged");
    str made = vr_turn_words(&scratch, (str){bytes, wanted}, piece->word);
    if (is_cut) {
        unsigned char *bits = (unsigned char *)made.ptr + piece->lead;
        shift_bits(bits, wanted - piece->lead, size, piece->first_bit);
        if (from + size == (piece->bit_count + 7) / 8 && piece->bit_count % 8 != 0)
            bits[size - 1] &= (unsigned char)(0xFF >> (8 - piece->bit_count % 8));
        made = (str){(char *)bits, size};
    }
    m->size += size;
    return byte_sink_write(&m->sink.base, made.ptr, size);
}

/* Points a part at what was made of it. Of a value only the words that the part has are made. */
static err make_part(struct maker *m, struct http_part *part)
{
    const struct instance_piece *piece = part->file;
    uint64_t at, end = part->offset + part->size;
    int fd;
    TRY(open_origin(m, piece, &fd, &at));
    err e = OK;
    uint64_t made_at = at + part->offset;
    if (piece->word > 1 || piece->bit_count != 0) {
        uint64_t from = part->offset - part->offset % 8, limit = piece->size;
        if (piece->bit_count != 0)
            limit = (piece->bit_count + 7) / 8;
        made_at = m->size + part->offset % 8;
        end = end + 7 < limit ? end + 7 - (end + 7) % 8 : limit;
        for (; from < end && !failed(e); from += MADE_BLOCK_SIZE) {
            uint64_t left = end - from;
            e = make_block(m, piece, fd, at, from,
                           left < MADE_BLOCK_SIZE ? (size_t)left : (size_t)MADE_BLOCK_SIZE);
        }
    }
    close(fd);
    part->file = (void *)&in_scratch;
    part->offset = made_at;
    return e;
}

static bool is_made(const struct http_part *part)
{
    return part->file != NULL && ((const struct instance_piece *)part->file)->is_made;
}

/* Up to where the data set of the instance of a part is wanted; *next: the part behind its last one
 * in a row. */
static uint64_t size_wanted(const struct http_parts *body, size_t i, size_t *next)
{
    const struct instance *n = ((const struct instance_piece *)body->at[i].file)->instance;
    uint64_t size = 0;
    for (; i < body->count; i++) {
        const struct instance_piece *piece = body->at[i].file;
        if (piece == NULL || !piece->is_made)
            continue;
        if (piece->instance != n)
            break;
        if (piece->offset + piece->size > size)
            size = piece->offset + piece->size;
    }
    *next = i;
    return size;
}

static err make_parts(struct request *r, struct http_parts *body, int *fd)
{
    struct arena *a = request_arena(r);
    struct maker maker = {.r = r};
    TRY(storage_scratch(r->scope.services->storage, fd));
    http_keep_fd(r->x, *fd);
    fd_sink_init(&maker.sink, *fd);
    struct http_part *parts = NEW_ARRAY(a, struct http_part, body->count);
    memcpy(parts, body->at, body->count * sizeof *parts);
    for (size_t i = 0, next = 0; i < body->count; i++) {
        if (!is_made(&parts[i]))
            continue;
        if (i >= next)
            maker.wanted_size = size_wanted(body, i, &next);
        TRY(make_part(&maker, &parts[i]));
    }
    body->at = parts;
    return OK;
}

/* ---- the answer ---- */

struct opener {
    struct storage *storage;
    int scratch_fd; /* -1: nothing was made */
};

static err open_piece(struct http_parts *parts, const struct http_part *part, int *fd,
                      uint64_t *base)
{
    const struct opener *o = parts->context;
    const struct instance_piece *piece = part->file;
    if (piece->instance != NULL)
        return dicomweb_open_part(o->storage, piece->instance, part, fd, base);
    *base = 0;
    *fd = dup(o->scratch_fd);
    return *fd >= 0 ? OK : ERR(UNAVAILABLE, "there are too many open files");
}

static err respond_file(struct request *r, unsigned status, str content_type,
                        struct http_parts *body)
{
    const struct http_part *part = &body->at[0];
    uint64_t base;
    int fd;
    TRY(body->open(body, part, &fd, &base));
    http_respond_file(r->x, status, content_type, fd, part->offset - base, part->size);
    return OK;
}

err pieces_respond(struct pieces *p, str content_type, str etag)
{
    struct request *r = p->r;
    struct storage *storage = r->scope.services->storage;
    struct opener *opener = NEW(request_arena(r), struct opener);
    *opener = (struct opener){storage, -1};
    struct http_parts body = {.at = p->parts.at,
                              .count = p->parts.len,
                              .open = open_piece,
                              .context = opener,
                              .request_id = r->scope.request_id,
                              .may_wait = storage->may_wait};
    unsigned status;
    size_t made_count = 0;
    if (p->is_refused)
        return ERR(INTERNAL, "a file was to be sent as it is stored");
    TRY(dicomweb_parts_asked_for(r, etag, &body, &status));
    for (size_t i = 0; i < body.count; i++)
        made_count += is_made(&body.at[i]);
    if (made_count != 0 && r->x->lane != LANE_CPU)
        return request_move(r, LANE_CPU);
    if (storage->may_wait && r->scope.must_not_wait)
        return scope_defer(&r->scope);
    if (made_count != 0)
        TRY(make_parts(r, &body, &opener->scratch_fd));
    return body.count == 1 && body.at[0].file != NULL
               ? respond_file(r, status, content_type, &body)
               : http_respond_parts(r->x, status, content_type, &body);
}
