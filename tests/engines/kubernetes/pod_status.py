"""A pod's status as the kubelet writes it, from what its containers are at."""

from api import now

CREATING = {"waiting": {"reason": "ContainerCreating"}}
INITIALIZING = {"waiting": {"reason": "PodInitializing"}}


class ContainerState:
    """One container, and how often it has been started anew."""

    def __init__(self, spec, waiting):
        self.spec = spec
        self.state = waiting
        self.last_state = {}
        self.restarts = 0
        self.ready = False
        self.container_id = ""

    @property
    def terminated(self):
        return self.state.get("terminated")

    @property
    def succeeded(self):
        return self.terminated is not None and self.terminated["exitCode"] == 0

    def to_json(self):
        return {
            "name": self.spec["name"],
            "image": self.spec.get("image", ""),
            "imageID": "",
            "state": self.state,
            "lastState": self.last_state,
            "ready": self.ready,
            "started": "running" in self.state,
            "restartCount": self.restarts,
            **({"containerID": self.container_id} if self.container_id else {}),
        }


def restarts_after_end(policy, container):
    return policy == "Always" or (policy == "OnFailure" and not container.succeeded)


def _phase(policy, init_containers, containers):
    for container in init_containers:
        if container.terminated and not container.succeeded and policy == "Never":
            return "Failed"
        if not container.succeeded:
            return "Pending"
    if any("running" in c.state for c in containers):
        return "Running"
    ended = [c for c in containers if c.terminated and not restarts_after_end(policy, c)]
    if len(ended) == len(containers):
        return "Succeeded" if all(c.succeeded for c in containers) else "Failed"
    if all("waiting" in c.state and not c.last_state for c in containers):
        return "Pending"
    return "Running"


def _condition(kind, holds, reason="", message=""):
    condition = {"type": kind, "status": "True" if holds else "False", "lastProbeTime": None}
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition


def _conditions(phase, init_containers, containers):
    if phase == "Succeeded":
        return [
            _condition("Initialized", True, "PodCompleted"),
            _condition("Ready", False, "PodCompleted"),
            _condition("ContainersReady", False, "PodCompleted"),
        ]
    incomplete = [c.spec["name"] for c in init_containers if not c.succeeded]
    if incomplete:
        initialized = _condition(
            "Initialized",
            False,
            "ContainersNotInitialized",
            f"containers with incomplete status: [{' '.join(incomplete)}]",
        )
    else:
        initialized = _condition("Initialized", True)
    unready = [c.spec["name"] for c in containers if not c.ready]
    why = ()
    if unready:
        why = ("ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    return [
        initialized,
        _condition("Ready", not unready, *why),
        _condition("ContainersReady", not unready, *why),
    ]


def _with_times(conditions, earlier):
    """Conditions that stay as they were keep the time of their last change."""
    times = {(c["type"], c["status"]): c.get("lastTransitionTime") for c in earlier}
    for condition in conditions:
        known = times.get((condition["type"], condition["status"]))
        condition["lastTransitionTime"] = known or now()
    ours = {condition["type"] for condition in conditions}
    return conditions + [condition for condition in earlier if condition["type"] not in ours]


class PodStatus:
    """The whole status. `failure` is (reason, message) where the pod itself was ended."""

    def __init__(self, pod, address):
        self._policy = pod["spec"].get("restartPolicy", "Always")
        self._address = address
        self._conditions = pod.get("status", {}).get("conditions", [])
        self._quality = pod.get("status", {}).get("qosClass")
        self.started = pod.get("status", {}).get("startTime") or now()
        init_specs = pod["spec"].get("initContainers") or []
        waiting = INITIALIZING if init_specs else CREATING
        self.init_containers = [ContainerState(spec, INITIALIZING) for spec in init_specs]
        self.containers = [ContainerState(spec, waiting) for spec in pod["spec"]["containers"]]
        self.failure = None

    def phase(self):
        # It has failed once its containers have ended.
        everything = self.init_containers + self.containers
        if self.failure and not any("running" in container.state for container in everything):
            return "Failed"
        return _phase(self._policy, self.init_containers, self.containers)

    def to_json(self):
        phase = self.phase()
        self._conditions = _with_times(
            _conditions(phase, self.init_containers, self.containers), self._conditions
        )
        status = {
            "phase": phase,
            "conditions": self._conditions,
            "hostIP": "127.0.0.1",
            "podIP": self._address,
            "podIPs": [{"ip": self._address}],
            "startTime": self.started,
            "qosClass": self._quality,
            "containerStatuses": [container.to_json() for container in self.containers],
        }
        if self.init_containers:
            status["initContainerStatuses"] = [c.to_json() for c in self.init_containers]
        if self.failure and phase == "Failed":
            status["reason"], status["message"] = self.failure
        return status
