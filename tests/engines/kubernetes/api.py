"""The API server as the rig's programs talk to it: JSON over kept-alive TLS connections."""

import http.client
import json
import queue
import ssl
import time
import urllib.parse

MERGE_PATCH = "application/merge-patch+json"


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, code, body):
        super().__init__(f"{code}: {body[:500]}")
        self.code = code


class Api:
    """Any thread may call."""

    def __init__(self, server, authority, token):
        parts = urllib.parse.urlsplit(server)
        self.host, self.port, self.token = parts.hostname, parts.port, token
        self._context = ssl.create_default_context(cafile=authority)
        self._idle = queue.LifoQueue()

    def _connection(self, timeout):
        return http.client.HTTPSConnection(
            self.host, self.port, timeout=timeout, context=self._context
        )

    def _headers(self, content_type):
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if content_type:
            headers["Content-Type"] = content_type
        return headers

    def request(self, method, path, body=None, content_type="application/json"):
        """What the server answers, as JSON; ApiError, or OSError when it does not answer."""
        text = None if body is None else json.dumps(body)
        headers = self._headers(content_type if text else None)
        while True:
            try:
                connection, fresh = self._idle.get_nowait(), False
            except queue.Empty:
                connection, fresh = self._connection(30), True
            try:
                connection.request(method, path, text, headers)
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # A kept connection may have been closed meanwhile, with nothing asked on it.
                if not fresh:
                    continue
                raise OSError(f"{method} {path}: {error}") from error
            self._idle.put(connection)
            if response.status >= 300:
                raise ApiError(response.status, answer.decode(errors="replace"))
            return json.loads(answer)

    def insist(self, stopped, method, path, body=None, content_type="application/json"):
        """As request, again and again until the server takes or refuses it; None when `stopped`."""
        while not stopped.is_set():
            try:
                return self.request(method, path, body, content_type)
            except ApiError as error:
                if error.code < 500 and error.code != 429:
                    raise
            except OSError:
                pass
            stopped.wait(0.3)
        return None

    def follow(self, path, selector, stopped):
        """Yields (type, object) of each change, beginning with ADDED for all that is there.

        After a gap all that is there comes anew, between ("BEGIN", None) and ("SYNCED", None).
        """
        chosen = urllib.parse.urlencode({"fieldSelector": selector} if selector else {})
        while not stopped.is_set():
            try:
                listed = self.request("GET", f"{path}?{chosen}")
                yield "BEGIN", None
                for item in listed["items"]:
                    yield "ADDED", item
                yield "SYNCED", None
                yield from self._watch(path, chosen, listed["metadata"]["resourceVersion"], stopped)
            except (OSError, ApiError, http.client.HTTPException, ValueError):
                stopped.wait(0.3)

    def _watch(self, path, chosen, version, stopped):
        while not stopped.is_set():
            connection = self._connection(90)
            try:
                connection.request(
                    "GET",
                    f"{path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=60"
                    f"&resourceVersion={version}&{chosen}",
                    headers=self._headers(None),
                )
                response = connection.getresponse()
                if response.status != 200:
                    raise ApiError(response.status, response.read().decode(errors="replace"))
                for line in response:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise ApiError(event["object"].get("code", 500), line.decode())
                    version = event["object"]["metadata"]["resourceVersion"]
                    if event["type"] != "BOOKMARK":
                        yield event["type"], event["object"]
            finally:
                connection.close()


def now():
    """This moment as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
