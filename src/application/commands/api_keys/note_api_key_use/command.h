/* When an API key was last used, and from where. */
#ifndef APPLICATION_COMMANDS_API_KEYS_NOTE_API_KEY_USE_COMMAND_H
#define APPLICATION_COMMANDS_API_KEYS_NOTE_API_KEY_USE_COMMAND_H

#include "application/models/base_model.h"

struct note_api_key_use {
    int64_t key;
    str from;
};
struct note_api_key_use_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(note_api_key_use);

#endif
