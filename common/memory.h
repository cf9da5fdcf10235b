/* Memory of programs that live all day in hundreds and do nothing most of the time. */
#pragma once
/* Gives back to the system what was freed in the heap and what lies dead below the caller's stack: reading a terminal's description or
 * exchanging keys goes 30 KB deep once, and a session keeps those pages for the rest of the day. For the first thread, when it is idle:
 * getting pages again costs faults. */
void memory_give_back(void);
