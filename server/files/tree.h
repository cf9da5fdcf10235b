/* The folders that files are served in: / /inbox /reports /appeals/NUMBER /assignments/NUMBER /outages/NUMBER ("/" in a number is written
 * "-"). */
#pragma once
#include "server/files/wire.h"
#include "server/ops/file.h"

enum node_kind {
    NODE_ROOT,
    NODE_RECORDS, /* /appeals, /assignments, /outages: place.kind says which */
    NODE_FOLDER,  /* holds files: place */
    NODE_FILE,    /* name in place; whether it is there is another question */
};

struct node {
    enum node_kind kind;
    struct file_place place;
    char name[FILE_NAME_BYTES]; /* of a file */
    uint32_t time;              /* of a folder of a record: when it was registered or issued */
};

/* What the path (from the root on, cleaned) means to this user; ERR_NOT_FOUND for what is not there or not theirs. */
bool tree_find(struct call *c, const char *path, size_t len, struct node *node);
/* Mode, size and time of a node; of a file, what file_find told. */
struct files_attrs tree_attrs(const struct call *c, const struct node *node, const struct file_info *info);

/* A walk through a folder, page by page. */
struct tree_walk {
    struct node node;
    char after[FILE_NAME_BYTES]; /* name of the last file */
    int64_t after_id;            /* id of the last record */
    int told;
    bool done;
};
/* Appends the next names as the body of FILES_NAMES; nothing at the end. */
bool tree_read(struct call *c, struct tree_walk *w, struct buf *names);
