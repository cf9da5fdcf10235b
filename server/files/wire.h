/* What a connection child of the gate and the core say to each other about files: frames over a session connection of kind "files"
 * (docs/architecture.md). The child has parsed SFTP; here is nothing left but fields of fixed places, and data as it is.
 *
 * request:  u32 bytes that follow | u8 op | u32 id | u32 handle | u64 offset | u32 count | u16 path bytes | u16 path bytes | path | path | data
 * answer:   u32 bytes that follow | u8 kind | u32 id | what the kind says
 * Numbers are big-endian. Answers come in the order of the requests. */
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FILES_DATA_MAX = 256 * 1024, /* of one request or answer */
    FILES_PATH_MAX = 4096,
    FILES_REQUEST_HEAD = 1 + 4 + 4 + 8 + 4 + 2 + 2,
    FILES_ANSWER_HEAD = 1 + 4,
    FILES_FRAME_MAX = FILES_REQUEST_HEAD + 2 * FILES_PATH_MAX + FILES_DATA_MAX,
    FILES_ATTRS_BYTES = 8 + 4 + 4,
};

enum files_op {
    FILES_OPEN = 1,  /* path; count: enum files_open -> HANDLE */
    FILES_CLOSE,     /* handle -> STATUS */
    FILES_READ,      /* handle, offset, count -> DATA (empty: the end) */
    FILES_WRITE,     /* handle, offset, data -> STATUS */
    FILES_STAT,      /* path -> ATTRS */
    FILES_FSTAT,     /* handle -> ATTRS */
    FILES_SETSTAT,   /* path; count: enum files_set, offset: size, data: u32 time -> STATUS */
    FILES_FSETSTAT,  /* the same of a handle */
    FILES_OPENDIR,   /* path -> HANDLE */
    FILES_READDIR,   /* handle -> NAMES (none: the end) */
    FILES_REMOVE,    /* path */
    FILES_RENAME,    /* path, path; count 1: over what is there */
    FILES_STATVFS,   /* path -> SPACE */
    FILES_FSYNC,     /* handle */
    FILES_OP_END,
};
enum files_open { FILES_READS = 1, FILES_WRITES = 2, FILES_APPENDS = 4, FILES_CREATES = 8, FILES_EMPTIES = 16, FILES_IS_NEW = 32 };
enum files_set { FILES_SET_SIZE = 1, FILES_SET_TIME = 2 };

enum files_answer_kind {
    FILES_STATUS = 1, /* u32 enum files_status | words */
    FILES_HANDLE,     /* u32 */
    FILES_DATA,       /* bytes */
    FILES_ATTRS,      /* u64 size | u32 mode | u32 time */
    FILES_NAMES,      /* u16 bytes | name | attrs, as often as there are names */
    FILES_SPACE,      /* u64 bytes in all | u64 free | u64 files in all | u64 free */
    FILES_ANSWER_END,
};
/* Numbers of SFTP version 3, so that nobody has to translate. */
enum files_status { FILES_OK, FILES_EOF, FILES_NO_SUCH, FILES_DENIED, FILES_FAILURE, FILES_BAD_MESSAGE, FILES_UNSUPPORTED = 8 };

struct files_request {
    enum files_op op;
    uint32_t id, handle, count;
    uint64_t offset;
    const char *path, *path2; /* not zero-terminated */
    size_t path_len, path2_len;
    const void *data;
    size_t data_len;
};

struct files_answer {
    enum files_answer_kind kind;
    uint32_t id;
    const unsigned char *body;
    size_t len;
};

struct files_attrs {
    uint64_t size;
    uint32_t mode, time;
};

/* Bytes of a whole frame at the beginning of what was received: 0 when more is needed, SIZE_MAX when it is no frame. */
size_t files_frame(const void *bytes, size_t len, size_t max);
/* A whole frame into its parts, which point into it. False: it is no request (answer). */
bool files_request_read(const void *frame, size_t len, struct files_request *r);
bool files_answer_read(const void *frame, size_t len, struct files_answer *a);
bool files_request_write(struct buf *out, const struct files_request *r);
bool files_answer_write(struct buf *out, enum files_answer_kind kind, uint32_t id, const void *body, size_t len);
bool files_status_write(struct buf *out, uint32_t id, enum files_status status, const char *words);

void files_put16(unsigned char *to, uint16_t n);
void files_put32(unsigned char *to, uint32_t n);
void files_put64(unsigned char *to, uint64_t n);
uint16_t files_get16(const unsigned char *from);
uint32_t files_get32(const unsigned char *from);
uint64_t files_get64(const unsigned char *from);
void files_attrs_put(unsigned char to[FILES_ATTRS_BYTES], const struct files_attrs *a);
struct files_attrs files_attrs_get(const unsigned char from[FILES_ATTRS_BYTES]);
