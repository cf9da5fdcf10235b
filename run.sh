#!/usr/bin/env bash
# From a fresh clone to a running gorod: ./run.sh demo | test | lint | build | bench   (./run.sh --help)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
demo_home=/var/lib/gorod-demo   # where root works when the server's user cannot reach this folder
jobs=$(nproc 2>/dev/null || echo 2)

# Debian packages: what builds, runs and tests gorod; then what the benchmarks compare with, and what reads the code.
packages=(
  gcc libc6-dev meson ninja-build pkgconf python3 gettext
  libssh-dev libssl-dev libncurses-dev libpq-dev libyaml-dev libjansson-dev libsodium-dev libseccomp-dev libmagic-dev libcurl4-openssl-dev zlib1g-dev
  libpango1.0-dev libcairo2-dev libxlsxwriter-dev fonts-liberation2
  libcmocka-dev libvterm-dev
  postgresql poppler-utils chafa openssh-client sshfs lftp rclone putty-tools dropbear-bin python3-paramiko ssh-audit ncurses-term tzdata
)
bench_packages=(openssh-server openssh-sftp-server vim)
lint_packages=(clang-tidy-14)

usage() {
  cat <<TXT
Usage: ./run.sh COMMAND

  demo [--headless] [--port N] [--state DIR] [--user LOGIN]
         build, start a server with demo data, open its screen over ssh; leaving the screen stops the server, the data stays
         --headless   serve in the foreground, print the ready line and the ssh commands
         --port N     SSH port (2222)
         --state DIR  where the data stands (var)
         --user LOGIN who to log in as (clerk)
  test   build with sanitizers and run every test; the last line counts them
  lint   what clang-tidy says of the code (.clang-tidy); nothing when all is well
  build  optimized programs in build/
  bench [NAME]
         the benchmarks, each beside its baseline

Missing Debian packages are installed first (with sudo when you are not root).
TXT
}

say() { printf '%s\n' "run.sh: $*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }

# ---- packages ----

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

missing_packages() {
  local installed name
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || true
  for name; do
    [ "$name" = postgresql ] && have_postgres && continue
    grep -qxF -- "$name" <<<"$installed" || printf '%s\n' "$name"
  done
}

# Runs as root. No service is started and no cluster made: gorod keeps a PostgreSQL of its own, and nobody asked for an sshd.
install_script='
set -e
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
made=()
trap '\''rm -f "${made[@]}"'\'' EXIT
put() { [ -e "$1" ] || { mkdir -p "$(dirname "$1")"; made+=("$1"); printf "%b" "$2" >"$1"; chmod "$3" "$1"; }; }
put /etc/postgresql-common/createcluster.d/gorod.conf "create_main_cluster = false\n" 644
put /usr/sbin/policy-rc.d "#!/bin/sh\nexit 101\n" 755
get() { apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"; }
get "$@" || { apt-get -qq -o DPkg::Lock::Timeout=300 update && get "$@"; }
'

install_packages() {
  local missing
  command -v dpkg-query >/dev/null || die 69 "this is not Debian; install by hand what stands in the list 'packages' of run.sh"
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${missing[*]}"
  if [ "$(id -u)" -eq 0 ]; then
    bash -c "$install_script" install "${missing[@]}" </dev/null >&2 || die 69 "apt-get could not install them: see its message above"
  elif command -v sudo >/dev/null; then
    sudo bash -c "$install_script" install "${missing[@]}" </dev/null >&2 || die 69 "they could not be installed: see the message above"
  else
    die 69 "you are not root and there is no sudo; as root run: apt-get install ${missing[*]}"
  fi
}

# ---- a folder that the server's user can reach ----

server_user() { for name in gorod postgres; do id -u "$name" >/dev/null 2>&1 && { echo "$name"; return; }; done; }

# As root the server becomes another user; in a closed folder (/root/...) that user could not run the programs.
move_to_reachable_place() {
  local user
  [ "$(id -u)" -eq 0 ] && [ -z "${GOROD_MOVED:-}" ] || return 0
  user=$(server_user)
  [ -n "$user" ] && ! runuser -u "$user" -- test -r "$root/run.sh" || return 0
  local copy=$demo_home/src
  say "the user $user cannot reach $root: working on a copy in $copy, the data goes to $demo_home/var"
  mkdir -p "$copy"
  chmod 755 "$demo_home" "$copy"
  find "$copy" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
  tar -C "$root" -cf - --exclude=./.git --exclude='./build' --exclude='./build-*' --exclude=./var . | tar -C "$copy" -xf - --no-same-owner
  if [ -d "$root/../shared" ]; then ln -sfn "$(cd "$root/../shared" && pwd -P)" "$demo_home/shared"; fi
  GOROD_MOVED=1 exec "$copy/run.sh" "$@"
}

# ---- building ----

# configure DIR OPTION...: makes the build folder; anew when the options or the place changed.
configure() {
  local dir=$1 want
  shift
  want="$root $*"
  if [ -e "$dir" ] && [ ! -w "$dir" ]; then die 77 "$dir belongs to somebody else: remove it or work as its owner"; fi
  if [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/.options" 2>/dev/null)" = "$want" ]; then return 0; fi
  rm -rf "$dir"
  meson setup "$dir" "$root" "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; rm -f "$dir.log"; rm -rf "$dir"; die 70 "the build could not be configured"; }
  rm -f "$dir.log"
  printf '%s' "$want" >"$dir/.options"
}

# compile DIR [TARGET...]
compile() {
  local dir=$1
  shift
  say "building $(basename "$dir")"
  ninja -C "$dir" -j "$jobs" "$@" >"$dir/build.log" 2>&1 || { grep -v '^\[' "$dir/build.log" | tail -n 60 >&2; die 70 "the build failed; everything it said: $dir/build.log"; }
}

build_release() {
  configure "$root/build" --buildtype=release -Dwerror=true
  compile "$root/build"
}

# ---- test ----

# Reads meson's logs (one JSON object a line) and prints "passed failed skipped": each case of a TAP test counts, another test counts as one.
count_cases='
import json, re, sys
passed = failed = skipped = 0
for path in sys.argv[1:]:
    try:
        lines = open(path, encoding="utf-8", errors="replace").readlines()
    except OSError:
        continue
    for line in lines:
        test = json.loads(line)
        cases = re.findall(r"^(not ok|ok)\b[^\n#]*(#\s*(?:skip|todo)\b)?", test.get("stdout") or "", re.M | re.I)
        bad = sum(1 for word, mark in cases if word == "not ok" and not mark)
        skip = sum(1 for word, mark in cases if mark)
        result = test["result"]
        if not cases:
            skip, good = (1, 0) if result == "SKIP" else (0, 1 if result in ("OK", "EXPECTEDFAIL") else 0)
        else:
            good = len(cases) - bad - skip
        # A program that dies after its last case, leaks or hangs has failed, whatever its cases said.
        if result not in ("OK", "EXPECTEDFAIL", "SKIP") and not bad:
            bad = 1
        passed, failed, skipped = passed + good, failed + bad, skipped + skip
print(passed, failed, skipped)
'

# run_tests DIR MESON-ARGUMENT...: leaves the log where count_cases looks for it.
run_tests() {
  local dir=$1
  shift
  rm -f "$dir/meson-logs/testlog.json"
  "${wrap[@]}" meson test -C "$dir" --no-rebuild --print-errorlogs --num-processes "$jobs" "$@" || tests_ok=no
}

run_test() {
  local passed failed skipped
  tests_ok=yes wrap=(env)
  configure "$root/build-test" --buildtype=debugoptimized -Db_sanitize=address,undefined -Dwerror=true
  compile "$root/build-test"
  configure "$root/build-tsan" --buildtype=debugoptimized -Db_sanitize=thread -Dwerror=true
  run_tests "$root/build-test"
  # The core is the one part with threads: its tests run once more under the thread sanitizer, which wants addresses where it expects them.
  compile "$root/build-tsan" core-tests
  if setarch -R true 2>/dev/null; then wrap=(setarch -R); fi
  run_tests "$root/build-tsan" --suite core
  read -r passed failed skipped < <(python3 -c "$count_cases" "$root"/build-test/meson-logs/testlog.json "$root"/build-tsan/meson-logs/testlog.json)
  if [ "$tests_ok" = no ] && [ "$failed" -eq 0 ]; then failed=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# ---- lint ----

run_lint() {
  local dir=$root/build-lint code=0 generated
  configure "$dir" --buildtype=debugoptimized
  mapfile -t generated < <(ninja -C "$dir" -t targets rule CUSTOM_COMMAND | grep -E '\.(c|h|inc)$')
  compile "$dir" "${generated[@]}"
  say "reading the code"
  run-clang-tidy-14 -quiet -j "$jobs" -p "$dir" >"$dir/lint.log" 2>&1 || code=1
  sed -i 's/\x1b\[[0-9;]*m//g' "$dir/lint.log"
  grep -vE '^(clang-tidy-14 |[0-9]+ warnings? (generated|treated as error)|Suppressed |Use -header-filter|Enabled checks|$)' "$dir/lint.log" || true
  return "$code"
}

# ---- demo ----

demo_logins=(admin clerk head deputy chief executor executor2 controller dispatcher manager analyst)

server() { "$root/build/gorod-server" --state "$state" "$@"; }

# Is a server at work on the folder (then its lock is held)?
is_served() { [ -e "$state/lock" ] && ! flock -n "$state/lock" true 2>/dev/null; }

ready_port() { sed -n 's/^gorod: ready on .*:\([0-9]*\)$/\1/p' "$state/ready" 2>/dev/null; }

start_server() {
  : >"$state/ready"
  # A session of its own: Ctrl+C is for this script, which then stops the server once.
  setsid "$root/build/gorod-server" serve --state "$state" --port "$port" >"$state/ready" 2>>"$state/log" &
  server_pid=$!
  trap stop_server EXIT
  while [ -z "$(ready_port)" ]; do
    if ! kill -0 "$server_pid" 2>/dev/null; then
      local code=0
      wait "$server_pid" || code=$?
      server_pid=
      tail -n 20 "$state/log" | grep -A1 '^gorod-server:' >&2 || tail -n 20 "$state/log" >&2
      die "$code" "the server did not start; its log: $state/log"
    fi
    sleep 0.05
  done
}

stop_server() {
  [ -n "${server_pid:-}" ] || return 0
  kill -TERM "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  server_pid=
}

load_demo_data() {
  # No `| grep -q` here: it leaves at the first match, and with pipefail what was still writing makes a match a failure.
  if [ -e "$state/keys/clerk" ] && [[ $(server appeal list --limit 1 --json) != *'"items":[]'* ]]; then return 0; fi
  say "loading demo data"
  "$root/build/gorod-server" demo-data --state "$state" >&2
}

# ssh_words PORT LOGIN: sets `words` to the ssh command.
ssh_words() {
  local known=$state/known_hosts
  case $known in *[[:space:]]*) known="\"$known\"" ;; esac # ssh takes blanks for the end of a file name
  words=(ssh -p "$1" -i "$state/keys/$2" -o IdentitiesOnly=yes -o "UserKnownHostsFile=$known" -o StrictHostKeyChecking=yes "$2@127.0.0.1")
}

write_known_hosts() { printf '[127.0.0.1]:%s %s\n' "$1" "$(cut -d ' ' -f 1,2 "$state/host_key.pub")" >"$state/known_hosts"; }

print_ssh_commands() {
  local login
  for login in "${demo_logins[@]}"; do
    if [ -e "$state/keys/$login" ]; then
      ssh_words "$1" "$login"
      printf '%q ' "${words[@]}"
      echo
    fi
  done
}

parse_demo() {
  headless=no port=2222 user=clerk state=$root/var
  if [ -n "${GOROD_MOVED:-}" ]; then state=$demo_home/var; fi
  while [ $# -gt 0 ]; do
    case $1 in
      --headless) headless=yes ;;
      --port=* | --state=* | --user=*) declare -g "$(sed 's/^--//; s/=.*//' <<<"${1%%$'\n'*}")=${1#*=}" ;;
      --port | --state | --user) [ $# -gt 1 ] || die 64 "$1 wants a value"; declare -g "${1#--}=$2"; shift ;;
      *) die 64 "demo: no such option: $1 (./run.sh --help)" ;;
    esac
    shift
  done
  [[ $port =~ ^[0-9]+$ ]] && [ "$port" -le 65535 ] || die 64 "--port wants a number from 0 to 65535, not '$port'"
  [ -n "$state" ] || die 64 "--state wants a folder"
}

run_demo() {
  local now_port code=0
  umask 077
  mkdir -p "$state" || die 77 "$state cannot be made: name another folder with --state"
  [ -w "$state" ] || die 77 "$state belongs to somebody else: name another folder with --state"
  state=$(cd "$state" && pwd -P)
  server_pid=
  trap 'exit 0' TERM INT HUP
  if is_served; then
    [ "$headless" = no ] || die 75 "a server runs on $state already"
    say "a server runs on $state already: joining it"
  else
    start_server
    load_demo_data
  fi
  now_port=$(ready_port)
  write_known_hosts "$now_port"
  if [ "$headless" = yes ]; then
    cat "$state/ready"
    print_ssh_commands "$now_port"
    wait "$server_pid" || code=$?
    server_pid=
    exit "$code"
  fi
  [ -e "$state/keys/$user" ] || die 67 "there is no demo user '$user' (no $state/keys/$user); try one of: ${demo_logins[*]}"
  ssh_words "$now_port" "$user"
  "${words[@]}" || code=$?
  if [ "$code" -eq 255 ]; then say "ssh ended with an error; the server's log: $state/log"; fi
  exit "$code"
}

# ---- the commands ----

case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *.UTF-8 | *.utf8 | *.utf-8 | *.UTF8) ;;
  *) unset LC_ALL LC_CTYPE; export LANG=C.UTF-8 ;;
esac

command=${1:-}
case $command in
  demo)
    parse_demo "${@:2}"
    install_packages "${packages[@]}"
    caller=$PWD
    case $state in /*) ;; *) state=$caller/$state ;; esac
    move_to_reachable_place "$@"
    build_release
    run_demo
    ;;
  test)
    install_packages "${packages[@]}"
    move_to_reachable_place "$@"
    run_test
    ;;
  lint)
    install_packages "${packages[@]}" "${lint_packages[@]}"
    run_lint
    ;;
  build)
    install_packages "${packages[@]}"
    build_release
    ;;
  bench)
    install_packages "${packages[@]}" "${bench_packages[@]}"
    move_to_reachable_place "$@"
    build_release
    meson test -C "$root/build" --no-rebuild --benchmark --verbose "${@:2}"
    ;;
  -h | --help | help) usage ;;
  '') usage >&2; exit 64 ;;
  *) usage >&2; die 64 "no such command: $command" ;;
esac
