/* What whoever has a link is told before it is opened: nothing about patients. */
#ifndef APPLICATION_QUERIES_SHARES_DESCRIBE_SHARE_QUERY_H
#define APPLICATION_QUERIES_SHARES_DESCRIBE_SHARE_QUERY_H

#include "application/models/share_access.h"

struct describe_share {
    str token;
};
struct describe_share_result {
    enum share_kind kind;
    enum share_state state;
    bool has_password;
    bool allows_download;
    bool is_deidentified;
    instant expires_at;
};
DECLARE_USE_CASE(describe_share);

#endif
