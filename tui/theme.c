#include "tui/theme.h"
#include "tui/draw.h"
#include "tui/i18n.h"
#include "tui/term.h"
#include <curses.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const struct theme_info theme_infos[] = {
    {"dark", N_("Dark")},
    {"light", N_("Light")},
    {"mono", N_("Without colours")},
    {NULL, NULL},
};

struct palette {
    short role[R_COUNT];
    short ground[G_COUNT];
};

/* Colour numbers by depth. Both foreground and background are always said: on a white terminal yellow text would vanish. */
static const struct palette dark_256 = {
    .role = {252, 245, 231, 117, 210, 221, 114, 117},
    .ground = {234, 236, 238, 236, 24, 237, 24},
};
static const struct palette light_256 = {
    .role = {235, 243, 16, 25, 160, 130, 28, 25},
    .ground = {231, 254, 153, 254, 195, 254, 153},
};
static const struct palette dark_16 = {
    .role = {7, 7, 15, 14, 9, 11, 10, 14},
    .ground = {0, 4, 4, 8, 4, 8, 4},
};
static const struct palette light_16 = {
    .role = {0, 8, 0, 4, 1, 5, 2, 4},
    .ground = {15, 7, 7, 7, 14, 7, 14},
};
static const struct palette dark_8 = {
    .role = {7, 7, 7, 6, 1, 3, 2, 6},
    .ground = {0, 4, 4, 0, 4, 4, 6},
};
static const struct palette light_8 = {
    .role = {0, 0, 0, 4, 1, 5, 2, 4},
    .ground = {7, 6, 6, 7, 6, 6, 3},
};

static bool has_colour;
static const struct palette *palette_now;

static short pair_of(enum role role, enum ground ground) { return (short)(1 + (int)ground * R_COUNT + (int)role); }

/* Few colours: on a coloured ground the coloured roles would be unreadable, so they become plain text there. */
static short colour_on(const struct palette *p, enum role role, enum ground ground)
{
    short c = p->role[role];
    if (p == &dark_16 && (p->ground[ground] == 4 || p->ground[ground] == 8) && role == R_DIM)
        return 15;
    if (p == &dark_8 && p->ground[ground] == 4 && role == R_LATE)
        return 7;
    if (p == &dark_8 && p->ground[ground] == 6)
        return 0;
    return c;
}

static const struct palette *palette_choose(bool light)
{
    if (COLORS >= 256)
        return light ? &light_256 : &dark_256;
    if (COLORS >= 16)
        return light ? &light_16 : &dark_16;
    return light ? &light_8 : &dark_8;
}

void theme_start(const char *name)
{
    const char *no_colour = getenv("NO_COLOR");
    static bool tried, able;
    if (!tried) {
        tried = true;
        able = !(no_colour && *no_colour) && has_colors() && start_color() == OK && COLORS >= 8 && COLOR_PAIRS > R_COUNT * G_COUNT;
    }
    has_colour = able && !(name && strcmp(name, "mono") == 0);
    if (has_colour) {
        use_default_colors(); /* pair 0 is never drawn with: without colours of its own nothing is sent to come back to it */
        palette_now = palette_choose(name && strcmp(name, "light") == 0);
        for (int g = 0; g < G_COUNT; g++)
            for (int r = 0; r < R_COUNT; r++)
                init_pair(pair_of((enum role)r, (enum ground)g), colour_on(palette_now, (enum role)r, (enum ground)g),
                          palette_now->ground[g]);
    }
    short pair;
    attr_t attr = theme_attr(R_TEXT, G_BASE, &pair);
    cchar_t blank;
    setcchar(&blank, L" ", attr, pair, NULL);
    wbkgrndset(newscr, &blank);
    draw_invalidate();
}

unsigned theme_attr(enum role role, enum ground ground, short *pair)
{
    static const attr_t plain_role[R_COUNT] = {
        [R_STRONG] = A_BOLD, [R_KEY] = A_BOLD, [R_LATE] = A_BOLD, [R_SOON] = A_BOLD, [R_FRESH] = A_BOLD};
    static const attr_t plain_ground[G_COUNT] = {
        [G_BAR] = A_REVERSE, [G_SELECT] = A_REVERSE, [G_FIELD] = A_UNDERLINE, [G_FOCUS] = A_REVERSE, [G_CHOICE] = A_REVERSE};
    static const attr_t colour_role[R_COUNT] = {[R_STRONG] = A_BOLD, [R_LATE] = A_BOLD};
    *pair = has_colour ? pair_of(role, ground) : 0;
    if (has_colour)
        return colour_role[role] | (COLORS < 16 && (role == R_KEY || role == R_SOON) ? A_BOLD : A_NORMAL);
    return plain_role[role] | plain_ground[ground];
}

const char *theme_glyph(enum glyph glyph)
{
    /* ASCII; what every font with line drawing has; everything. */
    static const char *const glyphs[GL_COUNT][3] = {
        [GL_RULE] = {"-", "─", "─"},      [GL_BAR] = {"|", "│", "│"},      [GL_CURSOR] = {">", ">", "▸"},
        [GL_LATE] = {"!", "!", "!"},      [GL_RETURNED] = {"<", "<", "↩"}, [GL_SOON] = {"~", "~", "◷"},
        [GL_ACCEPT] = {"+", "+", "✓"},    [GL_LETTER] = {"@", "@", "✉"},   [GL_UNREAD] = {"\"", "\"", "❝"},
        [GL_ASSIGNED] = {".", "·", "•"},  [GL_DRAFT] = {"o", "o", "○"},    [GL_TOGETHER] = {"&", "≡", "≡"},
        [GL_MARK] = {"*", "*", "●"},      [GL_CHANGED] = {"^", "^", "∗"},  [GL_REQUIRED] = {"*", "*", "*"},
        [GL_TL] = {"+", "┌", "┌"},        [GL_TR] = {"+", "┐", "┐"},       [GL_BL] = {"+", "└", "└"},
        [GL_BR] = {"+", "┘", "┘"},        [GL_DOT] = {"-", "·", "·"},      [GL_MORE_UP] = {"^", "↑", "↑"},
        [GL_MORE_DOWN] = {"v", "↓", "↓"}, [GL_ON] = {"[x]", "[x]", "[x]"}, [GL_OFF] = {"[ ]", "[ ]", "[ ]"},
        [GL_ARROW] = {">", ">", "→"},
    };
    return glyphs[glyph][term_glyph_level()];
}
