"""Lines of JSON over TCP: what the programs beside this one speak where the framework itself is not
in Debian."""

import json
import socket
import time


def connect(address, seconds=60):
    """To "HOST:PORT", as soon as somebody listens there."""
    host, port = address.rsplit(":", 1)
    end = time.monotonic() + seconds
    while True:
        try:
            return Peer(socket.create_connection((host, int(port)), timeout=seconds))
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def listen(address):
    host, port = address.rsplit(":", 1)
    return socket.create_server((host, int(port)))


class Peer:
    def __init__(self, connection):
        self._connection = connection
        self._file = connection.makefile("r")

    def send(self, value):
        """If the other side is gone, the next receive tells."""
        try:
            self._connection.sendall((json.dumps(value) + "\n").encode())
        except ConnectionError:
            pass

    def receive(self):
        """None once the other side is gone."""
        try:
            line = self._file.readline()
        except ConnectionError:
            return None
        return json.loads(line) if line else None
