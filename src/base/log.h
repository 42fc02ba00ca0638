/* Structured log: one event a line, as text for people or JSON for machines, each with the request
 * id of its thread. The edges of the program log; inner code returns errors. Never patient data:
 * objects go through log_object. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/schema.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };
enum log_format { LOG_TEXT, LOG_JSON };
extern const char *const log_level_names[];
extern const char *const log_format_names[];

/* Once, before other threads start. fd stays the caller's. */
void log_configure(enum log_level level, enum log_format format, int fd);
bool log_wants(enum log_level level);

/* The request id put on this thread's lines until it is set again; copied, at most 63 bytes. */
void log_set_request_id(str id);

/* event: a fixed word such as "request"; the rest are details formatted as "key=value" pairs
 * separated by spaces; a value with spaces stands in double quotes. */
void log_event(enum log_level level, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);

/* An error with its code, text and place of birth. */
void log_err(enum log_level level, const char *event, err e);

/* A struct by its schema, PHI and SECRET members masked. */
void log_object(enum log_level level, const char *event, const struct schema *schema,
                const void *object);

#endif
