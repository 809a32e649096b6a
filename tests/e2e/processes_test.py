#!/usr/bin/python3
"""Two registries as processes of their own: stores, keys and ports apart.

usage: processes_test.py REGISTRY_SERVER DCI

Civil registration and a social registry know each other by their keys. The
social registry's system searches civil registration, signed; the result comes
back signed, and a stranger gets nothing. After a restart both still know each
other.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

WAIT = 60  # seconds, on a busy machine

CONFIG = """
http {} grpc {} admin {}  # any free ports
delivery { first_delay_ms: 50 max_delay_ms: 200 }
"""
# The social registry's system also hears from civil registration.
INBOX = 'inbox: "dci.crvs.v1.CivilRegistryCallback"\n'

PERSON = {
    "@type": "CRVS_Person",
    "identifier": [{"identifier_type": "UIN", "identifier_value": "P-0001"}],
    "name": {"surname": "Morast", "given_name": "Ilola"},
    "birth_date": "2025-11-03",
}


class Server:
    """One registry_server."""

    def __init__(self, program, name, folder, config):
        self.program, self.name, self.folder = program, name, folder
        self.config = folder / "server.textproto"
        folder.mkdir()
        self.config.write_text(config)
        self.start()

    def start(self):
        """Starts the process, and reads where it listens."""
        self.process = subprocess.Popen(
            [
                self.program,
                "--registry=" + self.name,
                "--config=%s" % self.config,
                "--data_dir=%s" % self.folder,
            ],
            stdout=subprocess.PIPE,
            stderr=(self.folder / "log").open("a"),
            text=True,
        )
        ports = dict(
            self.process.stdout.readline().split() for _ in range(3)
        )
        self.http = "http://127.0.0.1:" + ports["http"]
        self.admin = "http://127.0.0.1:" + ports["admin"]
        self.grpc = "127.0.0.1:" + ports["grpc"]
        self.token = (self.folder / "operator.token").read_text()
        self.key = str(self.folder / "sig.jwk")

    def stop(self):
        """Asks it to stop; whether it did so cleanly."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=WAIT) == 0


class Story:
    """The two, and the command line between them."""

    def __init__(self, program, dci, root):
        self.dci = dci
        self.crvs = Server(program, "crvs", root / "crvs", CONFIG)
        self.social = Server(program, "social", root / "social",
                             CONFIG + INBOX)
        self.people = root / "people.ndjson"
        self.people.write_text(json.dumps(PERSON) + "\n")

    def run(self, *args, code=0):
        """Output of the command line, which must end with `code`."""
        done = subprocess.run(
            [self.dci, *args], capture_output=True, text=True, check=False
        )
        if done.returncode != code:
            sys.exit(
                "dci %s ended with %d, not %d:\n%s%s"
                % (" ".join(args), done.returncode, code, done.stdout,
                   done.stderr)
            )
        return done.stdout + done.stderr

    def introduce(self, server, other, scope):
        """Makes `other` known to `server`, by its key."""
        self.run("participant", "add", "--admin", server.admin,
                 "--token", server.token,
                 "--sender_id", other.name + "-registry", "--key", other.key,
                 "--callback", other.http, "--authorization", "optional",
                 "--scope", scope)

    def search(self, *more, code=0):
        """A search of civil registration, signed by the social registry."""
        return self.run("call", "search", "--to", self.crvs.http,
                        "--registry", "crvs", "--id", "UIN=P-0001",
                        "--record", "Person",
                        "--sender_id", "social-registry",
                        "--key", self.social.key, *more, code=code)

    def arrived(self, count):
        """The social registry's inbox, once it has as many messages."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            request = urllib.request.Request(
                self.social.admin + "/inbox",
                headers={"Authorization": "Bearer " + self.social.token},
            )
            with urllib.request.urlopen(request, timeout=WAIT) as answer:
                messages = json.load(answer)["messages"]
            if len(messages) >= count:
                return messages
            time.sleep(0.05)
        sys.exit("no callback arrived")

    def before_restart(self):
        """A stranger, then an acquaintance, at once and later."""
        expect(self.crvs.http != self.social.http, "each has its own ports")
        self.run("load", str(self.people), "--admin", self.crvs.admin,
                 "--token", self.crvs.token, "--type", "Person")
        self.search(code=1)
        expect(True, "a stranger is refused, signed or not")
        self.introduce(self.crvs, self.social, "registry.search")
        self.introduce(self.social, self.crvs, "registry.on-search")
        answer = self.search()
        expect("P-0001" in answer, "the signed search is answered")
        expect("ed25519" in answer, "and the answer is signed")
        self.search("--async")
        message = self.arrived(1)[0]
        expect(message["sender_id"] == "crvs-registry",
               "the callback is civil registration's, by its signature")
        expect("P-0001" in json.dumps(message), "and carries the person")

    def after_restart(self):
        """Who was known, and what was kept, still is."""
        expect(self.crvs.stop(), "civil registration stops cleanly")
        self.crvs.start()
        self.search("--async")
        self.arrived(2)
        expect(True, "both still know each other after a restart")
        expect(self.crvs.stop() and self.social.stop(), "both stop cleanly")


def expect(condition, what):
    """Ends the story where it goes wrong."""
    if not condition:
        sys.exit("FAILED: " + what)
    print("ok: " + what)


def main():
    """Runs the story."""
    program, dci = (os.path.abspath(path) for path in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        story = Story(program, dci, pathlib.Path(folder))
        story.before_restart()
        story.after_restart()


if __name__ == "__main__":
    main()
