#!/usr/bin/python3
"""Runs a program against a sandbox of its own.

usage: with_sandbox.py SANDBOX PROGRAM [ARGUMENT...]

The program finds in its environment SANDBOX_HTTP and SANDBOX_ADMIN (bases of
the social registry's endpoints), SANDBOX_GRPC (host:port), SANDBOX_INBOX (the
page of arrived callbacks) and SANDBOX_TOKEN (the operator's); those of the
others as SANDBOX_CRVS_HTTP and so on. Exits as the program did, and 1 where
the sandbox does not start, or does not stop cleanly.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile

HOUSEHOLDS = 300
PORTS = ("http_port", "grpc_port", "admin_port")

# What the sandbox says when it has started, and is read by its users.
WELCOME = {
    "SANDBOX_HTTP": r"social registry +(\S+)",
    "SANDBOX_GRPC": r"gRPC (\S+)",
    "SANDBOX_ADMIN": r"operator +(\S+)",
    "SANDBOX_TOKEN": r"bearer token: (\S+)",
    "SANDBOX_INBOX": r"arrived callbacks +(\S+)",
}
# The institutions, each on a line of its own, by their titles.
LINE = r"  (\S.*\S) +(http\S+) +gRPC (\S+) +operator (\S+)$"
NAMES = {
    "social registry": "SOCIAL",
    "civil registry": "CRVS",
    "beneficiary registry": "IBR",
    "SP-System": "SP",
    "disability registry": "DISABILITY",
    "farmer registry": "FARMER",
    "employment registry": "EMPLOYMENT",
}


def start(binary, folder):
    """Starts the sandbox; returns its process and what it said of itself."""
    sandbox = subprocess.Popen(
        [binary, "--data_dir=" + folder, "--households=%d" % HOUSEHOLDS]
        + ["--%s=0" % port for port in PORTS],
        stdout=subprocess.PIPE,
        text=True,
    )
    found = {}
    said = ""
    for line in sandbox.stdout:
        said += line
        for name, pattern in WELCOME.items():
            match = re.search(pattern, line)
            if match and name not in found:
                found[name] = match.group(1)
        match = re.match(LINE, line.rstrip())
        if match and match.group(1) in NAMES:
            for part, value in zip(("HTTP", "GRPC", "ADMIN"), match.groups()[1:]):
                found["SANDBOX_%s_%s" % (NAMES[match.group(1)], part)] = value
        if "Stop with" in line:
            break
    missing = sorted(set(WELCOME) - set(found))
    if missing:
        sandbox.kill()
        sys.exit("the sandbox did not say %s:\n%s" % (missing, said))
    return sandbox, found


def stop(sandbox):
    """True where the sandbox stops when it is asked to."""
    sandbox.send_signal(signal.SIGTERM)
    try:
        return sandbox.wait(timeout=60) == 0
    except subprocess.TimeoutExpired:
        sandbox.kill()
        return False


def main():
    """Runs the program named on the command line."""
    binary, *program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        sandbox, found = start(binary, folder)
        try:
            code = subprocess.call(program, env={**os.environ, **found})
        finally:
            stopped = stop(sandbox)
        if not stopped:
            print("the sandbox did not stop cleanly")
    sys.exit(code if stopped else code or 1)


if __name__ == "__main__":
    main()
