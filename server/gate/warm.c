#include "server/gate/warm.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

/* One of each kind is enough to have the table of the kind; keys are tried as a login tries them. */
static void warm_kinds(void)
{
    static const char *const ciphers[] = {"AES-256-CTR", "AES-128-CTR", "AES-256-GCM", "AES-256-ECB", "ChaCha20"};
    static const char *const digests[] = {"SHA256", "SHA384", "SHA512", "SHA1", "MD5"};
    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
        EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, ciphers[i], NULL));
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        EVP_MD_free(EVP_MD_fetch(NULL, digests[i], NULL));
    EVP_MAC_free(EVP_MAC_fetch(NULL, "POLY1305", NULL));
    EVP_MAC_free(EVP_MAC_fetch(NULL, "HMAC", NULL));
    EVP_KDF_free(EVP_KDF_fetch(NULL, OSSL_KDF_NAME_SSHKDF, NULL));
}

static void warm_signatures(void)
{
    unsigned char signature[64], data[32] = {0};
    size_t len = sizeof signature;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (key && md && EVP_DigestSignInit(md, NULL, NULL, NULL, key) == 1 && EVP_DigestSign(md, signature, &len, data, sizeof data) == 1) {
        EVP_MD_CTX_reset(md);
        if (EVP_DigestVerifyInit(md, NULL, NULL, NULL, key) == 1)
            (void)EVP_DigestVerify(md, signature, len, data, sizeof data);
    }
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(key);
}

static void warm_exchange(void)
{
    unsigned char secret[32];
    size_t len = sizeof secret;
    EVP_PKEY *ours = EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), *theirs = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    EVP_PKEY_CTX *exchange = ours ? EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL) : NULL;
    if (theirs && exchange && EVP_PKEY_derive_init(exchange) == 1 && EVP_PKEY_derive_set_peer(exchange, theirs) == 1)
        (void)EVP_PKEY_derive(exchange, secret, &len);
    EVP_PKEY_CTX_free(exchange);
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
}

void warm_crypto(void)
{
    unsigned char bytes[16];
    /* A child notices that it is another process and seeds itself anew (RAND_DRBG(7)). */
    (void)RAND_bytes(bytes, sizeof bytes);
    (void)RAND_priv_bytes(bytes, sizeof bytes);
    OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL);
    warm_kinds();
    warm_signatures();
    warm_exchange();
}
