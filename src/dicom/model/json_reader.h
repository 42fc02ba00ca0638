/* The reader of the DICOM JSON model, PS3.18 F: turns a data set object into the events the Part 10
 * reader pushes (dicom/part10/reader.h), so that whoever takes a file takes a document too.
 *
 * What differs from a file, for a consumer:
 * - Elements come in ascending order of tags whatever the order in the document (F.2.2 asks for it,
 *   clients forget it). Group 0002 and group lengths are dropped: they speak of an encoding.
 * - wants is not asked: the document is in memory, so every value is given whole. It has at most
 *   PART10_VALUE_SIZE_MAX bytes, as explicit VR little endian has them, but it is not padded to an
 *   even length: the writer of a file pads. Its length is not held to the VR's maximum either: a
 *   writer must not take a short length field for granted.
 * - A value with BulkDataURI is given as value.ptr == NULL, with e->uri and undefined length. The
 *   URI is never fetched here. Neither fragment nor piece is called; e->offset is 0.
 * - Text is UTF-8, so Specific Character Set (0008,0005) is "ISO_IR 192" wherever the document has
 *   one with a value, in items too: an item may state its own (PS3.5 7.5.3), and dropping it
 *   would lose an element for nothing. Where any text of the document is not ASCII, an empty one
 *   becomes "ISO_IR 192" as well, and the data set gets one if it has none; else an absent one
 *   stays absent. One kept as bytes (VR UN) stays when every text is ASCII: other bytes of the
 *   document may be texts in the set it names.
 *
 * What is understood although F.2 does not have it, because clients send it: an absent vr of a tag
 * that the dictionary knows with one VR only; tags in small letters; members in any order; a text
 * that is a number for any binary VR; 5.0 for 5; null for NaN in FL and FD, as dicom/json.h writes
 * it, and "NaN", "inf", "-inf", "Infinity", "-Infinity". Numbers of DS and IS stand as in the
 * document, digit by digit. */
#ifndef DICOM_MODEL_JSON_READER_H
#define DICOM_MODEL_JSON_READER_H

#include "dicom/part10/reader.h"

enum { JSON_MODEL_OBJECT_COUNT_MAX = 100000 }; /* data sets of one document */

/* Pushes the data set object, which is one JSON object and nothing behind it. Its structure is
 * checked before the first event, each value just before its own: a consumer that writes must undo
 * what it has when this fails. Honours consumer->last_tag. Takes memory for the elements, not for
 * the values; only the text of an error lives in a.
 * Errors: MALFORMED (not JSON, or not of the model; names the tag or the byte, never a value),
 * TOO_LARGE (a value over PART10_VALUE_SIZE_MAX), and what the consumer returns. */
err json_model_read(struct arena *a, str object, struct part10_consumer *consumer);

/* The same for a document that was written from a file and kept: of attributes with the same tag,
 * which a file may have had, the first counts. */
err json_model_read_stored(struct arena *a, str object, struct part10_consumer *consumer);

/* The data set objects of a DICOM JSON text in their order: an array of them, as the metadata of
 * STOW-RS is (PS3.18 F.2.1, 10.5.1), or a single one. Finds where they end, no more:
 * json_model_read tells whether each is one. out->at lives in a, the objects are views into text.
 * Errors: MALFORMED (neither of the two), TOO_LARGE (over JSON_MODEL_OBJECT_COUNT_MAX). */
err json_model_split(struct arena *a, str text, struct str_slice *out);

#endif
