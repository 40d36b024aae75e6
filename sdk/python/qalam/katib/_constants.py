"""Words of Katib's API."""

from __future__ import annotations

# Seconds that a call may take.
DEFAULT_TIMEOUT = 120

API_VERSION = "kubeflow.org/v1beta1"
EXPERIMENT_LABEL = "katib.kubeflow.org/experiment"

CREATED = "Created"
RUNNING = "Running"
RESTARTING = "Restarting"
SUCCEEDED = "Succeeded"
FAILED = "Failed"
# Not one of Katib's: an experiment that was stopped by hand.
STOPPED = "Stopped"

TRUE = "True"
FALSE = "False"

# Images to run a function in. A trial here is a process of the machine, and runs in none of them.
BASE_IMAGE_TENSORFLOW = "docker.io/tensorflow/tensorflow:2.13.0"
BASE_IMAGE_TENSORFLOW_GPU = "docker.io/tensorflow/tensorflow:2.13.0-gpu"
BASE_IMAGE_PYTORCH = "docker.io/pytorch/pytorch:2.2.1-cuda12.1-cudnn8-runtime"
BASE_IMAGE_MXNET = "docker.io/mxnet/python:1.9.1_native_py3"
