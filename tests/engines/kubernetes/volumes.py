"""A pod's volumes as folders of this machine, and a container's environment."""

import base64
import os
import re


# Folders in which programs are that only images have; qalam-collector above all.
IMAGE_PATH = "".join(f"{p}:" for p in os.environ.get("QALAM_IMAGE_PATH", "").split(":") if p)


class Missing(Exception):
    """Something that the pod names is not there (yet)."""


class PodContext:
    """What volumes and variables are made from."""

    def __init__(self, api, pod, folder, pod_address):
        self.api, self.pod, self.folder = api, pod, folder
        self.pod_address = pod_address
        self.namespace = pod["metadata"]["namespace"]

    def get(self, resource, name):
        from api import ApiError

        try:
            return self.api.request("GET", f"/api/v1/namespaces/{self.namespace}/{resource}/{name}")
        except ApiError as error:
            raise Missing(f'{resource[:-1]} "{name}" not found') from error

    def field(self, path):
        """The value of a fieldRef."""
        metadata = self.pod["metadata"]
        if match := re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path):
            return metadata.get(match[1], {}).get(match[2], "")
        if path in ("metadata.labels", "metadata.annotations"):
            items = metadata.get(path.split(".")[1], {}).items()
            return "\n".join(f'{name}="{value}"' for name, value in sorted(items))
        if path in ("status.podIP", "status.podIPs"):
            return self.pod_address
        if path == "status.hostIP":
            return "127.0.0.1"
        value = self.pod
        for step in path.split("."):
            value = value.get(step, "") if isinstance(value, dict) else ""
        return str(value)


def _write_items(folder, data, items):
    chosen = [(item["key"], item["path"]) for item in items or []] or [(key, key) for key in data]
    for key, path in chosen:
        if key not in data:
            raise Missing(f"references non-existent key: {key}")
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data[key])


def _config_map_data(context, name):
    found = context.get("configmaps", name)
    data = {key: text.encode() for key, text in (found.get("data") or {}).items()}
    data.update({k: base64.b64decode(v) for k, v in (found.get("binaryData") or {}).items()})
    return data


def _secret_data(context, name):
    found = context.get("secrets", name)
    return {key: base64.b64decode(text) for key, text in (found.get("data") or {}).items()}


def _downward_data(context, source):
    return {
        item["path"]: context.field(item["fieldRef"]["fieldPath"]).encode()
        for item in source.get("items", [])
    }


def _claimed_folder(context, claim):
    volume_name = context.get("persistentvolumeclaims", claim)["spec"].get("volumeName")
    if not volume_name:
        raise Missing(f'persistentvolumeclaim "{claim}" is not bound')
    volume = context.api.request("GET", f"/api/v1/persistentvolumes/{volume_name}")
    return volume["spec"]["hostPath"]["path"]


def make_volume(context, volume):
    """The folder of one of spec.volumes, made if it is the pod's own."""
    if "hostPath" in volume:
        path = volume["hostPath"]["path"]
        if volume["hostPath"].get("type", "").endswith("OrCreate"):
            os.makedirs(path, exist_ok=True)
        if not os.path.exists(path):
            raise Missing(f"hostPath {path} does not exist")
        return path
    if "persistentVolumeClaim" in volume:
        return _claimed_folder(context, volume["persistentVolumeClaim"]["claimName"])
    folder = os.path.join(context.folder, "volumes", volume["name"])
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    for source in [volume] + (volume.get("projected") or {}).get("sources", []):
        try:
            if config_map := source.get("configMap"):
                data = _config_map_data(context, config_map["name"])
                _write_items(folder, data, config_map.get("items"))
            elif secret := source.get("secret"):
                data = _secret_data(context, secret.get("secretName") or secret["name"])
                _write_items(folder, data, secret.get("items"))
            elif "downwardAPI" in source:
                _write_items(folder, _downward_data(context, source["downwardAPI"]), None)
            elif set(source) - {"name", "emptyDir", "projected"}:
                raise Missing(f"this kubelet knows no volume {sorted(source)}")
        except Missing:
            optional = (source.get("configMap") or source.get("secret") or {}).get("optional")
            if not optional:
                raise
    return folder


def expand(text, variables):
    """$(NAME) by its value; $$ is one dollar, and a name that is unknown stays as it is."""

    def replacement(match):
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^()]*)\)", replacement, text)


def _quantity(text):
    """A quantity as resourceFieldRef gives it: whole units, rounded up."""
    match = re.fullmatch(r"([0-9.]+)([a-zA-Z]*)", str(text))
    scales = {"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    scales.update({f"{p}i": 1024 ** (i + 1) for i, p in enumerate("KMGT")})
    return str(-int(-float(match[1]) * scales[match[2]] // 1))


def _value_from(context, container, source):
    if "fieldRef" in source:
        return context.field(source["fieldRef"]["fieldPath"])
    if "resourceFieldRef" in source:
        kind, _, resource = source["resourceFieldRef"]["resource"].partition(".")
        return _quantity(container.get("resources", {}).get(kind, {}).get(resource, 0))
    for kind, read in (("configMapKeyRef", _config_map_data), ("secretKeyRef", _secret_data)):
        if reference := source.get(kind):
            try:
                data = read(context, reference["name"])
            except Missing:
                data = {}
                if not reference.get("optional"):
                    raise
            if reference["key"] in data:
                return data[reference["key"]].decode()
            if reference.get("optional"):
                return None
            raise Missing(f"couldn't find key {reference['key']} in {reference['name']}")
    raise Missing(f"this kubelet knows no valueFrom {sorted(source)}")


def make_environment(context, container):
    """The container's variables; nothing of this process's own is among them."""
    variables = {
        "PATH": IMAGE_PATH + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOSTNAME": context.pod["metadata"]["name"],
        "HOME": "/root",
        "KUBERNETES_SERVICE_HOST": context.api.host,
        "KUBERNETES_SERVICE_PORT": str(context.api.port),
    }
    for source in container.get("envFrom") or []:
        prefix = source.get("prefix", "")
        if "configMapRef" in source:
            data = _config_map_data(context, source["configMapRef"]["name"])
        else:
            data = _secret_data(context, source["secretRef"]["name"])
        variables.update({prefix + key: value.decode() for key, value in data.items()})
    for item in container.get("env") or []:
        if "valueFrom" in item:
            value = _value_from(context, container, item["valueFrom"])
            if value is not None:
                variables[item["name"]] = value
        else:
            variables[item["name"]] = expand(item.get("value", ""), variables)
    return variables
