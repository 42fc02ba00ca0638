/* The reader of the Native DICOM Model in XML, PS3.19 A.1: turns a document into the events the
 * Part 10 reader pushes (dicom/part10/reader.h), so that whoever takes a file takes a document too.
 * Nothing is ever fetched: a document with a DOCTYPE is refused before its first declaration, so
 * there are no entities but those of XML 1.0 4.6.
 *
 * What differs from a file, for a consumer, is what dicom/model/json_reader.h says of DICOM JSON:
 * ascending tags, no group 0002 and no group lengths; wants is not asked, every value is given
 * whole, as explicit VR little endian has it but not padded, the writer of a file pads; a BulkData
 * is value.ptr == NULL with e->uri and undefined length, of pixel data too, without fragments and
 * their end; e->offset is 0; text is UTF-8 and Specific Character Set (0008,0005) is ISO_IR 192
 * wherever it has a value, everywhere it stands and in the data set where any text is not ASCII.
 *
 * Private elements: their blocks are those of the creators (gggg,0010-00FF) in the same data set.
 * Clients leave the creators out; then one is made for each privateCreator, in the first block that
 * is free. A private tag without privateCreator is taken as it is.
 *
 * What is understood although it is not of the model, because clients send it: no namespace, white
 * space between elements and in InlineBinary, an absent vr of a tag that the dictionary knows with
 * one VR only, the attributes of an element in any order and unknown ones, numbers in any order, a
 * private tag with its block. keyword is not looked at, the tag decides: keywords have changed
 * between editions. A number that is missing is an empty value or an empty item.
 *
 * What is refused although somebody writes it: BulkData with a uuid and no uri, which only the
 * process that wrote it can resolve; DataFragment. */
#ifndef DICOM_MODEL_XML_READER_H
#define DICOM_MODEL_XML_READER_H

#include "dicom/part10/reader.h"

/* Pushes the data set of the document, in any encoding XML 1.0 makes every reader know and in
 * ISO 8859-1. All of it is checked before the first event. Honours consumer->last_tag. Takes memory
 * for elements and values until it returns; only the text of an error lives in a.
 * Errors: MALFORMED (not XML, or not of the model; names the line or the tag, never a value),
 * TOO_LARGE (a value over PART10_VALUE_SIZE_MAX), UNAVAILABLE (no memory for the parser), and what
 * the consumer returns. */
err xml_model_read(struct arena *a, str document, struct part10_consumer *consumer);

#endif
