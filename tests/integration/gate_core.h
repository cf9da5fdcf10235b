/* A core for testing the gate alone: a process that answers gate.* on a Unix socket and echoes whatever comes over session connections.
 *
 * It knows one account, «анна», with the password GATE_PASSWORD and the keys it is given. What it was asked is counted in memory that
 * the test sees too. */
#pragma once
#include <stdatomic.h>
#include <sys/types.h>

#define GATE_USER "анна"
#define GATE_PASSWORD "пароль с пробелом"
#define GATE_SECRET "5ec2e75ec2e75ec2e75ec2e75ec2e7"
#define GATE_TICKET "ticket-of-anna"

struct gate_counts {
    atomic_int hellos, strangers /* hellos with a wrong secret */, probes, logins, refusals, resumes, opens, drafts;
    char peer[64];            /* of the last hello */
    atomic_int open_delay_ms; /* set by the test: how long a session takes to open */
};

/* Memory shared between the test and its cores. */
struct gate_counts *gate_counts_new(void);
void gate_counts_free(struct gate_counts *counts);
/* Starts a core that knows these public keys (base64 of the wire form, NULL at the end). Listens when it returns. End it with kill(2). */
pid_t gate_core_start(const char *socket_path, struct gate_counts *shared, const char *const *blobs);
