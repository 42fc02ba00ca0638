/* What the answers of WADO-RS share: choosing a form by Accept, ranges, boundaries, parts. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_ANSWER_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_ANSWER_H

#include "dicom/transfer_syntax.h"
#include "presentation/internal_routers/dicomweb.h"

enum form { FORM_NONE, FORM_SINGLE, FORM_MULTIPART };

/* Whether content can be had in the transfer syntax an item of Accept names, if it names one. */
struct syntax_choice {
    bool (*takes)(const struct syntax_choice *c, const struct accept_item *item);
};

/* The form the client likes best among those that are possible. type: of the content; alias:
 * another name of it, or empty; one: there is a single part, so that no multipart is needed.
 * *named: the name the client used. *chosen, if not NULL: the item of Accept. */
enum form dicomweb_choose_form(struct request *r, str type, str alias,
                               const struct syntax_choice *choice, bool one, str *named,
                               struct accept_item *chosen);

/* The same where the content is in one transfer syntax. "*": none that can be named. */
enum form dicomweb_choose_stored(struct request *r, str type, str alias, str syntax, bool one,
                                 str *named);

/* Boundaries are hexadecimal of a hash: the same resource gives the same bytes, and no DICOM stream
 * holds it by chance. */
str dicomweb_boundary(struct request *r, str seed);

/* What Range asks for of size bytes; If-Range by entity tag. Errors: RANGE (with Content-Range
 * set). */
err dicomweb_read_range(struct request *r, str etag, uint64_t size, uint64_t *first,
                        uint64_t *length, bool *is_partial);

/* A part of an object that is there, on a thread that may wait for it. Errors: UNAVAILABLE. */
err dicomweb_open_range(struct request *r, str object_name, struct object_range range,
                        struct object_file *out);
/* One range of a file, or the part of it that Range asks for. Errors: RANGE, UNAVAILABLE. */
err dicomweb_respond_range(struct request *r, str content_type, str object_name, uint64_t offset,
                           uint64_t size, bool whole_file, str etag);
/* The whole, or the range of it that is asked for: a multipart body is the same bytes every time.
 * Errors: RANGE, UNAVAILABLE. */
err dicomweb_respond_parts(struct request *r, str content_type, str etag,
                           const struct http_part_slice *parts);

/* One instance alone, in the stored transfer syntax when syntax is empty, "*" or that one, else in
 * the native one of that UID. Errors: NOT_ACCEPTABLE, and those of a conversion. */
err dicomweb_respond_single(struct request *r, const struct retrieve_images_result *images,
                            str syntax);

/* Where an instance is retrieved. base_url: as dicomweb_base_url gives it. */
str dicomweb_instance_url(struct arena *a, str base_url, const struct image_path *path);
/* The same for Content-Location, by the row that the instances were found under: absent for those
 * of a study, whose series it does not name. */
str dicomweb_location(struct arena *a, str base_url, const struct image_row *row,
                      const struct instance *n);
/* Of all instances of a study or series as they are now. */
str dicomweb_group_tag(struct arena *a, const struct image_row *row);

/* Instances in a native transfer syntax that is not the stored one (dicomweb_convert.c). The item
 * of Accept that asks for one all of them can be written in; FORM_NONE: there is none. */
enum form dicomweb_choose_conversion(struct request *r, const struct instance_slice *instances,
                                     bool one, const struct transfer_syntax **to);
/* Errors: RANGE, NOT_ACCEPTABLE (an instance cannot be read), NO_SPACE,
 * UNAVAILABLE. */
err dicomweb_respond_converted(struct request *r, const struct retrieve_images_result *images,
                               enum form form, const struct transfer_syntax *to);

#endif
