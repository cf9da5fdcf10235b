/* What the parent of all connections does once, so that no connection does it again. */
#pragma once
/* Lets libcrypto build its tables of algorithms: it makes them at the first use, all of a kind at once, 300 KB and a millisecond and a half
 * that each forked connection would pay for itself. What it cannot do it leaves to the connections. */
void warm_crypto(void);
