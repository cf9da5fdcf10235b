#include "server/gate/auth.h"
#include "common/log.h"
#include "common/utf8.h"
#include "server/config.h"
#include "server/gate/channel.h"
#include "server/gate/control.h"
#include "server/gate/fdpass.h"
#include "server/gate/link.h"
#include "server/gate/options.h"
#include "server/gate/texts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROBES_MAX = 20, /* keys offered and not known: an agent may hold many, and only the right one signs */
    PASSWORD_BYTES_MAX = 1024,
    USERAUTH_REQUEST = 50, /* RFC 4252 */
    REST_MS = 1000,        /* then the screen stands */
};

/* Nobody is known yet, so neither is the language. */
static const char too_many[] = "too many attempts";

static bool is_good_text(const char *s, size_t max)
{
    size_t len = s ? strlen(s) : 0;
    return len > 0 && len < max && utf8_is_valid(s, len);
}

static bool may_try(struct conn *c, const char *user)
{
    c->happened++;
    if (c->tries >= c->config->max_tries || c->probes >= PROBES_MAX)
        conn_close(c, too_many);
    return !c->closing && !c->over && !c->login.done && is_good_text(user, sizeof c->login.name);
}

static int refused(struct conn *c, const char *method, const char *user)
{
    /* The name is a stranger's text: log_line makes its control characters harmless, and it stands last. */
    log_info("login refused peer=%s method=%s try=%d user=%.64s", c->peer, method, c->tries, user);
    if (c->tries >= c->config->max_tries)
        conn_close(c, too_many);
    return SSH_AUTH_DENIED;
}

/* Closes with a word, and says it once before: a client without other keys leaves at the refusal and never sees why. The refusal names a
 * method that asks nobody anything: a person would type a password into a connection that is closed. */
static void say_away(struct conn *c)
{
    const char *words = text_of(TEXT_CORE_AWAY, LANG_EN);
    char line[128];
    snprintf(line, sizeof line, "%s\r\n", words);
    ssh_string text = ssh_string_from_char(line);
    if (text && !c->closing)
        ssh_send_issue_banner(c->ssh, text);
    ssh_string_free(text);
    ssh_set_auth_methods(c->ssh, SSH_AUTH_METHOD_HOSTBASED);
    conn_close(c, words);
}

static bool ask(struct conn *c, const char *method, json_t *params, json_t **result)
{
    struct err err;
    enum control_result verdict = control_ask(c, method, params, c->grace_until, result, &err);
    if (verdict == CONTROL_AWAY || (verdict == CONTROL_REFUSED && err.code == ERR_UNAVAILABLE))
        say_away(c);
    return verdict == CONTROL_OK;
}

static void remember(struct conn *c, const char *user, json_t *result)
{
    const char *ticket = json_string_value(json_object_get(result, "ticket"));
    const char *language = json_string_value(json_object_get(result, "language"));
    const char *login = json_string_value(json_object_get(result, "login"));
    c->login.ticket = strdup(ticket ? ticket : "");
    c->login.lang = language && strncmp(language, "en", 2) == 0 ? LANG_EN : LANG_RU;
    snprintf(c->login.language, sizeof c->login.language, "%s", language ? language : "ru");
    snprintf(c->login.name, sizeof c->login.name, "%s", login ? login : user);
    c->login.done = true;
    ssh_set_log_level(SSH_LOG_NOLOG);
    c->grace_until = 0;
    c->rest_at = clock_ms() + REST_MS;
    fd_send(c->link.fd, &(char){LINK_AUTHENTICATED}, 1, -1);
}

/* Takes over `params`. */
static int log_in(struct conn *c, const char *method, const char *user, json_t *params)
{
    json_t *result;
    if (!ask(c, "gate.login", params, &result)) {
        c->tries++;
        return refused(c, method, user);
    }
    remember(c, user, result);
    json_decref(result);
    log_info("login peer=%s method=%s user=%s", c->peer, method, c->login.name);
    return SSH_AUTH_SUCCESS;
}

static int on_none(ssh_session ssh, const char *user, void *data)
{
    (void)ssh, (void)user;
    struct conn *c = data;
    c->happened++;
    return SSH_AUTH_DENIED;
}

static int on_password(ssh_session ssh, const char *user, const char *password, void *data)
{
    (void)ssh;
    struct conn *c = data;
    if (!may_try(c, user))
        return SSH_AUTH_DENIED;
    if (!is_good_text(password, PASSWORD_BYTES_MAX)) {
        c->tries++;
        return refused(c, "password", user);
    }
    return log_in(c, "password", user, json_pack("{s:s, s:s, s:s}", "login", user, "method", "password", "password", password));
}

/* Would this key open the door? */
static int probe(struct conn *c, const char *user, const char *algorithm, const char *blob)
{
    json_t *result;
    bool known = ask(c, "gate.key", json_pack("{s:s, s:s, s:s}", "login", user, "algorithm", algorithm, "blob", blob), &result) &&
                 json_is_true(json_object_get(result, "allowed"));
    json_decref(result);
    if (known)
        return SSH_AUTH_SUCCESS;
    c->probes++;
    return SSH_AUTH_DENIED;
}

static int on_key(ssh_session ssh, const char *user, struct ssh_key_struct *key, char signature, void *data)
{
    (void)ssh;
    struct conn *c = data;
    char *blob = NULL;
    if (!may_try(c, user) || ssh_pki_export_pubkey_base64(key, &blob) != SSH_OK)
        return SSH_AUTH_DENIED;
    const char *algorithm = ssh_key_type_to_char(ssh_key_type(key));
    int verdict = SSH_AUTH_DENIED;
    if (!options_key_allowed(key, blob))
        c->probes++;
    else if (signature == SSH_PUBLICKEY_STATE_NONE)
        verdict = probe(c, user, algorithm, blob);
    else if (signature == SSH_PUBLICKEY_STATE_VALID)
        verdict = log_in(c, "publickey", user,
                         json_pack("{s:s, s:s, s:s, s:s}", "login", user, "method", "publickey", "algorithm", algorithm, "blob", blob));
    ssh_string_free_char(blob);
    return verdict;
}

/* libssh's GSSAPI code is reachable even with the method off; saying that no mechanism suits keeps everybody out of it. */
static ssh_string on_gssapi(ssh_session ssh, const char *user, int count, ssh_string *mechanisms, void *data)
{
    (void)ssh, (void)user, (void)count, (void)mechanisms, (void)data;
    return NULL;
}

static ssh_channel on_channel(ssh_session ssh, void *data)
{
    (void)ssh;
    return chan_new(data);
}

/* libssh (0.10, and upstream still) drops a request whose signature is wrong or whose key it cannot read: no callback, no answer, and the
 * client would wait for the rest of its grace time. Only the log tells that such a request came. */
static void on_log(int priority, const char *function, const char *text, void *data)
{
    (void)priority, (void)function;
    struct conn *c = data;
    const char *words = "Dispatching handler for packet type ", *at = strstr(text, words);
    if (!at || atoi(at + strlen(words)) != USERAUTH_REQUEST)
        return;
    c->request.open = true;
    c->request.happened = c->happened;
    c->request.out_packets = c->packets.out_packets;
}

void auth_check(struct conn *c)
{
    bool dropped = c->request.open && c->request.happened == c->happened && c->request.out_packets == c->packets.out_packets;
    c->request.open = false;
    if (!dropped || c->login.done)
        return;
    log_info("login refused peer=%s: a wrong signature or an unknown kind of key", c->peer);
    conn_close(c, "the signature is wrong, or the server does not know this kind of key");
}

void auth_begin(struct conn *c)
{
    int methods = SSH_AUTH_METHOD_PUBLICKEY | (c->config->passwords ? SSH_AUTH_METHOD_PASSWORD : 0);
    c->callbacks = (struct ssh_server_callbacks_struct){
        .userdata = c,
        .auth_none_function = on_none,
        .auth_password_function = c->config->passwords ? on_password : NULL,
        .auth_pubkey_function = on_key,
        .gssapi_select_oid_function = on_gssapi,
        .channel_open_request_session_function = on_channel,
    };
    ssh_callbacks_init(&c->callbacks);
    ssh_set_server_callbacks(c->ssh, &c->callbacks);
    ssh_set_auth_methods(c->ssh, methods);
    ssh_set_log_callback(on_log);
    ssh_set_log_userdata(c);
    ssh_set_log_level(SSH_LOG_PACKET);
}
