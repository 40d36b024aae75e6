"""A container's output as container runtimes keep it, and as the kubelet's /containerLogs gives it.

Each entry of the file is a line "TIME stdout F TEXT", or P instead of F where the text's line goes
on in the next entry: lines are cut at 16 KiB.
"""

import datetime
import os
import threading
import time

LONGEST_ENTRY = 16 << 10


def _stamp():
    nanoseconds = time.time_ns()
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanoseconds // 10**9))
    return f"{seconds}.{nanoseconds % 10**9:09d}Z".encode()


class LogWriter:
    """Copies what a container writes into its log until the last writer has closed the pipe."""

    def __init__(self, source, path):
        self._source = source
        self._file = open(path, "ab", buffering=0)  # closed by the thread
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def wait(self):
        self._thread.join()

    def _copy(self):
        rest = b""
        while data := os.read(self._source, 1 << 16):
            rest = self._write(rest + data)
        if rest:
            self._entry(rest, b"P")
        os.close(self._source)
        self._file.close()

    def _write(self, data):
        """Writes the entries that are whole, and gives what is left."""
        begin = 0
        while True:
            end = data.find(b"\n", begin, begin + LONGEST_ENTRY)
            if end >= 0:
                self._entry(data[begin:end], b"F")
                begin = end + 1
            elif len(data) - begin >= LONGEST_ENTRY:
                self._entry(data[begin : begin + LONGEST_ENTRY], b"P")
                begin += LONGEST_ENTRY
            else:
                return data[begin:]

    def _entry(self, text, tag):
        self._file.write(b"%s stdout %s %s\n" % (_stamp(), tag, text))


def _seconds(stamp):
    """Of a time with any number of decimals, as a datetime without loss beyond microseconds."""
    text, _, fraction = stamp.rstrip("Z").partition(".")
    moment = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return moment + datetime.timedelta(microseconds=int((fraction + "000000")[:6]))


class LogOptions:
    """The query of /containerLogs, by its names there."""

    def __init__(self, query):
        self.follow = query.get("follow") == "true"
        self.timestamps = query.get("timestamps") == "true"
        self.previous = query.get("previous") == "true"
        self.tail = int(query["tailLines"]) if "tailLines" in query else None
        self.limit = int(query["limitBytes"]) if "limitBytes" in query else None
        self.since = None
        if "sinceTime" in query:
            self.since = datetime.datetime.fromisoformat(query["sinceTime"].replace("Z", "+00:00"))
        if "sinceSeconds" in query:
            self.since = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(
                seconds=int(query["sinceSeconds"])
            )


def _entries(file, has_ended, follow):
    """Whole entries, as they come; with `follow` until the container has ended."""
    while True:
        ended = has_ended()
        data = file.read(1 << 20)
        lines = data.split(b"\n")
        file.seek(-len(lines[-1]), os.SEEK_CUR)
        yield from lines[:-1]
        if len(lines) > 1:
            continue
        if ended or not follow:
            return
        time.sleep(0.02)


def _tail_then_follow(file, options, has_ended):
    """The entries that make up the last lines, then those that come."""
    there = list(_entries(file, has_ended, False))
    starts = [i for i in range(len(there)) if i == 0 or there[i - 1].split(b" ", 3)[2] == b"F"]
    if options.tail < len(starts):
        there = there[starts[-options.tail] :] if options.tail else []
    yield from there
    if options.follow:
        yield from _entries(file, has_ended, True)


def read_log(path, options, has_ended):
    """Yields pieces of the output. `has_ended` says whether the container writes no more."""
    left = options.limit
    with open(path, "rb") as file:
        if options.tail is None:
            entries = _entries(file, has_ended, options.follow)
        else:
            entries = _tail_then_follow(file, options, has_ended)
        at_line_start = True
        for entry in entries:
            stamp, _, tag, text = (entry.split(b" ", 3) + [b""])[:4]
            if options.since is not None and _seconds(stamp.decode()) < options.since:
                continue
            piece = text + (b"\n" if tag == b"F" else b"")
            if options.timestamps and at_line_start:
                piece = stamp + b" " + piece
            at_line_start = tag == b"F"
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            yield piece
            if left == 0:
                return
