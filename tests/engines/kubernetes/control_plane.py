"""The commands that make up a cluster: certificates, etcd, the control plane and its kubelets."""

import base64
import os
import random
import secrets
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Of the controllers those that Qalam's objects have to do with.
CONTROLLERS = (
    "namespace,serviceaccount,serviceaccount-token,garbagecollector,job,ttl-after-finished,podgc,"
    "nodelifecycle,deployment,replicaset,statefulset,endpoint,resourcequota,"
    "persistentvolume-binder,pvc-protection,pv-protection"
)


def free_port():
    """Of those that the kernel gives nobody by itself."""
    while True:
        port = random.randint(20000, 32767)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class ControlPlane:
    """Files in a folder, and the arguments of each program."""

    def __init__(self, programs, folder, nodes, node_arguments):
        self._programs, self.folder = programs, folder
        self.nodes = [f"node-{i + 1}" for i in range(nodes)]
        self._node_arguments = node_arguments
        self._etcd_port, self._peer_port, self._port = (free_port() for _ in range(3))
        self.server = f"https://127.0.0.1:{self._port}"
        self.kubeconfig = self.file("kubeconfig")
        self._tokens = {}
        self._make_certificates()
        self._make_tokens()
        self._write_kubeconfig("kubeconfig", "admin")
        for user in ("controller-manager", "scheduler"):
            self._write_kubeconfig(f"{user}.kubeconfig", user)

    def file(self, name):
        return os.path.join(self.folder, name)

    def token(self, user):
        return self._tokens[user]

    def _openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def _make_certificates(self):
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self._openssl(
            *("req", "-x509", *new_key, "-days", "30", "-subj", "/CN=qalam-test-cluster"),
            *("-keyout", "ca.key", "-out", "ca.crt"),
        )
        names = "IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc"
        for name, subject, more in (
            ("server", "/CN=kubernetes", ("-addext", f"subjectAltName={names}")),
            ("apiserver-client", "/O=system:masters/CN=kube-apiserver", ()),
            ("admin", "/O=system:masters/CN=admin", ()),
        ):
            self._openssl(
                *("req", "-x509", "-CA", "ca.crt", "-CAkey", "ca.key", *new_key, "-days", "30"),
                *("-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.crt"),
                *("-addext", "basicConstraints=critical,CA:FALSE", *more),
            )
        self._openssl("genrsa", "-out", "service-accounts.key", "2048")

    def _make_tokens(self):
        users = [("admin", "admin", "system:masters")]
        users += [(name, f"system:kube-{name}", "") for name in ("controller-manager", "scheduler")]
        users += [(node, f"system:node:{node}", "system:nodes") for node in self.nodes]
        lines = []
        for key, user, group in users:
            self._tokens[key] = secrets.token_hex(16)
            lines.append(f'{self._tokens[key]},{user},{user},"{group}"\n')
        with open(self.file("tokens.csv"), "w", encoding="utf-8") as file:
            file.writelines(lines)

    def _write_kubeconfig(self, name, user):
        with open(self.file("ca.crt"), "rb") as file:
            authority = base64.b64encode(file.read()).decode()
        text = f"""apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster: {{server: "{self.server}", certificate-authority-data: {authority}}}
users:
- name: {user}
  user: {{token: {self._tokens[user]}}}
contexts:
- name: test
  context: {{cluster: test, user: {user}}}
"""
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(text)

    def etcd(self):
        client = f"http://127.0.0.1:{self._etcd_port}"
        peer = f"http://127.0.0.1:{self._peer_port}"
        return [
            self._program("etcd"),
            f"--data-dir={self.file('etcd')}",
            "--unsafe-no-fsync",
            "--log-level=error",
            *(f"--listen-client-urls={client}", f"--advertise-client-urls={client}"),
            *(f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}"),
            f"--initial-cluster=default={peer}",
        ]

    def api_server(self):
        return [
            self._program("kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            *("--bind-address=127.0.0.1", f"--secure-port={self._port}", "--insecure-port=0"),
            *("--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"),
            f"--tls-cert-file={self.file('server.crt')}",
            f"--tls-private-key-file={self.file('server.key')}",
            f"--client-ca-file={self.file('ca.crt')}",
            f"--token-auth-file={self.file('tokens.csv')}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={self.file('service-accounts.key')}",
            f"--service-account-key-file={self.file('service-accounts.key')}",
            *("--authorization-mode=Node,RBAC", "--allow-privileged=true"),
            f"--kubelet-certificate-authority={self.file('ca.crt')}",
            f"--kubelet-client-certificate={self.file('apiserver-client.crt')}",
            f"--kubelet-client-key={self.file('apiserver-client.key')}",
            "--kubelet-preferred-address-types=InternalIP",
            "--service-cluster-ip-range=10.0.0.0/24",
            # Pods leave a lost node soon.
            "--default-not-ready-toleration-seconds=2",
            "--default-unreachable-toleration-seconds=2",
            "--feature-gates=TTLAfterFinished=true",
        ]

    def controller_manager(self):
        return [
            self._program("kube-controller-manager"),
            f"--kubeconfig={self.file('controller-manager.kubeconfig')}",
            f"--service-account-private-key-file={self.file('service-accounts.key')}",
            f"--root-ca-file={self.file('ca.crt')}",
            f"--controllers={CONTROLLERS}",
            *("--leader-elect=false", "--use-service-account-credentials=true"),
            *("--port=0", "--secure-port=0", "--kube-api-qps=500", "--kube-api-burst=1000"),
            # A node that says nothing is lost soon.
            *("--node-monitor-period=1s", "--node-monitor-grace-period=5s"),
            "--feature-gates=TTLAfterFinished=true",
        ]

    def scheduler(self):
        return [
            self._program("kube-scheduler"),
            f"--kubeconfig={self.file('scheduler.kubeconfig')}",
            *("--leader-elect=false", "--port=0", "--secure-port=0"),
            *("--kube-api-qps=500", "--kube-api-burst=1000"),
        ]

    def kubelet(self, node):
        folder = self.file(node)
        os.makedirs(folder, exist_ok=True)
        return [
            *(sys.executable, os.path.join(HERE, "kubelet.py")),
            *("--server", self.server, "--authority", self.file("ca.crt")),
            *("--token", self._tokens[node], "--name", node, "--folder", folder),
            *("--certificate", self.file("server.crt"), "--key", self.file("server.key")),
            *("--network", str(10 + self.nodes.index(node))),
            *("--bubblewrap", self._program("bwrap"), *self._node_arguments),
        ]

    def _program(self, name):
        return os.path.join(self._programs, name)
