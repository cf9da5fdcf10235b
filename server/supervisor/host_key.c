#include "server/supervisor/host_key.h"
#include "server/cli/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <libssh/libssh.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_public(ssh_key key, const char *path)
{
    char file[PATH_MAX + 8], *base64 = NULL;
    snprintf(file, sizeof file, "%s.pub", path);
    if (access(file, F_OK) == 0)
        return true;
    FILE *out = ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK ? fopen(file, "we") : NULL;
    bool ok = out && fprintf(out, "%s %s gorod\n", ssh_key_type_to_char(ssh_key_type(key)), base64) > 0;
    if (out && fclose(out) != 0)
        ok = false;
    ssh_string_free_char(base64);
    return ok;
}

static bool sync_file(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Written beside and renamed: a key cut short by a full disk would lock everybody out. */
static bool make(const char *path, struct fault *f)
{
    char fresh[PATH_MAX + 8];
    ssh_key key = NULL;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    bool ok = ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK &&
              ssh_pki_export_privkey_file(key, NULL, NULL, NULL, fresh) == SSH_OK && chmod(fresh, 0600) == 0 && sync_file(fresh) &&
              rename(fresh, path) == 0 && write_public(key, path);
    ssh_key_free(key);
    if (ok)
        return true;
    unlink(fresh);
    return fault_set(f, EXIT_AWAY, CLI_TR("Проверьте место на диске и права", "Check the room on the disk and the permissions"),
                     CLI_TR("%s: ключ сервера не записывается: %s", "%s: the server's key cannot be written: %s"), path, strerror(errno));
}

bool host_key_ensure(const char *path, struct fault *f)
{
    ssh_key key = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return make(path, f);
    bool ok = ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) == SSH_OK && write_public(key, path);
    ssh_key_free(key);
    if (ok && chmod(path, 0600) == 0)
        return true;
    return fault_set(f, EXIT_CONFIGURATION,
                     CLI_TR("Восстановите ключ из копии; если уберёте файл, будет создан новый, и клиенты увидят предупреждение",
                            "Bring the key back from a copy; if you move the file away a new one is made, and clients will see a warning"),
                     CLI_TR("%s: это не закрытый ключ SSH без пароля", "%s: not an SSH private key without a passphrase"), path);
}
