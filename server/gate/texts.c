#include "server/gate/texts.h"
#include <sysexits.h>

static const int exit_codes[TEXT_COUNT] = {
    [TEXT_NO_TERMINAL] = EX_USAGE,   [TEXT_OLD_SCP] = EX_UNAVAILABLE, [TEXT_NO_SFTP] = EX_DATAERR, [TEXT_CORE_AWAY] = EX_TEMPFAIL, [TEXT_NO_SCREEN] = EX_UNAVAILABLE,
    [TEXT_NO_PROCESS] = EX_TEMPFAIL, [TEXT_BROKEN] = EX_SOFTWARE,      [TEXT_QUOTES] = EX_USAGE,       [TEXT_REFUSED] = EX_NOPERM,
};

static const char *const rows[TEXT_COUNT][2] = {
    [TEXT_NO_TERMINAL] = {"gorod: экран: нужен терминал: войдите с ssh -t или дайте операцию, например: ssh СЕРВЕР appeal list",
                          "gorod: screen: a terminal is needed: use ssh -t, or give an operation, for example: ssh HOST appeal list"},
    [TEXT_OLD_SCP] = {"gorod: файлы: старый протокол scp не обслуживается: уберите -O или возьмите sftp",
                      "gorod: files: the old protocol of scp is not served: leave out -O, or use sftp"},
    [TEXT_NO_SFTP] = {"gorod: файлы: это не SFTP версии 3: возьмите sftp, scp, sshfs, lftp или rclone",
                      "gorod: files: this is no SFTP of version 3: use sftp, scp, sshfs, lftp or rclone"},
    [TEXT_CORE_AWAY] = {"gorod: сервер: запускается или перезапускается: повторите через несколько секунд",
                        "gorod: server: starting or restarting: try again in a few seconds"},
    [TEXT_NO_SCREEN] = {"gorod: экран: программа gorod-tui не установлена: сообщите администратору",
                        "gorod: screen: the program gorod-tui is not installed: tell the administrator"},
    [TEXT_NO_PROCESS] = {"gorod: сервер: не хватает ресурсов: повторите позже", "gorod: server: out of resources: try again later"},
    [TEXT_BROKEN] = {"gorod: программа: аварийно завершилась: сообщите администратору время и действие",
                     "gorod: program: ended by a fault: tell the administrator the time and what was done"},
    [TEXT_QUOTES] = {"gorod: команда: незакрытая кавычка или слишком много слов: исправьте и повторите",
                     "gorod: command: an open quote or too many words: correct it and try again"},
    [TEXT_REFUSED] = {"gorod: вход: сервер закрыл доступ: войдите заново или обратитесь к администратору",
                      "gorod: login: the server has withdrawn access: log in again or ask the administrator"},
};

const char *text_of(enum text text, enum lang lang) { return rows[text][lang]; }

int text_exit_code(enum text text) { return exit_codes[text]; }
