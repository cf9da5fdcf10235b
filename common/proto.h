/* What both programs must agree on about the wire; the prose is docs/architecture.md and docs/PROTOCOL.md. */
#pragma once
#define PROTO_VERSION 1
#define PROTO_LINE_MAX (1024 * 1024)   /* bytes of one line, without the newline */
#define PROTO_ANSWER_MAX (16 * 1024 * 1024)
#define PROTO_LIST_MAX 200
#define PROTO_LIST_DEFAULT 50
#define PROTO_SUBSYSTEM "gorod"
#define PROTO_ADMIN_SOCKET "run/admin.sock"
#define PROTO_GATE_SOCKET "run/gate.sock"
#define PROTO_BROKER_GIVE '+'
#define PROTO_BROKER_ASK '?'
