/* The Native DICOM Model in XML, PS3.19 A.1: written while the events of a data set come in, from a
 * file (dicom/part10/reader.h) or from a document (dicom/model/json_reader.h, xml_reader.h). The
 * sibling of dicom/json.h: the same values stand in the document, the same ones elsewhere, and
 * their URIs have the same paths. The bulk table is not made again.
 *
 * - The document is UTF-8, so Specific Character Set (0008,0005) is ISO_IR 192 where it has a
 *   value; and where any text is not ASCII, an empty one is given that value, and the data set gets
 *   the attribute if it has none.
 * - Group 0002 and group lengths are left out, and of elements of the same tag all but the first.
 * - DS and IS stand as the text they are; trailing spaces, and leading ones where they mean
 *   nothing, do not. An empty value among others is an empty Value.
 * - Of a person name NameSuffix has what goes beyond five components; a fourth group is lost.
 * - A private element has the attribute privateCreator and 00 for its block in the tag, as PS3.19
 *   has it, when its block has a creator of at most XML_MODEL_CREATOR_SIZE_MAX bytes before it;
 *   else its tag as it is.
 * - What XML 1.0 (2.2) cannot hold, control characters, U+FFFE and U+FFFF, becomes U+FFFD: a
 *   document always comes out well-formed, and such a character is no text in DICOM either, but
 *   for form feed in ST, LT and UT (PS3.5 6.1.3) and escapes that name no character set. */
#ifndef DICOM_MODEL_XML_WRITER_H
#define DICOM_MODEL_XML_WRITER_H

#include "base/buf.h"
#include "dicom/charset.h"
#include "dicom/part10/reader.h"
#include "dicom/part10/tag_set.h"

#define XML_MODEL_NAMESPACE "http://dicom.nema.org/PS3.19/models/NativeDICOM"
enum { XML_MODEL_CREATOR_SIZE_MAX = 256 }; /* 64 characters (LO), in UTF-8 */

struct xml_model_creator {
    unsigned block;
    str name;
};
SLICE(xml_model_creator);

struct xml_model_level {
    uint32_t item; /* its number in tags */
    struct charset charset;
    struct xml_model_creator_slice creators; /* of the group of last_creator */
    uint32_t last_creator;
    uint32_t path_tag, path_item; /* of the sequence that is open here */
};

struct xml_model {
    struct part10_consumer base; /* takes the events; none of them fails */
    struct buf xml;
    struct arena *arena, *scratch;
    unsigned depth;
    struct xml_model_level levels[PART10_NESTING_MAX + 2];
    struct tag_set tags;
    uint32_t item_count;
    bool skipping; /* within a sequence whose tag was there already */
    unsigned skip_depth;
    bool has_charset; /* or the place where it may have to be put in */
    bool is_wide;     /* some text is not ASCII */
};

/* Whether the text of an element reserves a private block (PS3.5 7.8.1) as reader and writer of the
 * model see it: a name at (gggg,0010-00FF) of 1 to XML_MODEL_CREATOR_SIZE_MAX bytes, one value
 * without control characters. Gives it without padding, else absent. */
str xml_model_creator_name(uint32_t tag, enum dicom_vr vr, str utf8);

/* The document grows in a; scratch is the writer's own until the end and is reset by it. */
void xml_model_init(struct xml_model *m, struct arena *a, struct arena *scratch);

/* The document, in a. prefix stands before "/bulkdata/…" in the URI of each value that has no URI
 * of its own. */
str xml_model_finish(struct xml_model *m, struct arena *a, str prefix);

#endif
