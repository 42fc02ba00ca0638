/* What the answers of WADO-RS share: choosing a form by Accept, ranges, boundaries, parts. */
#ifndef PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_ANSWER_H
#define PRESENTATION_INTERNAL_ROUTERS_DICOMWEB_ANSWER_H

#include "dicom/transfer_syntax.h"
#include "dicom/vr.h"
#include "application/queries/images/retrieve_bulk/query.h"
#include "presentation/internal_routers/dicomweb.h"

enum form { FORM_NONE, FORM_SINGLE, FORM_MULTIPART };

/* Whether content can be had in the transfer syntax an item of Accept names, if it names one. */
struct syntax_choice {
    bool (*takes)(const struct syntax_choice *c, const struct accept_item *item);
};

/* The form the client likes best among those that are possible. type: of the content; alias:
 * another name of it, or empty; one: there is a single part, so that no multipart is needed.
 * *named: the name the client used. *chosen, if not NULL: the item of Accept. */
enum form dicomweb_choose_form(const struct accept_item_slice *accept, str type, str alias,
                               const struct syntax_choice *choice, bool one, str *named,
                               struct accept_item *chosen);

/* The same where the content is in one transfer syntax. "*": none that can be named. */
enum form dicomweb_choose_stored(const struct accept_item_slice *accept, str type, str alias,
                                 str syntax, bool one, str *named);

/* The form of pixel data and its frames, and the transfer syntax they are had in. Native ones have
 * one form, explicit VR little endian (PS3.18 8.7.3.3); named are those whose frames are the same
 * bytes, too. Big endian as it is stored only to who names it. Also for FORM_NONE *syntax_uid is
 * one there is. */
enum form dicomweb_choose_pixels(const struct accept_item_slice *accept, str stored_uid, bool one,
                                 str *named, str *syntax_uid);
/* Frames of the instance of the address by a list of numbers. */
err dicomweb_respond_frames(struct request *r, str list);
/* How many bytes of a word of a value are turned for that. OB has no words. */
unsigned dicomweb_word_to_turn(str stored_uid, enum dicom_vr vr, str syntax_uid);

/* Boundaries are hexadecimal of a hash: the same resource gives the same bytes, and no DICOM stream
 * holds it by chance. */
str dicomweb_boundary(struct request *r, str seed);

/* What Range asks for of size bytes; If-Range by entity tag. Errors: RANGE (with Content-Range
 * set). */
err dicomweb_read_range(struct request *r, str etag, uint64_t size, uint64_t *first,
                        uint64_t *length, bool *is_partial);

/* One instance alone, in the stored transfer syntax when syntax is empty, "*" or that one, else in
 * the native one of that UID. Errors: NOT_ACCEPTABLE, and those of a conversion. */
err dicomweb_respond_single(struct request *r, const struct retrieve_images_result *images,
                            str syntax);

/* What Accept asks for of these, one alone or what an address has. */
err dicomweb_respond_images(struct request *r, const struct retrieve_images_result *images,
                            bool one);
/* The metadata that send gives, in the form, compressed or not, that is asked for. */
typedef err send_metadata_fn(struct request *r, str if_none_match,
                             struct retrieve_metadata_result *out);
err dicomweb_respond_metadata(struct request *r, send_metadata_fn *send);
/* A bulk value by the path of the address. owner lives until the last byte has gone. */
err dicomweb_respond_bulkdata(struct request *r, const struct bulk_owner *owner);

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
/* to NULL: each in the stored one, for what is made anew all the same. Errors: RANGE,
 * NOT_ACCEPTABLE (an instance cannot be read), FORBIDDEN (it is not shown), NO_SPACE, UNAVAILABLE.
 */
err dicomweb_respond_converted(struct request *r, const struct retrieve_images_result *images,
                               enum form form, const struct transfer_syntax *to);

#endif
