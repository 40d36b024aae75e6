"""Serves its metrics while it trains, in Prometheus' text format.

A real program would rather use the package prometheus_client.
"""

import http.server
import os
import threading
import time

import descent

state = {"step": 0, "loss": float("nan")}


class Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = "# TYPE loss gauge\nstep {step}\nloss {loss}\n".format(**state)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


# Each trial is told a port of its own, since trials run side by side.
address = ("127.0.0.1", int(os.environ["QALAM_METRICS_PORT"]))
server = http.server.ThreadingHTTPServer(address, Metrics)
threading.Thread(target=server.serve_forever, daemon=True).start()
for step, loss in descent.losses():
    state.update(step=step, loss=loss)
    time.sleep(0.1)
# It is asked once a second: the last value must be there for as long.
time.sleep(1.5)
