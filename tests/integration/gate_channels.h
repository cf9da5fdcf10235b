/* The second half of test_gate: what happens inside a connection. Returns the number of failed tests. */
#pragma once
int gate_channel_tests(void);
