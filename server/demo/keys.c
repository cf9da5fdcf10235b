/* Keys of the demo logins: STATE/keys/<login>, ed25519 in the format that ssh(1) reads. */
#include "server/demo/town.h"
#include <errno.h>
#include <fcntl.h>
#include <libssh/libssh.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool cannot_write(const char *path, struct err *err) { return err_set(err, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno)); }

static bool write_public(ssh_key key, const char *path, const char *login, const char *base64, struct err *err)
{
    char file[PATH_MAX + 128];
    snprintf(file, sizeof file, "%s.pub", path);
    FILE *out = fopen(file, "we");
    bool ok = out && fprintf(out, "%s %s %s\n", ssh_key_type_to_char(ssh_key_type(key)), base64, login) > 0;
    if (out && fclose(out) != 0)
        ok = false;
    return ok || cannot_write(file, err);
}

/* The library writes where it is told with the rights of the umask, so the folder is closed before the first key is in it. */
static bool make(const char *path, ssh_key *key, struct err *err)
{
    if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, key) != SSH_OK)
        return err_set(err, ERR_INTERNAL, "%s: the key cannot be made", path);
    mode_t old = umask(077);
    errno = 0;
    bool ok = ssh_pki_export_privkey_file(*key, NULL, NULL, NULL, path) == SSH_OK;
    umask(old);
    return (ok && chmod(path, 0600) == 0) || cannot_write(path, err);
}

static bool describe(struct arena *arena, ssh_key key, const char *base64, struct demo_key *out)
{
    unsigned char *hash = NULL;
    size_t len = 0;
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len) != SSH_OK)
        return false;
    char *print = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
    ssh_clean_pubkey_hash(&hash);
    if (!print)
        return false;
    *out = (struct demo_key){.algorithm = arena_strdup(arena, ssh_key_type_to_char(ssh_key_type(key))),
                             .blob = arena_strdup(arena, base64),
                             .fingerprint = arena_strdup(arena, print)};
    ssh_string_free_char(print);
    return true;
}

bool key_ensure(struct arena *arena, const char *state, const char *login, struct demo_key *out, struct err *err)
{
    char dir[PATH_MAX], path[PATH_MAX + 80], *base64 = NULL;
    ssh_key key = NULL;
    snprintf(dir, sizeof dir, "%.*s/keys", PATH_MAX - 8, state);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return cannot_write(dir, err);
    snprintf(path, sizeof path, "%s/%s", dir, login);
    bool ok = access(path, F_OK) == 0
                  ? ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) == SSH_OK ||
                        err_set(err, ERR_UNAVAILABLE, "%s: not an SSH private key without a passphrase; move it away", path)
                  : make(path, &key, err);
    if (ok && ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK)
        ok = err_set(err, ERR_INTERNAL, "%s: no public half", path);
    ok = ok && write_public(key, path, login, base64, err) &&
         (describe(arena, key, base64, out) || err_set(err, ERR_INTERNAL, "%s: no fingerprint", path));
    ssh_string_free_char(base64);
    ssh_key_free(key);
    return ok;
}
