"""Writes its metrics to a log file that is rotated every few lines."""

import logging.handlers
import os

import descent

# As metricsCollectorSpec names it.
path = os.environ["QALAM_METRICS_PATH"]
handler = logging.handlers.RotatingFileHandler(path, maxBytes=200, backupCount=30)
log = logging.getLogger()
log.addHandler(handler)
log.setLevel(logging.INFO)

for step, loss in descent.losses():
    log.info("step=%d loss=%.6g", step, loss)
