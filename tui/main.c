/* gorod-tui: the screens of gorod on a terminal. */
#include "common/proto.h"
#include "tui/app.h"
#include "tui/i18n.h"
#include "tui/screens/send.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/transport.h"
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum { BOARD_AGAIN_S = 3 };
enum { OPT_BROKER = 256, OPT_BOARD, OPT_CONNECT, OPT_STATE, OPT_VERSION, OPT_WIRE };

static const struct option options[] = {
    {"board", no_argument, NULL, OPT_BOARD},
    {"broker", required_argument, NULL, OPT_BROKER}, {"connect", required_argument, NULL, OPT_CONNECT},
    {"state", required_argument, NULL, OPT_STATE},   {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},     {"wire", required_argument, NULL, OPT_WIRE},
    {NULL, 0, NULL, 0},
};

static void usage(void)
{
    puts(_("Usage: gorod-tui [OPTION]...\n"
           "The screens of gorod: my day, correspondents, appeals, assignments.\n"
           "\n"
           "  --connect [USER@]HOST[:PORT]  over ssh, with your keys and known hosts\n"
           "  --state DIR                   the installation on this machine (default: GOROD_STATE, else var/)\n"
           "  --board                       the wall screen: outages in big digits, no keyboard; tries again for ever\n"
           "  --broker FD, --wire FD        for the gate: sessions, keys and frames come over these descriptors\n"
           "  --help, --version\n"
           "\n"
           "NO_COLOR in the environment turns colours off; GOROD_SSH names another ssh program.\n"
           "F1 inside tells the keys."));
}

static int fail(int code, const char *what, const char *why)
{
    fprintf(stderr, "gorod-tui: %s%s%s\n", what ? what : "", what && *what ? ": " : "", why);
    return code;
}

/* The descriptor that an option names; -1 and `why` when it names none. */
static int descriptor_of(const char *option, const char *number, char *why, size_t size)
{
    char *end;
    long fd = strtol(number, &end, 10);
    if (*number && !*end && fd >= 3 && fd <= 65535)
        return (int)fd;
    strf(why, size, "%s %s: %s", option, number, _("a descriptor from 3 on is needed"));
    return -1;
}

static struct transport *broker_of(const char *number, char *why, size_t size)
{
    int fd = descriptor_of("--broker", number, why, size);
    return fd >= 0 ? transport_broker(fd) : NULL;
}

static struct transport *socket_of(const char *state)
{
    char path[4096];
    const char *env = getenv("GOROD_STATE");
    strf(path, sizeof path, "%s/%s", state ? state : env && *env ? env : "var", PROTO_ADMIN_SOCKET);
    return transport_socket(path);
}

/* A client of the local socket learns before the screen is cleared that nobody is there. */
static bool socket_answers(struct transport *t)
{
    int in, out;
    if (!transport_open(t, &in, &out))
        return false;
    close(in);
    return true;
}

int main(int argc, char **argv)
{
    struct transport *transport = NULL;
    const char *state = NULL, *connect = NULL, *broker = NULL;
    int wire = -1;
    bool board = false;
    char why[400] = "";
    /* Many sessions on one machine: large pieces go back to the system when they are freed. */
    mallopt(M_MMAP_THRESHOLD, 64 * 1024);
    mallopt(M_TOP_PAD, 16 * 1024);
    i18n_start(NULL);
    for (int opt; (opt = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (opt) {
        case OPT_BOARD: board = true; break;
        case OPT_BROKER: broker = optarg; break;
        case OPT_WIRE:
            if ((wire = descriptor_of("--wire", optarg, why, sizeof why)) < 0)
                return fail(EX_USAGE, "", why);
            break;
        case OPT_CONNECT: connect = optarg; break;
        case OPT_STATE: state = optarg; break;
        case 'h': usage(); return EX_OK;
        case OPT_VERSION: puts("gorod-tui " GOROD_VERSION); return EX_OK;
        default: return EX_USAGE;
        }
    }
    if (optind < argc)
        return fail(EX_USAGE, argv[optind], _("no such argument, see --help"));
    transport = broker ? broker_of(broker, why, sizeof why) : connect ? transport_ssh(connect, why, sizeof why) : socket_of(state);
    if (!transport)
        return fail(EX_USAGE, "", why);
    while (board && !broker && !(connect ? transport_login(transport) : socket_answers(transport)))
        sleep(BOARD_AGAIN_S); /* the wall comes up before the server does, after a night without power */
    if (!broker && !connect && !socket_answers(transport)) {
        fail(EX_UNAVAILABLE, transport_trouble(transport), _("is the server running? See --state and --connect in --help"));
        transport_free(&transport);
        return EX_UNAVAILABLE;
    }
    if (!(board && connect) && !transport_login(transport)) {
        transport_free(&transport);
        return fail(EX_UNAVAILABLE, connect, _("no session: ssh has said why above"));
    }
    transport_detach_terminal(transport);
    if (!term_start(wire, why, sizeof why)) {
        transport_free(&transport);
        return fail(EX_UNAVAILABLE, _("terminal"), why);
    }
    /* The screens of a thin client run where the person's files are; those that the gate starts do not. */
    if (connect && !broker)
        send_allow();
    int code = app_run(&(struct app_options){.transport = transport, .board = board});
    term_stop();
    transport_free(&transport);
    return code;
}
