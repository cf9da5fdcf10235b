/* Who is at the keyboard and how they like the screen: session.whoami, and settings kept on the server under their name. */
#pragma once
/* Asks the server; language, time zone and look follow the answer. */
void me_start(void);
/* The person's own account has changed (rights, language): asks again, and all words with it. */
void me_changed(void);
