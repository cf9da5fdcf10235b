/* One piece of a list of houses: «7», «1-15 неч.», «с 5 до конца», «весь», «22к2-30», «50 (в районе)». Used by house_line.c alone. */
#pragma once
#include "server/rules/house_line.h"
#include "server/rules/scan.h"

enum item_result {
    ITEM_READ,
    ITEM_NOT, /* no piece begins here: perhaps a street does */
    ITEM_BAD, /* it begins one, but is wrong: *reason */
};

/* Reads the piece at the place. ITEM_READ: fills kind, sides, ends and the remark (its bytes counted from the place) and goes over it;
 * otherwise the place stays. */
enum item_result line_item_read(struct scan *s, struct line_piece *piece, const char **reason);
/* «кроме», «за исключением». */
bool line_item_except(struct scan *s);
/* Does a word begin here that tells of something in or at a house («кв.», «школа», «в районе»), and no street? */
bool line_item_is_remark(struct scan s);
/* «15120 м на восток»: where a house ends and a distance begins cannot be told. */
bool line_item_is_distance(struct scan s);
