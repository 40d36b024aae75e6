"""The life of one pod on a node: volumes, init containers, containers, its end."""

import calendar
import os
import shutil
import threading
import time

from api import MERGE_PATCH, ApiError, now
from container import CannotStart, Container
from pod_status import PodStatus, restarts_after_end
from volumes import Missing, PodContext, make_volume

# As the kubelet's, in a small world.
FIRST_BACK_OFF, LONGEST_BACK_OFF = 1, 30
# An image whose name begins so cannot be pulled.
MISSING_IMAGES = "missing.invalid/"
DEFAULT_GRACE = 30
PENDING_LOOK = 0.3
PROBE_PERIOD = 0.5
# Those by HTTP and TCP are not made: such a container is ready when it runs.
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


class Pod:
    """Runs in threads of its own from begin(); `stopped` is the kubelet's end."""

    def __init__(self, api, pod, folder, address, bubblewrap, stopped):
        self.uid = pod["metadata"]["uid"]
        self.name = pod["metadata"]["name"]
        self.namespace = pod["metadata"]["namespace"]
        self._api = api
        self._spec = pod["spec"]
        self._policy = pod["spec"].get("restartPolicy", "Always")
        self._context = PodContext(api, pod, folder, address)
        self._context.bubblewrap = bubblewrap
        self._kubelet_stopped = stopped
        self._lock = threading.Lock()  # guards the next three
        self._running = set()
        self._grace = None  # how long what runs may take to end, once the pod is to
        self._deletion = None  # likewise, when it is deleted
        self._ending = threading.Event()
        self._status_lock = threading.Lock()
        self._status = PodStatus(pod, address)
        self._ended = threading.Event()
        self._logs = {}  # container's name -> the logs of its runs, in order
        self._complete_logs = set()
        known = pod.get("status", {}).get("containerStatuses") or []
        self._was_running = any("running" in status["state"] for status in known)

    def begin(self):
        threading.Thread(target=self._run, daemon=True).start()

    def delete(self, grace):
        """The API server wants it gone."""
        with self._lock:
            self._deletion = grace
        self.end(grace)
        if self._ended.is_set():
            self._confirm_deletion()

    def end(self, grace, failure=None):
        """Ends what runs and starts nothing more; with `failure` the pod has failed so."""
        with self._lock:
            if self._grace is not None and grace >= self._grace:
                return
            self._grace = grace
            if failure:
                self._status.failure = failure
            running = list(self._running)
        self._ending.set()
        for container in running:
            container.stop(grace) if grace > 0 else container.kill()

    def forget(self):
        """It is gone from the API server: nothing of it may stay."""
        self.end(0)
        self._ended.wait(10)
        shutil.rmtree(self._context.folder, ignore_errors=True)

    def log(self, container, previous):
        """The log's path, and what says whether it is complete; Missing says why there is none."""
        paths = self._logs.get(container, [])
        if len(paths) <= previous:
            if previous and paths:
                raise Missing(f'previous terminated container "{container}" not found')
            raise Missing(f'container "{container}" in pod "{self.name}" is waiting to start')
        path = paths[-1 - previous]
        return path, lambda: path in self._complete_logs

    def _publish(self):
        path = f"/api/v1/namespaces/{self.namespace}/pods/{self.name}/status"
        with self._status_lock:
            body = {"metadata": {"uid": self.uid}, "status": self._status.to_json()}
            try:
                self._api.insist(self._kubelet_stopped, "PATCH", path, body, MERGE_PATCH)
            except ApiError:
                self._ending.set()  # it is gone; the watch says so soon

    def _confirm_deletion(self):
        path = f"/api/v1/namespaces/{self.namespace}/pods/{self.name}"
        body = {"gracePeriodSeconds": 0, "preconditions": {"uid": self.uid}}
        try:
            self._api.insist(self._kubelet_stopped, "DELETE", path, body)
        except ApiError:
            pass

    def _run(self):
        deadline = self._spec.get("activeDeadlineSeconds")
        if deadline is not None:
            started = calendar.timegm(time.strptime(self._status.started, "%Y-%m-%dT%H:%M:%SZ"))
            left = started + deadline - time.time()
            timer = threading.Timer(max(0, left), self._pass_deadline)
            timer.daemon = True
            timer.start()
        if self._was_running and self._policy == "Never":
            self._say_lost()
        else:
            self._publish()
            volumes = self._make_volumes()
            if volumes is not None and self._run_init_containers(volumes):
                self._run_containers(volumes)
        if deadline is not None:
            timer.cancel()
        self._publish()
        with self._lock:
            deleted = self._deletion is not None
            self._ended.set()
        if deleted:
            self._confirm_deletion()

    def _pass_deadline(self):
        grace = self._spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE)
        message = "Pod was active on the node longer than the specified deadline"
        self.end(grace, ("DeadlineExceeded", message))

    def _say_lost(self):
        """An earlier kubelet's containers went with it, as with a machine that started anew."""
        for state in self._status.init_containers + self._status.containers:
            state.state = {
                "terminated": {
                    "exitCode": 137,
                    "reason": "ContainerStatusUnknown",
                    "message": "The container could not be located when the pod was terminated",
                }
            }

    def _make_volumes(self):
        while not self._ending.is_set():
            try:
                os.makedirs(self._context.folder, exist_ok=True)
                volumes = self._spec.get("volumes") or []
                return {volume["name"]: make_volume(self._context, volume) for volume in volumes}
            except Missing:
                self._ending.wait(PENDING_LOOK)
        return None

    def _run_init_containers(self, volumes):
        """Whether all have ended well."""
        for state in self._status.init_containers:
            self._run_container(state, volumes, "Never" if self._policy == "Never" else "OnFailure")
            if not state.succeeded:
                return False
        return True

    def _run_containers(self, volumes):
        threads = [
            threading.Thread(
                target=self._run_container, args=(state, volumes, self._policy), daemon=True
            )
            for state in self._status.containers
        ]
        for thread in threads[1:]:
            thread.start()
        threads[0].run()
        for thread in threads[1:]:
            thread.join()

    def _run_container(self, state, volumes, policy):
        """Runs it, again as often as the policy has it."""
        back_off = FIRST_BACK_OFF
        while True:
            if not self._await_image(state):
                return
            if not self._run_once(state, volumes):
                return
            if self._ending.is_set() or not restarts_after_end(policy, state):
                return
            state.last_state, state.ready = state.state, False
            message = f"back-off {back_off}s restarting failed container={state.spec['name']}"
            state.state = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
            self._publish()
            if self._ending.wait(back_off):
                state.state = state.last_state
                return
            state.restarts += 1
            back_off = min(2 * back_off, LONGEST_BACK_OFF)

    def _await_image(self, state):
        """As long as the image cannot be pulled; False when the pod is to end meanwhile."""
        image = state.spec.get("image", "")
        if not image.startswith(MISSING_IMAGES):
            return True
        pulled = f'Back-off pulling image "{image}"'
        failed = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
            f'failed to resolve reference "{image}": dial tcp: lookup missing.invalid: no such host'
        )
        while not self._ending.is_set():
            for reason, message in (("ErrImagePull", failed), ("ImagePullBackOff", pulled)):
                state.state = {"waiting": {"reason": reason, "message": message}}
                self._publish()
                if self._ending.wait(1):
                    return False
        return False

    def _run_once(self, state, volumes):
        """One run; False when it did not come to that."""
        container = self._start(state, volumes)
        if container is None:
            return state.terminated is not None
        state.container_id = container.id
        state.state = {"running": {"startedAt": container.started_at}}
        probes = [
            probe["exec"]["command"]
            for probe in (state.spec.get(kind, {}) for kind in PROBES)
            if "exec" in probe
        ]
        state.ready = state in self._status.containers and not probes
        self._publish()
        if probes:
            arguments = (state, container, probes)
            threading.Thread(target=self._await_probes, args=arguments, daemon=True).start()
        ended = container.wait()
        with self._lock:
            self._running.discard(container)
        self._complete_logs.add(container.log_path)
        # An init container that has ended well counts as ready.
        state.ready = state in self._status.init_containers and ended["exitCode"] == 0
        state.state = {"terminated": ended}
        if len(self._status.containers) > 1 or state not in self._status.containers:
            self._publish()  # else the pod's end is published with it
        return True

    def _await_probes(self, state, container, probes):
        """A container is ready once all its probes have succeeded; what fails later is not seen."""
        while not self._ending.is_set():
            if all(container.succeeds(command) for command in probes):
                with self._lock:
                    state.ready = container in self._running
                self._publish()
                return
            self._ending.wait(PROBE_PERIOD)

    def _start(self, state, volumes):
        while not self._ending.is_set():
            container = Container(self._context, state.spec, volumes, state.restarts)
            try:
                with self._lock:
                    if self._grace is not None:
                        return None
                    container.start()
                    self._running.add(container)
            except Missing as error:
                waiting = {"reason": "CreateContainerConfigError", "message": str(error)}
                if state.state != {"waiting": waiting}:
                    state.state = {"waiting": waiting}
                    self._publish()
                self._ending.wait(PENDING_LOOK)
                continue
            except CannotStart as error:
                state.state = {
                    "terminated": {
                        "exitCode": 128,
                        "reason": "StartError",
                        "message": str(error),
                        "startedAt": "1970-01-01T00:00:00Z",
                        "finishedAt": now(),
                        "containerID": container.id,
                    }
                }
                return None
            self._logs.setdefault(state.spec["name"], []).append(container.log_path)
            return container
        return None
