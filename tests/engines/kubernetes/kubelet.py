"""A small kubelet for tests: one node, whose pods are processes of this machine.

It does what Qalam and Kubernetes' controllers can see of a kubelet: registers the node and renews
its lease, runs the pods that are bound to it (volumes, init containers, restarts, grace periods,
deadlines), writes their status and serves their logs. It ends with its parent, and so do the pods'
processes; a kubelet that is started again finds them lost, as after a reboot. It knows no probes,
no hooks and no cgroups, and looks at no image, but for those of missing.invalid, which it says it
cannot pull.
"""

import argparse
import itertools
import os
import ssl
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from api import MERGE_PATCH, Api, ApiError, now
from container_logs import LogOptions, read_log
from pod import Pod
from volumes import Missing

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
LEASE_SECONDS = 4
RENEWAL = 1


class Node:
    """The node's object and its lease."""

    def __init__(self, api, arguments, port):
        self._api, self._name, self._port = api, arguments.name, port
        self._capacity = {
            "cpu": arguments.cpu,
            "memory": arguments.memory,
            "pods": arguments.pods,
            "ephemeral-storage": "100Gi",
        }
        if arguments.gpus:
            self._capacity["nvidia.com/gpu"] = str(arguments.gpus)

    def register(self, stopped):
        labels = {
            "kubernetes.io/hostname": self._name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
        }
        node = {"metadata": {"name": self._name, "labels": labels}, "status": self._status()}
        try:
            self._api.insist(stopped, "POST", "/api/v1/nodes", node)
        except ApiError as error:
            if error.code != 409:
                raise
        self.post_status(stopped)

    def post_status(self, stopped):
        path = f"/api/v1/nodes/{self._name}/status"
        self._api.insist(stopped, "PATCH", path, {"status": self._status()}, MERGE_PATCH)

    def _status(self):
        pressures = ("Memory", "Disk", "PID")
        conditions = [
            self._condition(
                f"{name}Pressure", "False", f"KubeletHasSufficient{name}", "kubelet has enough"
            )
            for name in pressures
        ]
        conditions.append(
            self._condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
        )
        return {
            "capacity": self._capacity,
            "allocatable": self._capacity,
            "conditions": conditions,
            "addresses": [
                {"type": "InternalIP", "address": "127.0.0.1"},
                {"type": "Hostname", "address": self._name},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self._port}},
            "nodeInfo": {
                "kubeletVersion": "v1.20.2",
                "kubeProxyVersion": "v1.20.2",
                "operatingSystem": "linux",
                "architecture": "amd64",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
                "containerRuntimeVersion": "bubblewrap://0.8.0",
                "kernelVersion": os.uname().release,
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
            },
        }

    @staticmethod
    def _condition(kind, status, reason, message):
        return {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": now(),
            "lastTransitionTime": now(),
        }

    def keep_lease(self, stopped):
        """Until stopped. A node that was taken for lost is told to be ready anew."""
        lease = {"metadata": {"name": self._name, "namespace": "kube-node-lease"}}
        while not stopped.is_set():
            lease["spec"] = {
                "holderIdentity": self._name,
                "leaseDurationSeconds": LEASE_SECONDS,
                "renewTime": now().replace("Z", ".000000Z"),
            }
            try:
                self._renew(lease)
                node = self._api.request("GET", f"/api/v1/nodes/{self._name}")
                ready = [c["status"] for c in node["status"]["conditions"] if c["type"] == "Ready"]
                if ready != ["True"]:
                    self.post_status(stopped)
            except (OSError, ApiError):
                pass  # said again at the next renewal
            stopped.wait(RENEWAL)

    def _renew(self, lease):
        try:
            body = {"spec": lease["spec"]}
            self._api.request("PATCH", f"{LEASES}/{self._name}", body, MERGE_PATCH)
        except ApiError as error:
            if error.code != 404:
                raise
            self._api.request("POST", LEASES, lease)


class Pods:
    """The pods of the node, as the API server has them."""

    def __init__(self, api, arguments, stopped):
        self._api, self._stopped = api, stopped
        self._name, self._folder = arguments.name, arguments.folder
        self._bubblewrap = arguments.bubblewrap
        self._numbers = itertools.count(1)
        self._network = arguments.network
        self._pods = {}  # by uid

    def find(self, namespace, name):
        for pod in list(self._pods.values()):
            if (pod.namespace, pod.name) == (namespace, name):
                return pod
        return None

    def follow(self):
        seen = None
        selector = f"spec.nodeName={self._name}"
        for kind, pod in self._api.follow("/api/v1/pods", selector, self._stopped):
            if kind == "BEGIN":
                seen = set()
            elif kind == "SYNCED":
                for uid in set(self._pods) - seen:
                    self._forget(uid)
                seen = None
            elif kind == "DELETED":
                self._forget(pod["metadata"]["uid"])
            else:
                if seen is not None:
                    seen.add(pod["metadata"]["uid"])
                self._take(pod)

    def _take(self, pod):
        uid = pod["metadata"]["uid"]
        over = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
        known = self._pods.get(uid)
        if known is None:
            if over:
                return
            number = next(self._numbers)
            address = f"127.{self._network}.{number >> 8 & 255}.{number & 255}"
            folder = os.path.join(self._folder, uid)
            known = Pod(self._api, pod, folder, address, self._bubblewrap, self._stopped)
            self._pods[uid] = known
            known.begin()
        if "deletionTimestamp" in pod["metadata"]:
            known.delete(pod["metadata"].get("deletionGracePeriodSeconds", 0))
        elif over:
            status = pod["status"]
            known.end(0, (status.get("reason", ""), status.get("message", "")))

    def _forget(self, uid):
        known = self._pods.pop(uid, None)
        if known is not None:
            threading.Thread(target=known.forget, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    """The part of a kubelet's own API that `kubectl logs` needs."""

    protocol_version = "HTTP/1.1"
    pods = None

    def log_message(self, *_):
        pass

    def do_GET(self):  # pylint: disable=invalid-name
        url = urllib.parse.urlsplit(self.path)
        steps = url.path.strip("/").split("/")
        if steps == ["healthz"]:
            self._answer(200, b"ok")
            return
        if len(steps) != 4 or steps[0] != "containerLogs":
            self._answer(404, b"404 page not found\n")
            return
        pod = self.pods.find(steps[1], steps[2])
        if pod is None:
            self._answer(404, f'pod "{steps[2]}" does not exist\n'.encode())
            return
        options = LogOptions(dict(urllib.parse.parse_qsl(url.query)))
        try:
            path, is_complete = pod.log(steps[3], options.previous)
        except Missing as error:
            self._answer(400, f"{error}\n".encode())
            return
        self._stream(read_log(path, options, is_complete))

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, pieces):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for piece in pieces:
                if piece:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    """TLS, for clients with a certificate of the cluster's authority alone."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, arguments):
        super().__init__(("127.0.0.1", 0), Handler)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(arguments.certificate, arguments.key)
        self._context.load_verify_locations(arguments.authority)
        self._context.verify_mode = ssl.CERT_REQUIRED

    def get_request(self):
        connection, address = super().get_request()
        # The handshake is made when the handler's thread reads: nobody holds the others up.
        wrapped = self._context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address

    def handle_error(self, request, client_address):
        pass  # a client that went away, or one without a certificate


def main():
    parser = argparse.ArgumentParser()
    for name in ("server", "token", "authority", "certificate", "key", "name", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--bubblewrap", required=True)
    parser.add_argument("--network", type=int, required=True, help="pods have 127.NETWORK.x.y")
    parser.add_argument("--cpu", default="8")
    parser.add_argument("--memory", default="16Gi")
    parser.add_argument("--pods", default="110")
    parser.add_argument("--gpus", type=int, default=0)
    arguments = parser.parse_args()
    stopped = threading.Event()
    api = Api(arguments.server, arguments.authority, arguments.token)
    pods = Pods(api, arguments, stopped)
    Handler.pods = pods
    server = Server(arguments)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node = Node(api, arguments, server.server_address[1])
    node.register(stopped)
    threading.Thread(target=node.keep_lease, args=(stopped,), daemon=True).start()
    pods.follow()


if __name__ == "__main__":
    sys.exit(main())
