#include "tui/screens/send.h"
#include "common/utf8.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/form.h"
#include "tui/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A part as base64 fits a line of the protocol and what file.put takes. */
enum { PART_BYTES = 192 * 1024, PART_CHARS = PART_BYTES / 3 * 4 + 1, PATH_CHARS_MAX = 4000, KIB = 1024 };

/* The one file that is on its way. */
static struct upload {
    bool allowed, on;
    int fd;
    int64_t size, sent, upload;
    char name[NAME_MAX + 1], record[40];
    int64_t record_id;
    struct form_screen *form; /* until the server has taken the first part; NULL when the person left it */
} up;

void send_allow(void) { up.allowed = true; }

const char *send_why_not(void)
{
    if (!up.allowed)
        return _("The screens run on the server here: send files by sftp or scp into /inbox, or use gorod-tui --connect");
    return up.on ? _("One file is on its way: wait until it has arrived") : NULL;
}

/* ---- the file ---- */

static const char *why_of(int fault)
{
    switch (fault) {
    case ENOENT: return _("There is no such file on this computer");
    case ENOTDIR: return _("A part of the path is no folder");
    case EACCES:
    case EPERM: return _("You may not read this file");
    case ENAMETOOLONG: return _("The path is too long");
    default: return strerror(fault); // NOLINT(concurrency-mt-unsafe): the screens have one thread
    }
}

/* NULL: it is open in up.fd; else what is wrong with the path. */
static const char *open_file(const char *typed)
{
    char path[PATH_MAX];
    struct stat st;
    const char *home = getenv("HOME"); // NOLINT(concurrency-mt-unsafe): the screens have one thread
    bool of_home = strncmp(typed, "~/", 2) == 0 && home;
    strf(path, sizeof path, "%s%s", of_home ? home : "", of_home ? typed + 1 : typed);
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    /* Without waiting: what looks like a file may be a pipe that nobody writes to. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return why_of(errno);
    const char *why = fstat(fd, &st) != 0                  ? why_of(errno)
                      : S_ISDIR(st.st_mode)                ? _("This is a folder: name one file of it")
                      : !S_ISREG(st.st_mode)               ? _("This is no ordinary file")
                      : st.st_size == 0                    ? _("The file is empty")
                      : !utf8_is_valid(name, strlen(name)) ? _("The name of the file is not in UTF-8: rename it first")
                                                           : NULL;
    if (why) {
        close(fd);
        return why;
    }
    up.fd = fd;
    up.size = st.st_size;
    strf(up.name, sizeof up.name, "%s", name);
    return NULL;
}

static void base64(const unsigned char *data, size_t len, char *out)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        unsigned v = (unsigned)data[i] << 16 | (i + 1 < len ? (unsigned)data[i + 1] << 8 : 0) | (i + 2 < len ? data[i + 2] : 0);
        *out++ = signs[v >> 18];
        *out++ = signs[v >> 12 & 63];
        *out++ = i + 1 < len ? signs[v >> 6 & 63] : '=';
        *out++ = i + 2 < len ? signs[v & 63] : '=';
    }
    *out = '\0';
}

/* ---- the way ---- */

static void end(void)
{
    if (up.on)
        close(up.fd);
    up.on = false;
    up.form = NULL;
}

/* While the form is there, what is wrong is told at its field and can be mended there. */
static void refuse(const char *why)
{
    struct field *f = up.form ? form_field(up.form->form, "path") : NULL;
    if (f)
        strf(f->error, sizeof f->error, "%s", why);
    app_status(STATUS_ERROR, "%s: %s", up.name, why);
    end();
}

static void attached(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    (void)result;
    if (error)
        app_status(STATUS_ERROR, _("The file is in your inbox, but not attached: %s"), error->message);
    else {
        app_status(STATUS_GOOD, _("Attached: %s"), up.name);
        app_refresh_all();
    }
}

static void arrived(const json_t *result)
{
    end();
    app_refresh_all();
    app_status(STATUS_GOOD, _("In your inbox: %s"), js_str(result, "name"));
    if (up.record[0])
        app_call(
            NULL, "file.attach",
            json_pack("{s:s,s:I,s:[I]}", "record", up.record, "id", (json_int_t)up.record_id, "files", (json_int_t)js_int(result, "id")),
            CALL_QUIET | CALL_WRITE, attached, NULL);
}

static void send_part(void);

static void part_taken(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (!up.on)
        return;
    if (error) {
        refuse(error->about[0] ? error->about : error->message);
        return;
    }
    if (up.form) {
        struct screen *screen = up.form->screen;
        up.form = NULL;
        app_pop_now(screen);
    }
    if (up.sent == up.size) {
        arrived(result);
        return;
    }
    up.upload = js_int(result, "upload");
    app_status(STATUS_INFO, _("Being sent: %s, %d %%"), up.name, (int)(up.sent * 100 / up.size));
    send_part();
}

static void send_part(void)
{
    static unsigned char data[PART_BYTES];
    static char text[PART_CHARS];
    int64_t rest = up.size - up.sent;
    size_t want = rest < PART_BYTES ? (size_t)rest : PART_BYTES;
    ssize_t got = pread(up.fd, data, want, up.sent);
    if (got < 0 || (size_t)got != want) {
        refuse(got < 0 ? why_of(errno) : _("The file has become shorter while it was sent: send it again"));
        return;
    }
    base64(data, want, text);
    json_t *params = json_pack("{s:s,s:s,s:I,s:I}", "name", up.name, "content", text, "offset", (json_int_t)up.sent, "size_kib",
                               (json_int_t)((up.size + KIB - 1) / KIB));
    if (up.upload)
        json_object_set_new(params, "upload", json_integer(up.upload));
    up.sent += (int64_t)want;
    if (up.sent < up.size)
        json_object_set_new(params, "more", json_true());
    app_call(NULL, "file.put", params, CALL_QUIET | CALL_WRITE, part_taken, NULL);
}

/* ---- the form ---- */

static const struct meta_param path_param = {.name = "path", .label = "", .type = MT_STRING, .required = true, .max = PATH_CHARS_MAX};

static void send_ready(struct form_screen *fs)
{
    struct field *f = form_add(fs->form, &path_param);
    strf(f->label, sizeof f->label, "%s", _("Path of the file"));
    f->required = true;
}

static bool send_command(struct form_screen *fs, enum command cmd)
{
    if (cmd != CMD_SUBMIT || !fs->form)
        return false;
    struct field *f = form_field(fs->form, "path");
    if (up.on || !form_settle(fs->form) || !form_check(fs->form))
        return true;
    json_t *value = field_value(f);
    const char *why = open_file(json_string_value(value));
    json_decref(value);
    if (why) {
        strf(f->error, sizeof f->error, "%s", why);
        app_status(STATUS_ERROR, "%s", why);
        return true;
    }
    up.on = true;
    up.sent = up.upload = 0;
    up.form = fs;
    send_part();
    return true;
}

static const char *send_label(struct form_screen *fs, enum command cmd)
{
    (void)fs;
    return cmd == CMD_SUBMIT ? _("Send") : NULL;
}

static const char *send_hint(struct form_screen *fs)
{
    const struct field *f = fs->form ? form_focused(fs->form) : NULL;
    return f && f->error[0] ? NULL : _("A path on this computer; ~/ is your home folder. F2: send");
}

static void send_free(struct form_screen *fs)
{
    if (up.form == fs)
        up.form = NULL;
}

static const struct form_extra extra = {
    .ready = send_ready, .command = send_command, .label = send_label, .hint = send_hint, .free = send_free};

void send_open(const char *record, int64_t id, const char *number)
{
    static const struct form_hint hints[] = {{"name", FH_HIDE, NULL}, {"content", FH_HIDE, NULL}, {"size_kib", FH_HIDE, NULL},
                                             {"more", FH_HIDE, NULL}, {"upload", FH_HIDE, NULL},  {"offset", FH_HIDE, NULL},
                                             {NULL, 0, NULL}};
    char title[240];
    const char *why = send_why_not();
    if (why) {
        app_status(STATUS_WARN, "%s", why);
        return;
    }
    strf(up.record, sizeof up.record, "%s", record ? record : "");
    up.record_id = id;
    strf(title, sizeof title, "%s%s%s", _("A file of this computer"), record ? " · " : "", record ? number : "");
    form_open(&(struct form_start){.method = "file.put", .title = title, .draft = "", .hints = hints, .extra = &extra});
}
