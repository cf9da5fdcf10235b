/* The lines around a screen: title above, status and keys below. */
#pragma once
#include "tui/app.h"

struct status {
    enum status_kind kind;
    char text[512];
    int changed;    /* rows changed by others */
    int waiting_ms; /* 0: nothing is waited for */
    bool online;
    const char *trouble;
};

/* What is left for the screen. */
struct rect bars_content(int rows, int cols);
void bars_paint_title(struct screen *top, int cols);
void bars_paint_status(struct screen *top, int rows, int cols, const struct status *status);
void bars_paint_keys(struct screen *top, int rows, int cols);
