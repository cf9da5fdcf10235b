/* The other parts of test_gate: what happens inside a connection; clients of other makes. They return the number of failed tests. */
#pragma once
int gate_channel_tests(void);
int gate_client_tests(void);
