#include "server/gate/sftp.h"
#include "common/utf8.h"
#include "server/files/wire.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum packet_type {
    INIT = 1,
    VERSION = 2,
    OPEN = 3,
    CLOSE = 4,
    READ = 5,
    WRITE = 6,
    LSTAT = 7,
    FSTAT = 8,
    SETSTAT = 9,
    FSETSTAT = 10,
    OPENDIR = 11,
    READDIR = 12,
    REMOVE = 13,
    MKDIR = 14,
    RMDIR = 15,
    REALPATH = 16,
    STAT = 17,
    RENAME = 18,
    READLINK = 19,
    SYMLINK = 20,
    STATUS = 101,
    HANDLE = 102,
    DATA = 103,
    NAME = 104,
    ATTRS = 105,
    EXTENDED = 200,
    EXTENDED_REPLY = 201,
};

enum { LENGTH_BYTES = 4, PROTOCOL = 3, READ_MAX = 255 * 1024, HANDLES_TOLD = 64, BLOCK_BYTES = 4096, NAME_BYTES_MAX = 255 };
enum attr_flags { ATTR_SIZE = 1, ATTR_OWNER = 2, ATTR_MODE = 4, ATTR_TIMES = 8 };
enum open_flags { FXF_READ = 1, FXF_WRITE = 2, FXF_APPEND = 4, FXF_CREAT = 8, FXF_TRUNC = 16, FXF_EXCL = 32 };

static const struct {
    enum files_status status;
    const char *words[2];
} texts[] = {
    {FILES_BAD_MESSAGE, {"пакет не по протоколу", "malformed packet"}},
    {FILES_FAILURE, {"путь длиннее 4096 байт или не в UTF-8", "the path is longer than 4096 bytes or not UTF-8"}},
    {FILES_FAILURE, {"нет такого открытого файла", "no such handle"}},
    {FILES_DENIED, {"папки создаёт и удаляет система: файлы кладут в /inbox и в папки записей", "folders are made and removed by the system: put files into /inbox and the folders of records"}},
    {FILES_DENIED, {"ссылок здесь нет", "there are no links here"}},
    {FILES_UNSUPPORTED, {"сервер этого не умеет", "not supported by this server"}},
};
enum said { SAID_MALFORMED, SAID_BAD_PATH, SAID_NO_HANDLE, SAID_NO_FOLDERS, SAID_NO_LINKS, SAID_UNSUPPORTED };

/* The fields of a packet, read one after another; `bad` once anything did not fit. */
struct reader {
    const unsigned char *at, *end;
    bool bad;
};

struct piece {
    const char *text;
    size_t len;
};

void sftp_init(struct sftp *s, enum lang lang)
{
    *s = (struct sftp){.lang = lang};
    buf_init(&s->packet, LENGTH_BYTES + SFTP_PACKET_MAX);
}

void sftp_free(struct sftp *s) { buf_free(&s->packet); }

static bool has(struct reader *r, size_t len)
{
    if ((size_t)(r->end - r->at) < len)
        r->bad = true;
    return !r->bad;
}

static uint32_t read_u32(struct reader *r)
{
    if (!has(r, 4))
        return 0;
    r->at += 4;
    return files_get32(r->at - 4);
}

static uint64_t read_u64(struct reader *r)
{
    if (!has(r, 8))
        return 0;
    r->at += 8;
    return files_get64(r->at - 8);
}

static struct piece read_piece(struct reader *r)
{
    size_t len = read_u32(r);
    if (!has(r, len))
        return (struct piece){"", 0};
    r->at += len;
    return (struct piece){(const char *)r->at - len, len};
}

struct attrs {
    bool has_size, has_time;
    uint64_t size;
    uint32_t time;
};

static struct attrs read_attrs(struct reader *r)
{
    struct attrs a = {0};
    uint32_t flags = read_u32(r);
    if (flags & ATTR_SIZE) {
        a.has_size = true;
        a.size = read_u64(r);
    }
    if (flags & ATTR_OWNER)
        read_u64(r);
    if (flags & ATTR_MODE)
        read_u32(r);
    if (flags & ATTR_TIMES) {
        read_u32(r);
        a.has_time = true;
        a.time = read_u32(r);
    }
    if (flags & 0x80000000u)
        for (uint32_t n = read_u32(r); n > 0 && !r->bad; n--) {
            read_piece(r);
            read_piece(r);
        }
    return a;
}

/* --- packets for the client ---------------------------------------------------------------------------------------------------------- */

static void begin_packet(struct buf *out, enum packet_type type, uint32_t id, size_t body)
{
    unsigned char head[LENGTH_BYTES + 1 + 4];
    files_put32(head, (uint32_t)(1 + 4 + body));
    head[LENGTH_BYTES] = (unsigned char)type;
    files_put32(head + LENGTH_BYTES + 1, id);
    buf_append(out, head, sizeof head);
}

static void put_u32(struct buf *out, uint32_t n)
{
    unsigned char bytes[4];
    files_put32(bytes, n);
    buf_append(out, bytes, sizeof bytes);
}

static void put_u64(struct buf *out, uint64_t n)
{
    unsigned char bytes[8];
    files_put64(bytes, n);
    buf_append(out, bytes, sizeof bytes);
}

static void put_piece(struct buf *out, const void *text, size_t len)
{
    put_u32(out, (uint32_t)len);
    buf_append(out, text, len);
}

static void put_status(struct buf *out, uint32_t id, uint32_t status, const char *words, size_t len)
{
    static const char language[] = "";
    begin_packet(out, STATUS, id, 4 + 4 + len + 4);
    put_u32(out, status);
    put_piece(out, words, len);
    put_piece(out, language, 0);
}

static void put_attrs(struct buf *out, const struct files_attrs *a)
{
    put_u32(out, ATTR_SIZE | ATTR_MODE | ATTR_TIMES);
    put_u64(out, a->size);
    put_u32(out, a->mode);
    put_u32(out, a->time);
    put_u32(out, a->time);
}
enum { ATTRS_WIRE_BYTES = 4 + 8 + 4 + 4 + 4 };

static void say(const struct sftp *s, struct buf *out, uint32_t id, enum said what)
{
    const char *words = texts[what].words[s->lang];
    put_status(out, id, texts[what].status, words, strlen(words));
}

/* --- paths --------------------------------------------------------------------------------------------------------------------------- */

/* The path from the root on, without ".", "..", doubled slashes. Relative ones begin at the root. False: longer than allowed, or not UTF-8. */
static bool clean_path(struct piece path, char out[FILES_PATH_MAX + 1], struct piece *clean)
{
    size_t len = 0;
    if (path.len > FILES_PATH_MAX - 1 || !utf8_is_valid(path.text, path.len) || memchr(path.text, '\0', path.len))
        return false;
    for (size_t i = 0; i < path.len;) {
        while (i < path.len && path.text[i] == '/')
            i++;
        size_t start = i;
        while (i < path.len && path.text[i] != '/')
            i++;
        size_t n = i - start;
        if (n == 0 || (n == 1 && path.text[start] == '.'))
            continue;
        if (n == 2 && memcmp(path.text + start, "..", 2) == 0) {
            while (len > 0 && out[--len] != '/')
                ;
            continue;
        }
        out[len++] = '/';
        memcpy(out + len, path.text + start, n);
        len += n;
    }
    if (len == 0)
        out[len++] = '/';
    *clean = (struct piece){out, len};
    return true;
}

/* --- packets of the client ----------------------------------------------------------------------------------------------------------- */

struct request {
    struct sftp *s;
    uint32_t id;
    enum packet_type type;
    struct reader r;
    struct buf *to_core, *to_client;
};

static void to_core(struct request *q, struct files_request *f)
{
    f->id = q->id;
    files_request_write(q->to_core, f);
    q->s->waiting++;
}

/* One path and what else is known; answers a path that is none. */
static void with_path(struct request *q, struct piece path, struct files_request f)
{
    char room[FILES_PATH_MAX + 1];
    struct piece clean;
    if (!clean_path(path, room, &clean)) {
        say(q->s, q->to_client, q->id, SAID_BAD_PATH);
        return;
    }
    f.path = clean.text;
    f.path_len = clean.len;
    to_core(q, &f);
}

/* Handles are ours: four bytes. */
static void with_handle(struct request *q, struct piece handle, struct files_request f)
{
    if (handle.len != 4) {
        say(q->s, q->to_client, q->id, SAID_NO_HANDLE);
        return;
    }
    f.handle = files_get32((const unsigned char *)handle.text);
    to_core(q, &f);
}

/* Every packet ends where its last field does. */
static bool is_whole(struct request *q)
{
    if (!q->r.bad && q->r.at == q->r.end)
        return true;
    say(q->s, q->to_client, q->id, SAID_MALFORMED);
    return false;
}

static void take_open(struct request *q)
{
    static const struct {
        uint32_t flag;
        enum files_open means;
    } rows[] = {{FXF_READ, FILES_READS},    {FXF_WRITE, FILES_WRITES},  {FXF_APPEND, FILES_APPENDS},
                {FXF_CREAT, FILES_CREATES}, {FXF_TRUNC, FILES_EMPTIES}, {FXF_EXCL, FILES_IS_NEW}};
    struct piece path = read_piece(&q->r);
    uint32_t flags = read_u32(&q->r), how = 0;
    struct attrs a = read_attrs(&q->r);
    if (!is_whole(q))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        how |= flags & rows[i].flag ? rows[i].means : 0;
    /* A client that knows the size says it: what is too large is then refused before any of it is sent. */
    with_path(q, path, (struct files_request){.op = FILES_OPEN, .count = how, .offset = a.has_size ? a.size : 0});
}

static void take_write(struct request *q)
{
    struct piece handle = read_piece(&q->r);
    uint64_t offset = read_u64(&q->r);
    struct piece data = read_piece(&q->r);
    if (!is_whole(q))
        return;
    if (data.len > FILES_DATA_MAX)
        say(q->s, q->to_client, q->id, SAID_MALFORMED);
    else
        with_handle(q, handle, (struct files_request){.op = FILES_WRITE, .offset = offset, .data = data.text, .data_len = data.len});
}

static void take_read(struct request *q)
{
    struct piece handle = read_piece(&q->r);
    uint64_t offset = read_u64(&q->r);
    uint32_t count = read_u32(&q->r);
    if (is_whole(q))
        with_handle(q, handle, (struct files_request){.op = FILES_READ, .offset = offset, .count = count < READ_MAX ? count : READ_MAX});
}

static void take_setstat(struct request *q)
{
    unsigned char time[4];
    struct piece what = read_piece(&q->r);
    struct attrs a = read_attrs(&q->r);
    if (!is_whole(q))
        return;
    files_put32(time, a.time);
    struct files_request f = {.op = q->type == SETSTAT ? FILES_SETSTAT : FILES_FSETSTAT, .offset = a.size,
                              .count = (a.has_size ? FILES_SET_SIZE : 0u) | (a.has_time ? FILES_SET_TIME : 0u), .data = time, .data_len = sizeof time};
    if (q->type == SETSTAT)
        with_path(q, what, f);
    else
        with_handle(q, what, f);
}

static void take_path(struct request *q, enum files_op op)
{
    struct piece path = read_piece(&q->r);
    if (is_whole(q))
        with_path(q, path, (struct files_request){.op = op});
}

static void take_handle(struct request *q, enum files_op op)
{
    struct piece handle = read_piece(&q->r);
    if (is_whole(q))
        with_handle(q, handle, (struct files_request){.op = op});
}

static void take_rename(struct request *q, bool over)
{
    char room[2][FILES_PATH_MAX + 1];
    struct piece from = read_piece(&q->r), to = read_piece(&q->r);
    if (!is_whole(q))
        return;
    if (!clean_path(from, room[0], &from) || !clean_path(to, room[1], &to)) {
        say(q->s, q->to_client, q->id, SAID_BAD_PATH);
        return;
    }
    struct files_request f = {.op = FILES_RENAME, .count = over, .path = from.text, .path_len = from.len, .path2 = to.text, .path2_len = to.len};
    to_core(q, &f);
}

static void take_realpath(struct request *q)
{
    char room[FILES_PATH_MAX + 1];
    struct piece path = read_piece(&q->r), clean;
    if (!is_whole(q))
        return;
    if (!clean_path(path, room, &clean)) {
        say(q->s, q->to_client, q->id, SAID_BAD_PATH);
        return;
    }
    begin_packet(q->to_client, NAME, q->id, 4 + 4 + clean.len + 4 + clean.len + 4);
    put_u32(q->to_client, 1);
    put_piece(q->to_client, clean.text, clean.len);
    put_piece(q->to_client, clean.text, clean.len);
    put_u32(q->to_client, 0); /* no attributes */
}

static bool is_word(struct piece p, const char *word) { return p.len == strlen(word) && memcmp(p.text, word, p.len) == 0; }

static void tell_limits(struct request *q)
{
    if (!is_whole(q))
        return;
    begin_packet(q->to_client, EXTENDED_REPLY, q->id, 4 * 8);
    put_u64(q->to_client, SFTP_PACKET_MAX);
    put_u64(q->to_client, READ_MAX);
    put_u64(q->to_client, READ_MAX);
    put_u64(q->to_client, HANDLES_TOLD);
}

static void take_extended(struct request *q)
{
    struct piece name = read_piece(&q->r);
    if (is_word(name, "posix-rename@openssh.com"))
        take_rename(q, true);
    else if (is_word(name, "statvfs@openssh.com"))
        take_path(q, FILES_STATVFS);
    else if (is_word(name, "fsync@openssh.com"))
        take_handle(q, FILES_FSYNC);
    else if (is_word(name, "limits@openssh.com"))
        tell_limits(q);
    else
        say(q->s, q->to_client, q->id, q->r.bad ? SAID_MALFORMED : SAID_UNSUPPORTED);
}

static void take_request(struct request *q)
{
    switch (q->type) {
    case OPEN: take_open(q); break;
    case CLOSE: take_handle(q, FILES_CLOSE); break;
    case READ: take_read(q); break;
    case WRITE: take_write(q); break;
    case LSTAT:
    case STAT: take_path(q, FILES_STAT); break;
    case FSTAT: take_handle(q, FILES_FSTAT); break;
    case SETSTAT:
    case FSETSTAT: take_setstat(q); break;
    case OPENDIR: take_path(q, FILES_OPENDIR); break;
    case READDIR: take_handle(q, FILES_READDIR); break;
    case REMOVE: take_path(q, FILES_REMOVE); break;
    case MKDIR:
    case RMDIR: say(q->s, q->to_client, q->id, SAID_NO_FOLDERS); break;
    case REALPATH: take_realpath(q); break;
    case RENAME: take_rename(q, false); break;
    case READLINK:
    case SYMLINK: say(q->s, q->to_client, q->id, SAID_NO_LINKS); break;
    case EXTENDED: take_extended(q); break;
    default: say(q->s, q->to_client, q->id, SAID_UNSUPPORTED); break;
    }
}

static bool say_hello(struct sftp *s, struct reader *r, struct buf *out)
{
    static const char *const extensions[][2] = {{"posix-rename@openssh.com", "1"}, {"statvfs@openssh.com", "2"},
                                                {"fsync@openssh.com", "1"}, {"limits@openssh.com", "1"}};
    size_t body = 4;
    if (read_u32(r) < PROTOCOL || r->bad || s->said_hello)
        return false;
    s->said_hello = true;
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        body += 8 + strlen(extensions[i][0]) + strlen(extensions[i][1]);
    put_u32(out, (uint32_t)(1 + body));
    buf_putc(out, VERSION);
    put_u32(out, PROTOCOL);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        put_piece(out, extensions[i][0], strlen(extensions[i][0]));
        put_piece(out, extensions[i][1], strlen(extensions[i][1]));
    }
    return true;
}

/* A whole packet lies in s->packet. */
static bool take_packet(struct sftp *s, struct buf *to_core, struct buf *to_client)
{
    const unsigned char *bytes = (const unsigned char *)s->packet.data;
    struct request q = {.s = s, .type = bytes[LENGTH_BYTES], .to_core = to_core, .to_client = to_client,
                        .r = {.at = bytes + LENGTH_BYTES + 1, .end = bytes + s->packet.len}};
    if (q.type == INIT)
        return say_hello(s, &q.r, to_client);
    if (!s->said_hello)
        return false;
    q.id = read_u32(&q.r);
    if (q.r.bad)
        return false; /* without a number there is nothing to answer */
    take_request(&q);
    return true;
}

long sftp_take(struct sftp *s, const char *bytes, size_t len, struct buf *to_core, struct buf *to_client)
{
    size_t taken = 0;
    if (s->waiting >= SFTP_REQUESTS_MAX)
        return 0;
    if (s->packet.len < LENGTH_BYTES) {
        taken = LENGTH_BYTES - s->packet.len < len ? LENGTH_BYTES - s->packet.len : len;
        buf_append(&s->packet, bytes, taken);
        if (s->packet.len < LENGTH_BYTES)
            return (long)taken;
    }
    size_t size = files_get32((const unsigned char *)s->packet.data);
    if (size == 0 || size > SFTP_PACKET_MAX)
        return -1;
    size_t missing = LENGTH_BYTES + size - s->packet.len, n = missing < len - taken ? missing : len - taken;
    buf_append(&s->packet, bytes + taken, n);
    if (n < missing)
        return (long)(taken + n);
    bool ok = take_packet(s, to_core, to_client);
    buf_consume(&s->packet, s->packet.len);
    return ok ? (long)(taken + n) : -1;
}

/* --- answers of the core ------------------------------------------------------------------------------------------------------------- */

/* As `ls -l` writes it: some clients show nothing else. */
static size_t long_name(char *out, size_t size, const char *name, size_t len, const struct files_attrs *a)
{
    char when[24] = "";
    time_t at = (time_t)a->time;
    struct tm tm;
    bool is_folder = (a->mode & 0170000) == 0040000;
    if (gmtime_r(&at, &tm))
        strftime(when, sizeof when, time(NULL) - at > 180 * 86400 ? "%b %e  %Y" : "%b %e %H:%M", &tm);
    int n = snprintf(out, size, "%c%c%c-------    1 gorod    gorod    %10llu %s %.*s", is_folder ? 'd' : '-', a->mode & 0400 ? 'r' : '-',
                     a->mode & 0200 ? 'w' : '-', (unsigned long long)a->size, when, (int)len, name);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* Names come as pairs of name and attributes. False when the frame is cut. */
static bool answer_names(uint32_t id, const unsigned char *body, size_t len, struct buf *out)
{
    char line[NAME_BYTES_MAX + 100];
    size_t start = out->len;
    uint32_t count = 0;
    begin_packet(out, NAME, id, 0);
    put_u32(out, 0);
    while (len > 0) {
        size_t name = len < 2 ? SIZE_MAX : files_get16(body);
        if (name > NAME_BYTES_MAX || len < 2 + name + FILES_ATTRS_BYTES)
            return false;
        struct files_attrs a = files_attrs_get(body + 2 + name);
        put_piece(out, body + 2, name);
        put_piece(out, line, long_name(line, sizeof line, (const char *)body + 2, name, &a));
        put_attrs(out, &a);
        body += 2 + name + FILES_ATTRS_BYTES;
        len -= 2 + name + FILES_ATTRS_BYTES;
        count++;
    }
    if (out->overflow)
        return false;
    if (count == 0) {
        out->len = start;
        put_status(out, id, FILES_EOF, "", 0);
        return true;
    }
    files_put32((unsigned char *)out->data + start, (uint32_t)(out->len - start - LENGTH_BYTES));
    files_put32((unsigned char *)out->data + start + LENGTH_BYTES + 1 + 4, count);
    return true;
}

static void answer_space(uint32_t id, const unsigned char *body, struct buf *out)
{
    uint64_t bytes = files_get64(body), free_bytes = files_get64(body + 8), files = files_get64(body + 16), free_files = files_get64(body + 24);
    const uint64_t fields[] = {BLOCK_BYTES, BLOCK_BYTES, bytes / BLOCK_BYTES, free_bytes / BLOCK_BYTES, free_bytes / BLOCK_BYTES,
                               files, free_files, free_files, 0, 2 /* no set-uid */, NAME_BYTES_MAX};
    begin_packet(out, EXTENDED_REPLY, id, sizeof fields);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        put_u64(out, fields[i]);
}

static bool answer(const struct files_answer *a, struct buf *out)
{
    struct files_attrs attrs;
    switch (a->kind) {
    case FILES_STATUS: put_status(out, a->id, files_get32(a->body), (const char *)a->body + 4, a->len - 4); return true;
    case FILES_HANDLE:
        begin_packet(out, HANDLE, a->id, 4 + 4);
        put_piece(out, a->body, 4);
        return true;
    case FILES_DATA:
        if (a->len == 0) {
            put_status(out, a->id, FILES_EOF, "", 0);
            return true;
        }
        begin_packet(out, DATA, a->id, 4 + a->len);
        put_piece(out, a->body, a->len);
        return true;
    case FILES_ATTRS:
        attrs = files_attrs_get(a->body);
        begin_packet(out, ATTRS, a->id, ATTRS_WIRE_BYTES);
        put_attrs(out, &attrs);
        return true;
    case FILES_NAMES: return answer_names(a->id, a->body, a->len, out);
    case FILES_SPACE: answer_space(a->id, a->body, out); return true;
    default: return false;
    }
}

bool sftp_answer(struct sftp *s, struct buf *from_core, struct buf *to_client)
{
    size_t done = 0, len;
    struct files_answer a;
    bool ok = true;
    while (ok && (len = files_frame(from_core->data + done, from_core->len - done, FILES_FRAME_MAX)) != 0) {
        ok = len != SIZE_MAX && s->waiting > 0 && files_answer_read(from_core->data + done, len, &a) && answer(&a, to_client) && !to_client->overflow;
        s->waiting--;
        done += ok ? len : 0;
    }
    buf_consume(from_core, done);
    return ok;
}
