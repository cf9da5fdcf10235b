"""A client of the gate by paramiko. Says each step that went well; the first that did not ends it.

paramiko_client.py PORT USER PASSWORD KEYS            logins, commands, a screen, the subsystem
paramiko_client.py PORT USER PASSWORD KEYS N GRANTED  N channels at once on one connection, so many of which are granted
"""
import sys
import threading
import time

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.common import MSG_SERVICE_ACCEPT, cMSG_USERAUTH_REQUEST

ANSWER_S = 20  # far below the gate's grace time: a login that hangs is a fault


class UnknownKey(paramiko.PKey):
    """A kind of key that no server knows."""
    public_blob = None

    def asbytes(self):
        message = paramiko.Message()
        message.add_string("ssh-of-tomorrow")
        message.add_string(b"x" * 32)
        return message.asbytes()

    def get_name(self):
        return "ssh-of-tomorrow"

    def sign_ssh_data(self, data, algorithm=None):
        message = paramiko.Message()
        message.add_string("ssh-of-tomorrow")
        message.add_string(b"y" * 64)
        return message


class Eager(AuthHandler):
    """Sends requests to log in right behind that for the service, as trilead's clients (ConnectBot, Jenkins) do, and notes each answer."""

    def _accepted(self, message):
        pass

    _client_handler_table = {**AuthHandler._client_handler_table, MSG_SERVICE_ACCEPT: _accepted}

    def ask(self, user, method, *fields):
        message = paramiko.Message()
        message.add_byte(cMSG_USERAUTH_REQUEST)
        for text in (user, "ssh-connection", method):
            message.add_string(text)
        for field in fields:
            add = {bool: message.add_boolean, int: message.add_int}.get(type(field), message.add_string)
            add(field)
        self.auth_event = threading.Event()
        self.auth_method = method
        self.transport._send_message(message)

    def is_answered(self):
        assert self.auth_event.wait(ANSWER_S / 2), self.auth_method + " is not answered"
        return self.is_authenticated()


def open_transport(port):
    transport = paramiko.Transport(("127.0.0.1", port))
    transport.start_client(timeout=ANSWER_S)
    transport.auth_timeout = ANSWER_S
    return transport


def read_until(channel, word):
    seen = b""
    while word not in seen:
        piece = channel.recv(65536)
        assert piece, (word, seen)
        seen += piece


def read_to_end(channel):
    return b"".join(iter(lambda: channel.recv(65536), b""))


def log_in_with_each_key(port, user, keys):
    kinds = {"ed25519": paramiko.Ed25519Key, "rsa": paramiko.RSAKey, "ecdsa": paramiko.ECDSAKey}
    for name, kind in kinds.items():
        transport = open_transport(port)
        transport.auth_publickey(user, kind.from_private_key_file(f"{keys}/{name}"))
        assert transport.is_authenticated()
        transport.close()
        print("in by", name)


def be_refused(port, user, keys):
    forged = paramiko.Ed25519Key.from_private_key_file(f"{keys}/stranger")
    sign = forged.sign_ssh_data
    forged.sign_ssh_data = lambda data, algorithm=None: sign(data + b"!")
    for name, key in {"unknown kind": UnknownKey(), "wrong signature": forged}.items():
        transport = open_transport(port)
        began = time.monotonic()
        try:
            transport.auth_publickey(user, key)
            raise AssertionError(name + " was let in")
        except paramiko.SSHException:
            assert time.monotonic() - began < ANSWER_S / 2, name + " waits for an answer"
        transport.close()
        print("out with", name)


def log_in_without_waiting(port, user, password):
    transport = open_transport(port)
    eager = transport.auth_handler = Eager(transport)
    eager._request_auth()
    eager.ask(user, "password", False, password)
    assert eager.is_answered()
    transport.close()
    print("in without waiting")


def try_other_methods(port, user, password):
    """Those that are off are refused, GSSAPI's code among them, and the connection is as good as before."""
    transport = open_transport(port)
    other = transport.auth_handler = Eager(transport)
    other._request_auth()
    kerberos = bytes.fromhex("06092a864886f712010202")
    for request in (
        ("none",),
        ("keyboard-interactive", "", ""),
        ("hostbased", "ssh-ed25519", b"x", "host", "user", b"y"),
        ("gssapi-with-mic", 1, kerberos),
        ("gssapi-with-mic", 0),
        ("of-tomorrow", b"\0" * 40),
    ):
        other.ask(user, *request)
        assert not other.is_answered(), request
    other.ask(user, "password", False, password)
    assert other.is_answered()
    transport.close()
    print("other methods")


def work(port, user, password):
    transport = open_transport(port)
    transport.auth_password(user, password)
    print("in by password")

    command = transport.open_session()
    command.exec_command("echo привет")
    assert read_to_end(command) == "привет\n".encode() and command.recv_exit_status() == 0
    command = transport.open_session()
    command.exec_command("exit 7")
    assert command.recv_exit_status() == 7
    print("commands")

    screen = transport.open_session()
    screen.settimeout(ANSWER_S)
    screen.get_pty("xterm", 90, 33)
    screen.invoke_shell()
    read_until(screen, b"session: hello 1")
    screen.resize_pty(40, 20)
    read_until(screen, b"resized 40x20")
    screen.send(b"q")
    read_to_end(screen)
    assert screen.recv_exit_status() == 7
    print("screen")

    session = transport.open_session()
    session.settimeout(ANSWER_S)
    session.invoke_subsystem("gorod")
    session.sendall(b"ping\n")
    session.shutdown_write()
    assert read_to_end(session) == b"ping\n"
    print("subsystem")

    channels = [transport.open_session() for _ in range(20)]
    for number, channel in enumerate(channels):
        channel.settimeout(ANSWER_S)
        channel.exec_command("cat")
        channel.sendall(str(number).encode() * 50000)
    for number, channel in enumerate(channels):
        channel.shutdown_write()
        assert read_to_end(channel) == str(number).encode() * 50000 and channel.recv_exit_status() == 0
    print("channels")
    transport.close()


def crowd(port, user, password, wanted, granted):
    transport = open_transport(port)
    transport.auth_password(user, password)
    channels = []
    for _ in range(wanted):
        try:
            channels.append(transport.open_session(timeout=ANSWER_S))
        except paramiko.ChannelException:
            pass
    assert len(channels) == granted, len(channels)
    for channel in channels:
        channel.settimeout(ANSWER_S)
        channel.exec_command("cat")
    for number, channel in enumerate(channels):
        channel.sendall(b"%d\n" % number)
    for number, channel in enumerate(channels):
        channel.shutdown_write()
        said = read_to_end(channel), channel.recv_exit_status(), channel.recv_stderr(1000)
        assert said[:2] == (b"%d\n" % number, 0), (number, said)
    # The places are free again.
    channel = transport.open_session(timeout=ANSWER_S)
    channel.exec_command("exit 7")
    assert channel.recv_exit_status() == 7
    transport.close()


def main():
    port, user, password, keys = int(sys.argv[1]), *sys.argv[2:5]
    if len(sys.argv) == 7:
        crowd(port, user, password, int(sys.argv[5]), int(sys.argv[6]))
        print("done")
        return
    log_in_with_each_key(port, user, keys)
    be_refused(port, user, keys)
    log_in_without_waiting(port, user, password)
    try_other_methods(port, user, password)
    work(port, user, password)
    print("done")


main()
