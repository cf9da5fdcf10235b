#!/usr/bin/env python3
"""A mail server for tests: smtp_server.py FOLDER [PORT [CERT KEY]]. Prints its port; keeps each letter it takes as FOLDER/NNNN.eml,
and its subject, decoded, as FOLDER/NNNN.subject.

FOLDER/mode says how it behaves, read anew at every step:
  ok           takes everything
  busy         451 after the dot
  busy_once    451 after the first dot, then as ok
  away         closes each connection at the next word
  slow         says nothing for a minute
  refuse       550 to RCPT TO
  drop         closes in the middle of the dialogue, before the letter
  drop_letter  closes in the middle of the letter, of which it keeps nothing
  keep_silent  takes the letter and closes without a word
"""
import email
import email.policy
import os
import socketserver
import ssl
import sys
import threading
import time

folder, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
certificate = sys.argv[3:5] if len(sys.argv) > 4 else None
lock = threading.Lock()


def mode():
    try:
        with open(os.path.join(folder, "mode"), encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return "ok"


def keep(envelope, data):
    with lock:
        number = len([n for n in os.listdir(folder) if n.endswith(".eml")]) + 1
        name = os.path.join(folder, f"{number:04d}")
        with open(name + ".part", "wb") as f:
            f.write(b"X-Envelope: " + " ".join(envelope).encode("ascii", "replace") + b"\r\n" + data)
        with open(name + ".subject", "w", encoding="utf-8") as f:
            f.write(str(email.message_from_bytes(data, policy=email.policy.default)["subject"]))
        os.rename(name + ".part", name + ".eml")


class Session(socketserver.StreamRequestHandler):
    timeout = 90

    def say(self, text):
        self.wfile.write(text.encode("ascii") + b"\r\n")

    def take_letter(self):
        """The letter as sent, dots undone; None when the line ends before it."""
        lines, count = [], 0
        for line in self.rfile:
            count += 1
            if mode() == "drop_letter" and count > 3:
                return None
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def data(self, envelope):
        if mode() == "drop":
            return False
        self.say("354 go on")
        letter = self.take_letter()
        if letter is None:
            return False
        now = mode()
        if now.startswith("busy"):
            if now == "busy_once":
                with open(os.path.join(folder, "mode"), "w", encoding="ascii") as f:
                    f.write("ok")
            self.say("451 come again")
            return True
        keep(envelope, letter)
        if now == "keep_silent":
            return False
        self.say("250 taken")
        return True

    def starttls(self):
        self.say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def converse(self, safe):
        """Answers until the end; True when the client wants encryption."""
        envelope = ["TLS"] if safe else []
        for line in self.rfile:
            word = line.strip().upper().split(b" ")[0].split(b":")[0]
            if self.is_gone():
                return False
            if word == b"EHLO" and certificate and not safe:
                self.say("250-test")
                self.say("250 STARTTLS")
            elif word == b"STARTTLS" and certificate and not safe:
                return True
            elif word == b"RCPT" and mode() == "refuse":
                self.say("550 no such mailbox")
            elif word == b"DATA":
                if not self.data(envelope):
                    return False
                envelope = ["TLS"] if safe else []
            elif word == b"QUIT":
                self.say("221 bye")
                return False
            else:
                if word in (b"MAIL", b"RCPT"):
                    envelope.append(line.strip().decode("ascii", "replace"))
                self.say("250 ok")
        return False

    @staticmethod
    def is_gone():
        """A server that hangs or breaks off does so on a line that was kept, too."""
        if mode() == "slow":
            time.sleep(60)
        return mode() in ("slow", "away")

    def handle(self):
        if self.is_gone():
            return
        self.say("220 test server")
        if self.converse(False):
            self.starttls()
            self.converse(True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that breaks off is what these tests are about."""


with Server(("127.0.0.1", port), Session) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
