/* Looks: a role of the text (what it means) on a ground (where it stands) becomes colours or, without them, bold, reverse and underline.
 * Nothing is told by colour alone: what is late also has its "!" and its words. */
#pragma once

enum role {
    R_TEXT,   /* ordinary */
    R_DIM,    /* labels, what matters less */
    R_STRONG, /* headings, the name of the thing */
    R_KEY,    /* a key that may be pressed */
    R_LATE,   /* overdue, an error */
    R_SOON,   /* due soon, a warning */
    R_GOOD,   /* done, accepted */
    R_FRESH,  /* new, changed by somebody */
    R_COUNT
};
enum ground {
    G_BASE,   /* the screen */
    G_BAR,    /* title line and key bar */
    G_SELECT, /* the chosen row */
    G_FIELD,  /* a field */
    G_FOCUS,  /* the field that has the focus */
    G_POPUP,  /* a window over the screen */
    G_CHOICE, /* the chosen row of a popup, the chosen button */
    G_COUNT
};

struct theme_info {
    const char *name;  /* in settings */
    const char *label; /* msgid */
};
/* Ends with a NULL name. */
extern const struct theme_info theme_infos[];

/* Chooses colours for what the terminal can do; `name` NULL: the first. NO_COLOR in the environment wins. After term_start(). */
void theme_start(const char *name);
/* Attributes (curses attr_t) and pair of a cell. */
unsigned theme_attr(enum role role, enum ground ground, short *pair);
/* The wide glyphs and their plain twins, by what the terminal can show. */
enum glyph {
    GL_RULE,
    GL_BAR,
    GL_CURSOR,
    GL_LATE,
    GL_RETURNED,
    GL_SOON,
    GL_ACCEPT,
    GL_LETTER,
    GL_UNREAD,
    GL_ASSIGNED,
    GL_DRAFT,
    GL_TOGETHER,
    GL_MARK,
    GL_CHANGED,
    GL_REQUIRED,
    GL_TL,
    GL_TR,
    GL_BL,
    GL_BR,
    GL_DOT,
    GL_MORE_UP,
    GL_MORE_DOWN,
    GL_ON,
    GL_OFF,
    GL_ARROW,
    GL_COUNT
};
const char *theme_glyph(enum glyph glyph);
