"""For scripts written for Katib's SDK: they run on Qalam with one line changed.

    import kubeflow.katib as katib        # before
    import qalam.katib as katib           # after

Objects, methods and arguments are called as there, and mean the same where a process on a machine can
mean the same as a container in a cluster; `KatibClient` says where it cannot.
"""

from __future__ import annotations

from qalam.katib import models, search
from qalam.katib._client import KatibClient
from qalam.katib._constants import (
    BASE_IMAGE_MXNET,
    BASE_IMAGE_PYTORCH,
    BASE_IMAGE_TENSORFLOW,
    BASE_IMAGE_TENSORFLOW_GPU,
)
from qalam.katib._report import report_metrics
from qalam.katib.models import *  # noqa: F403

__all__ = [
    "BASE_IMAGE_MXNET",
    "BASE_IMAGE_PYTORCH",
    "BASE_IMAGE_TENSORFLOW",
    "BASE_IMAGE_TENSORFLOW_GPU",
    "KatibClient",
    "models",
    "report_metrics",
    "search",
    *models.__all__,
]
