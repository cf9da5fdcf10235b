#include "server/rules/line_item.h"

enum { WORD_BYTES = 64 };

/* ---- words ---- */

static bool begins_with_any(const char *word, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(word, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}
#define BEGINS_WITH_ANY(word, words) begins_with_any(word, words, sizeof(words) / sizeof *(words))

static bool take_any(struct scan *s, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (scan_word(s, words[i]))
            return true;
    return false;
}
#define TAKE_ANY(s, words) take_any(s, words, sizeof(words) / sizeof *(words))

/* Parts of a house and what stands in or at one: beginnings of words as they are glued to numbers («98асад», «148гаи»)... */
static const char *const glued_words[] = {
    "кв",     "пом",    "офис",     "подъезд",  "секци",    "блок",  "сад",    "детсад",   "детск", "школ",  "шк",     "гараж",
    "админ",  "бол",    "госпитал", "поликлин", "гаи",      "гибдд", "гуфсин", "общеж",    "общ",   "магаз", "кафе",   "котельн",
    "бойлер", "цтп",    "тп",       "кнс",      "атс",      "почт",  "банк",   "рынок",    "церк",  "храм",  "склад",  "здани",
    "гостин", "ателье", "аптек",    "район",    "ориентир", "рядом", "около",  "напротив", "частн", "нежил", "подвал", "уч"};
/* ...and whole ones that stand apart: «Садовая» is a street. */
static const char *const remark_words[] = {
    "кв",        "квартира", "квартиры", "пом",     "помещение", "помещения", "офис",      "оф",        "подъезд",     "подъезды", "секция",
    "блок",      "детсад",   "школа",    "гараж",   "гаражи",    "админ",     "больница",  "госпиталь", "поликлиника", "гаи",      "гибдд",
    "общежитие", "общ",      "магазин",  "кафе",    "котельная", "бойлерная", "цтп",       "тп",        "кнс",         "атс",      "почта",
    "банк",      "рынок",    "церковь",  "храм",    "склад",     "здание",    "гостиница", "ателье",    "аптека",      "ориентир", "рядом",
    "около",     "напротив", "частный",  "нежилое", "подвал",    "уч",        "участок",   "кад",       "инв"};

static bool is_nursery(struct scan s) { return scan_take(&s, 0x434) && scan_take(&s, '/') && scan_take(&s, 0x441); } /* д/с */

/* «в районе», «в р-не» */
static bool is_vicinity(struct scan s) { return scan_word(&s, "в") && (scan_word(&s, "районе") || scan_word(&s, "р")); }

static bool is_glued_remark(struct scan s)
{
    char word[WORD_BYTES];
    if (is_vicinity(s) || is_nursery(s))
        return true;
    return scan_letters(&s, word, sizeof word) > 1 && BEGINS_WITH_ANY(word, glued_words);
}

bool line_item_is_remark(struct scan s)
{
    scan_blanks(&s);
    return is_vicinity(s) || is_nursery(s) || TAKE_ANY(&s, remark_words);
}

bool line_item_is_distance(struct scan s)
{
    static const char *const ways[] = {"на", "от", "к", "в", "по", "с"};
    scan_blanks(&s);
    if (!scan_skip(&s, scan_is_digit))
        return false;
    scan_blanks(&s);
    if (!TAKE_ANY(&s, ((const char *const[]){"м", "метр", "метров", "км"})))
        return false;
    scan_take(&s, '.');
    return scan_blanks(&s) && TAKE_ANY(&s, ways);
}

bool line_item_except(struct scan *s)
{
    static const char *const words[] = {"кроме", "исключая", "без"};
    struct scan at = *s;
    bool found = TAKE_ANY(&at, words) || (scan_word(&at, "за") && scan_word(&at, "исключением"));
    if (!found)
        return false;
    static const char *const houses[] = {"домов", "дома", "номеров"};
    TAKE_ANY(&at, houses);
    scan_take(&at, ':');
    *s = at;
    return true;
}

/* ---- sides ---- */

static bool is_even_word(const char *word) { return strcmp(word, "чет") == 0 || strncmp(word, "четн", strlen("четн")) == 0; }
static bool is_odd_word(const char *word) { return strcmp(word, "неч") == 0 || strncmp(word, "нечет", strlen("нечет")) == 0; }

/* «неч.», «(чет)», «нечётная сторона», «подряд». */
static bool take_side(struct scan *s, struct line_piece *p)
{
    struct scan at = *s;
    char word[WORD_BYTES];
    scan_blanks(&at);
    bool open = scan_take(&at, '(');
    scan_blanks(&at);
    scan_word(&at, "только");
    scan_blanks(&at);
    if (scan_letters(&at, word, sizeof word) == 0)
        return false;
    enum line_side side = is_odd_word(word) ? SIDE_ODD : is_even_word(word) ? SIDE_EVEN : SIDE_BOTH;
    if (side == SIDE_BOTH && strcmp(word, "подряд") != 0)
        return false;
    scan_take(&at, '.');
    static const char *const nouns[] = {"сторона", "стороны", "сторону", "номера", "дома"};
    TAKE_ANY(&at, nouns);
    if (open) {
        scan_blanks(&at);
        if (!scan_take(&at, ')'))
            return false;
    }
    p->side = side;
    p->why = side == SIDE_BOTH ? WHY_ALL_SAID : WHY_SAID;
    *s = at;
    return true;
}

static void sides_by_ends(struct line_piece *p)
{
    if (p->kind != LINE_RANGE || p->why != WHY_NOTHING || p->open || p->from.value == p->to.value)
        return;
    bool one = (p->from.value & 1) == (p->to.value & 1);
    p->why = one ? WHY_ONE_SIDE : WHY_TWO_SIDES;
    p->side = !one ? SIDE_BOTH : p->from.value & 1 ? SIDE_ODD : SIDE_EVEN;
}

/* ---- whole streets ---- */

/* «весь», «вся улица», «все дома», «целиком», «(полностью)»; «все чётные» is told by its side. */
static bool take_whole(struct scan *s)
{
    static const char *const words[] = {"весь", "вся", "все", "всю", "целиком", "полностью"};
    static const char *const nouns[] = {"улица", "улицу", "дома", "переулок", "проспект", "микрорайон", "поселок", "деревня", "село"};
    struct scan at = *s;
    scan_blanks(&at);
    bool open = scan_take(&at, '(');
    if (!TAKE_ANY(&at, words))
        return false;
    TAKE_ANY(&at, nouns);
    if (open) {
        scan_blanks(&at);
        if (!scan_take(&at, ')'))
            return false;
    }
    *s = at;
    return true;
}

/* ---- numbers and ranges ---- */

static bool take_number(struct scan *s, struct house_number *n)
{
    size_t used = house_number_parse(s->p, (size_t)(s->end - s->p), n);
    s->p += used;
    return used > 0;
}

/* «-», «–», «..», «...» between two numbers. */
static bool take_dash(struct scan *s)
{
    struct scan at = *s;
    size_t n;
    bool found = false;
    scan_blanks(&at);
    while (scan_is_dash(scan_peek(at, &n))) {
        at.p += n;
        found = true;
    }
    if (!found && scan_take(&at, '.') && scan_take(&at, '.')) {
        scan_take(&at, '.');
        found = true;
    }
    if (!found && scan_take(&at, 0x2026)) /* … */
        found = true;
    scan_blanks(&at);
    struct scan probe = at;
    scan_take(&probe, 0x2116); /* № */
    scan_blanks(&probe);
    if (!found || !scan_is_digit(scan_peek(probe, NULL)))
        return false;
    *s = at;
    return true;
}

static enum item_result bad(const char **reason, const char *why)
{
    *reason = why;
    return ITEM_BAD;
}

static enum item_result check_range(const struct line_piece *p, const char **reason)
{
    if (house_number_compare(&p->to, &p->from) < 0 && (p->to.value < p->from.value || *p->to.order))
        return bad(reason, "range_reversed");
    if (p->to.value - p->from.value > LINE_RANGE_MAX)
        return bad(reason, "range_wide");
    return ITEM_READ;
}

/* What follows the first number: «-15», and no second dash after it. */
static enum item_result take_range_end(struct scan *s, struct line_piece *p, const char **reason)
{
    struct scan at = *s;
    if (!take_dash(s)) {
        if ((!scan_word(&at, "по") && !scan_word(&at, "до")) || !scan_blanks(&at) || !scan_is_digit(scan_peek(at, NULL)))
            return ITEM_READ;
        *s = at;
    }
    p->kind = LINE_RANGE;
    if (!take_number(s, &p->to)) /* «1-100000»: a dash stands before a number alone */
        return bad(reason, "range_wide");
    if (take_dash(s))
        return bad(reason, "range_chain");
    return check_range(p, reason);
}

static bool is_end_word(struct scan *s)
{
    static const char *const further[] = {"далее", "дальше", "выше", "больше"};
    struct scan at = *s;
    if ((scan_word(&at, "до") || scan_word(&at, "по")) && (scan_word(&at, "конца") || scan_word(&at, "конец"))) {
        TAKE_ANY(&at, ((const char *const[]){"улицы", "переулка", "проспекта"}));
        *s = at;
        return true;
    }
    at = *s;
    if (!scan_word(&at, "и") || !TAKE_ANY(&at, further))
        return false;
    *s = at;
    return true;
}

/* «с 5 до конца», «от 5 по 15», «с 5 и далее». */
static enum item_result take_from(struct scan *s, struct line_piece *p, const char **reason)
{
    struct scan at = *s;
    if (!scan_word(&at, "с") && !scan_word(&at, "от"))
        return ITEM_NOT;
    scan_word(&at, "дома");
    if (!scan_blanks(&at) || !take_number(&at, &p->from))
        return ITEM_NOT;
    p->kind = LINE_RANGE;
    if (is_end_word(&at)) {
        p->open = true;
    } else {
        if (!scan_word(&at, "до") && !scan_word(&at, "по"))
            return ITEM_NOT;
        scan_blanks(&at);
        if (!take_number(&at, &p->to))
            return bad(reason, "not_a_house");
        enum item_result result = check_range(p, reason);
        if (result != ITEM_READ)
            return result;
    }
    *s = at;
    return ITEM_READ;
}

static bool take_all_corpora(struct scan *s)
{
    static const char *const corpora[] = {"корпуса", "корпусами", "корп", "строения"};
    struct scan at = *s;
    scan_blanks(&at);
    bool open = scan_take(&at, '(');
    if (!(scan_word(&at, "все") || (scan_word(&at, "со") && scan_word(&at, "всеми"))) || !TAKE_ANY(&at, corpora))
        return false;
    scan_take(&at, '.');
    if (open && !scan_take(&at, ')'))
        return false;
    *s = at;
    return true;
}

/* ---- the end of a piece ---- */

/* Is here the end of the piece: a comma, the end of the text, «и», «кроме», or the next number? */
static bool at_end(struct scan s)
{
    struct scan at = s;
    bool blank = scan_blanks(&at);
    uint32_t cp = scan_peek(at, NULL);
    if (cp == 0 || cp == ',' || cp == '.' || cp == ')')
        return true;
    if (!blank)
        return false;
    struct scan word = at;
    if (line_item_except(&word) || scan_word(&word, "и"))
        return true;
    return scan_is_digit(cp) && !line_item_is_distance(at);
}

/* Takes what is said of the house up to the next comma outside of brackets. */
static void take_remark(struct scan *s, struct line_piece *p, const char *begin)
{
    int depth = 0;
    scan_blanks(s);
    const char *from = s->p;
    for (; s->p < s->end; s->p++) {
        if (*s->p == '(')
            depth++;
        else if (*s->p == ')' && depth > 0)
            depth--;
        else if (*s->p == ',' && depth == 0)
            break;
    }
    p->remark_at = (size_t)(from - begin);
    p->remark_len = (size_t)(s->p - from);
    while (p->remark_len > 0 && strchr(" \t\r", from[p->remark_len - 1]))
        p->remark_len--;
}

/* «98асад» is 98А, a nursery; «43школа» is 43, a school; a word that may be either is not guessed. */
static enum item_result take_glued(struct scan *s, struct line_piece *p, const char *begin, const char **reason)
{
    struct scan after = *s;
    size_t n;
    scan_peek(after, &n);
    after.p += n;
    /* «50в районе»: the preposition is no letter. */
    struct scan phrase = *s;
    bool whole = is_glued_remark(*s), lettered = is_glued_remark(after) && !scan_word(&phrase, "в");
    struct house_number with_letter;
    if (whole && lettered)
        return bad(reason, "two_readings");
    if (whole) {
        take_remark(s, p, begin);
        return ITEM_READ;
    }
    char text[32] = "";
    size_t digits = strspn(p->from.text, "0123456789");
    if (!lettered || p->from.text[digits] || digits + n >= sizeof text)
        return bad(reason, "tail");
    memcpy(text, p->from.text, digits);
    memcpy(text + digits, s->p, n);
    if (!house_number_whole(text, &with_letter))
        return bad(reason, "tail");
    p->from = with_letter;
    s->p = after.p;
    take_remark(s, p, begin);
    return ITEM_READ;
}

static enum item_result take_tail(struct scan *s, struct line_piece *p, const char *begin, const char **reason)
{
    struct scan at = *s;
    if (at_end(*s))
        return ITEM_READ;
    bool blank = scan_blanks(&at);
    if (scan_peek(at, NULL) == '(' || (blank && line_item_is_remark(at))) {
        *s = at;
        take_remark(s, p, begin);
        return ITEM_READ;
    }
    if (!blank && p->kind == LINE_HOUSE && (scan_is_letter(scan_peek(at, NULL))))
        return take_glued(s, p, begin, reason);
    return bad(reason, "tail");
}

enum item_result line_item_read(struct scan *s, struct line_piece *piece, const char **reason)
{
    const char *begin = s->p;
    struct scan at = *s;
    struct line_piece p = {.kind = LINE_HOUSE};
    scan_blanks(&at);
    if (line_item_is_distance(at))
        return bad(reason, "distance");
    bool all = scan_word(&at, "все") || scan_word(&at, "вся");
    bool side = take_side(&at, &p);
    if (all && !side)
        at.p = begin;
    scan_blanks(&at);
    enum item_result result = take_from(&at, &p, reason);
    if (result == ITEM_BAD)
        return result;
    if (result == ITEM_NOT) {
        p.kind = LINE_HOUSE;
        if (take_number(&at, &p.from)) {
            result = take_range_end(&at, &p, reason);
            if (result != ITEM_READ)
                return result;
        } else if (take_whole(&at) || side) {
            p.kind = LINE_WHOLE;
        } else {
            return ITEM_NOT;
        }
    }
    if (!side)
        side = take_side(&at, &p);
    if (p.kind == LINE_HOUSE && side) /* «5 неч.» says nothing */
        p.why = WHY_NOTHING, p.side = SIDE_BOTH;
    p.corpora = p.kind == LINE_HOUSE && take_all_corpora(&at);
    sides_by_ends(&p);
    result = take_tail(&at, &p, begin, reason);
    if (result != ITEM_READ)
        return result;
    *piece = p;
    *s = at;
    return ITEM_READ;
}
