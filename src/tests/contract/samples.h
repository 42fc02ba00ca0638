/* Forty studies in several scripts, the same wherever they are stored: study n has the UID
 * "1.2.40.n", its series "1.2.40.n.s", their instances "1.2.40.n.s.i". Identifiers and times
 * depend on these numbers alone. */
#ifndef TESTS_CONTRACT_SAMPLES_H
#define TESTS_CONTRACT_SAMPLES_H

#include "tests/contract/contract.h"

struct sample {
    const char *date, *time, *accession, *study_id, *description, *referrer, *name, *patient_id,
        *issuer, *birth_date, *sex;
    const char *series; /* "CT2 SR1": modality and number of instances of each */
};
extern const struct sample samples[];
extern const size_t sample_count;

struct sample_place {
    int64_t organization_key;
    int study; /* number, from 1 */
    int series, instance;
};

str sample_uid(struct arena *a, struct sample_place place);
uuid sample_id(struct sample_place place);

/* Stores one study as an arriving image does, in a unit of work of its own. */
void sample_store(struct contract_db *c, int64_t organization_key, int number,
                  const struct sample *sample);
/* All of them in the first organization, and the first five in the other. */
void samples_store(struct contract_db *c);

/* Moves study n of the first organization to the trash. */
void sample_trash(struct contract_db *c, int number);
/* A series of it (instance 0), or an instance, alone: nothing is counted anew. */
void sample_trash_part(struct contract_db *c, int number, int series, int instance);

struct legal_hold sample_hold(struct contract_db *c, const struct study *study);
/* To read studies, for a user, without an end; not given yet. */
struct grant sample_grant(struct contract_db *c, int64_t user_key, enum granted_kind kind,
                          int64_t key);
struct grant sample_give(struct contract_db *c, struct grant grant);

#endif
