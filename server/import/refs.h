/* What rows refer to by name: units, users, codes of classifiers, appeals. Read from the server once, then remembered. */
#pragma once
#include "common/err.h"
#include "server/import/rpc.h"
#include <jansson.h>

struct refs {
    struct rpc *rpc;
    json_t *units, *users; /* folded name or code: id; 0 for a name that two bear. NULL: not read yet */
    json_t *unit_codes;    /* code: true */
    json_t *classifiers;   /* classifier: {code or folded label: code} */
    json_t *appeals;       /* number: id */
    json_t *authors;       /* external id: id of the correspondent */
    int64_t units_made;
    bool dry_run;
};

void refs_init(struct refs *r, struct rpc *rpc, bool dry_run);
void refs_free(struct refs *r);

/* The id by code or name; *id 0 when there is none. false: the server does not answer (err), or two bear the name (ERR_PARAMS). */
bool refs_unit(struct refs *r, const char *name, int64_t *id, struct err *err);
bool refs_user(struct refs *r, const char *name, int64_t *id, struct err *err);
bool refs_appeal(struct refs *r, const char *number, int64_t *id, struct err *err);
/* The code by itself or by its label in either language; *code NULL when there is none. Borrowed. */
bool refs_code(struct refs *r, const char *classifier, const char *text, const char **code, struct err *err);
/* Makes an external unit of the name. In a dry run *id is 1 and nothing is written. */
bool refs_unit_make(struct refs *r, const char *name, int64_t *id, struct err *err);
/* A unit or user that this import has just made or renamed is known from now on. */
void refs_learn_unit(struct refs *r, const char *code, const char *name, int64_t id);
void refs_learn_user(struct refs *r, const char *login, const char *name, int64_t id);
/* The correspondent with these fields (an object of correspondent.add without external_id), made where nobody is known by them; the id of
 * the same person is the same in every import. In a dry run *id is 1. */
bool refs_author(struct refs *r, const json_t *fields, int64_t *id, struct err *err);

/* Lower case, ё as е, as the server compares names; the caller frees. */
char *refs_fold(const char *text);
/* A UUID made of a hash of the text (RFC 9562, version 8). */
void refs_uuid(const char *text, char out[37]);
