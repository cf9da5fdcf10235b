/* Addresses for whoever needs a house: found by text, and made where that is allowed. */
#pragma once
#include "server/ops/op.h"

/* Who may write down settlements, streets, houses and social objects. */
#define ADDRESS_WRITERS (R_ADMIN | R_DISPATCHER | R_SYSTEM)

/* An address as a person or a feed gives it; what is absent is NULL. */
struct house_text {
    const char *district;   /* «Дзержинский район» */
    const char *settlement; /* «г. Тутаев» */
    int64_t settlement_id;  /* where the text names none; 0: the only settlement, or that of the only street of the name */
    const char *street;     /* «ул. Ленина»; NULL: a village without streets */
    const char *number;     /* in any spelling */
};

/* What may be made where it is not there yet. */
enum house_make {
    MAKE_NOTHING = 0,
    MAKE_DISTRICT = 1,
    MAKE_SETTLEMENT = 2,
    MAKE_STREET = 4,
    MAKE_HOUSE = 8,
    MAKE_ALL = 15,
    BARE_IS_STREET = 32, /* of several kinds a name without one means the улица, as whoever makes streets would make it */
};

struct house_found {
    int64_t id, street_id, settlement_id, district_id; /* street and district 0: none */
    bool made;                                         /* the house is new */
    char number[96];                                   /* canonical */
};

/* Finds the house, or makes it and what it stands in, as far as `make` lets. Whoever makes must be one of ADDRESS_WRITERS (ERR_FORBIDDEN)
 * and inside a write. Of several streets that fit none is taken. Errors: ERR_PARAMS with field settlement_name, street_name, district_name
 * or number and the reasons unknown_settlement, several_settlements, unknown_street, several_streets, unknown_house, house_number. */
bool house_find(struct call *c, const struct house_text *text, unsigned make, struct house_found *out);

/* The same for its parts; *id 0 where the text is NULL or "". */
bool district_find(struct call *c, const char *text, unsigned make, int64_t *id);
bool settlement_find(struct call *c, const char *text, int64_t district_id, unsigned make, int64_t *id);
/* *settlement_id 0: in whatever settlement has the one street of the name, which is then told there. */
bool street_find(struct call *c, const char *text, unsigned make, int64_t *settlement_id, int64_t *id);
/* An organisation by name; `make`: a new one is written down. *id 0 where nobody bears the name and none may be made. */
bool company_find(struct call *c, const char *text, bool make, int64_t *id);

/* The house of the register that a place in words names, as a caller or a letter says it; *house 0: none, or several. False only when the
 * database fails. */
bool house_in_text(struct call *c, const char *place, int64_t *house);
/* The flat that it names, in the call's arena; NULL: none. */
const char *house_flat_in_text(struct call *c, const char *place);

/* The houses of a line (house.resolve) for an operation that takes one in its parameter `field`; `choices`, `settlement` and `street` of the call are
 * heeded. *ids: PostgreSQL array text. What is not understood, not found or may be several is ERR_PARAMS with the reason and the piece. */
bool house_line_ids(struct call *c, const char *field, const char **ids, int *count);

/* What changing a card of the register takes: the statement that locks it and answers (facts as JSON, version), and the one that changes it
 * and answers the next version. params[0] is the id. Compares `version`, writes the event, answers id and version. */
struct address_card {
    const char *record;
    int facts, set; /* enum query */
};
bool address_card_set(struct call *c, const struct address_card *card, const char *const *params, int count);
/* Runs a statement that adds a card, writes the event, answers id and version. */
bool address_card_add(struct call *c, const char *record, int query, const char *const *params, int count);
/* "true" for those who call when the lights go out and who answer for it: they see names of residents on life support, others only that the
 * house has one. */
const char *address_sees_names(const struct call *c);
