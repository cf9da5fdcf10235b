#include "server/gate/options.h"
#include <string.h>

/* Clean under ssh-audit: no NIST curves in the key exchange, no MAC that is not encrypt-then-MAC. */
static const char key_exchange[] = "curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,"
                                   "diffie-hellman-group18-sha512";
static const char ciphers[] =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr";
static const char macs[] = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com";
static const char host_keys[] = "ssh-ed25519";
static const char user_keys[] = "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
                                "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256";
/* Compression helps slow lines; the kind that begins before the login does not exist here. */
static const char compression[] = "zlib@openssh.com,none";

enum { RSA_BITS_MIN = 2048 };

static bool set_algorithms(ssh_bind bind)
{
    const struct {
        enum ssh_bind_options_e option;
        const char *value;
    } rows[] = {
        {SSH_BIND_OPTIONS_KEY_EXCHANGE, key_exchange},
        {SSH_BIND_OPTIONS_CIPHERS_C_S, ciphers},
        {SSH_BIND_OPTIONS_CIPHERS_S_C, ciphers},
        {SSH_BIND_OPTIONS_HMAC_C_S, macs},
        {SSH_BIND_OPTIONS_HMAC_S_C, macs},
        {SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, host_keys},
        {SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, user_keys},
        {SSH_BIND_OPTIONS_BANNER, "gorod"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (ssh_bind_options_set(bind, rows[i].option, rows[i].value) < 0)
            return false;
    /* Otherwise /etc/ssh/libssh_server_config would be obeyed. */
    bool process_config = false;
    int rsa_bits = RSA_BITS_MIN;
    return ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &process_config) == 0 &&
           ssh_bind_options_set(bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &rsa_bits) == 0;
}

static bool import_host_key(ssh_bind bind, const char *file, struct err *err)
{
    ssh_key key = NULL;
    if (ssh_pki_import_privkey_file(file, NULL, NULL, NULL, &key) != SSH_OK)
        return err_set(err, ERR_INTERNAL,
                       "host key %s: not a readable private key without a passphrase; make one with ssh-keygen -t ed25519", file);
    if (ssh_key_type(key) != SSH_KEYTYPE_ED25519) {
        ssh_key_free(key);
        return err_set(err, ERR_INTERNAL, "host key %s: must be ed25519; make one with ssh-keygen -t ed25519", file);
    }
    if (ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) < 0) {
        ssh_key_free(key);
        return err_set(err, ERR_INTERNAL, "host key %s: %s", file, ssh_get_error(bind));
    }
    return true;
}

ssh_bind options_bind_new(const char *host_key_file, struct err *err)
{
    ssh_bind bind = ssh_bind_new();
    if (!bind) {
        err_set(err, ERR_INTERNAL, "libssh: out of memory");
        return NULL;
    }
    if (!set_algorithms(bind))
        err_set(err, ERR_INTERNAL, "libssh %s: %s", ssh_version(0), ssh_get_error(bind));
    else if (import_host_key(bind, host_key_file, err))
        return bind;
    ssh_bind_free(bind);
    return NULL;
}

void options_session(ssh_session session)
{
    ssh_options_set(session, SSH_OPTIONS_COMPRESSION_C_S, compression);
    ssh_options_set(session, SSH_OPTIONS_COMPRESSION_S_C, compression);
    ssh_set_blocking(session, 0);
}

bool options_key_allowed(ssh_key key, const char *base64)
{
    switch (ssh_key_type(key)) {
    case SSH_KEYTYPE_ED25519:
    case SSH_KEYTYPE_SK_ED25519:
    case SSH_KEYTYPE_ECDSA_P256:
    case SSH_KEYTYPE_ECDSA_P384:
    case SSH_KEYTYPE_ECDSA_P521:
    case SSH_KEYTYPE_SK_ECDSA: return true;
    case SSH_KEYTYPE_RSA: return strlen(base64) / 4 * 3 > RSA_BITS_MIN / 8; /* the modulus fills nearly all of it */
    default: return false;
    }
}
