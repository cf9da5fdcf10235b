/* What the gate's parent and a connection child say to each other: one-byte datagrams over a SOCK_SEQPACKET pair. */
#pragma once
#define LINK_CONNECT 'C'       /* child: give me a control connection to the core */
#define LINK_AUTHENTICATED 'A' /* child: somebody has logged in, take me off the list of strangers */
#define LINK_GIVE 'K'          /* parent: here it is (attached), gate.hello has been accepted */
#define LINK_UNAVAILABLE 'U'   /* parent: the core is away */
