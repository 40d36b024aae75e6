"""Writes TensorBoard's event files, here by hand so that the example needs no package.

A real program would rather use SummaryWriter of torch.utils.tensorboard, or tf.summary.
"""

import os
import struct
import time

import descent


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data):
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def scalar(tag, value, step):
    """An Event of one Summary value; all its parts are shorter than 128 bytes and so is the step."""
    name = tag.encode()
    entry = b"\x0a" + bytes([len(name)]) + name + b"\x15" + struct.pack("<f", value)
    summary = b"\x0a" + bytes([len(entry)]) + entry
    head = b"\x09" + struct.pack("<d", time.time()) + b"\x10" + bytes([step])
    return record(head + b"\x2a" + bytes([len(summary)]) + summary)


folder = os.path.join(os.environ["QALAM_METRICS_PATH"], "train")
os.makedirs(folder)
with open(os.path.join(folder, f"events.out.tfevents.{int(time.time())}"), "wb") as file:
    for step, loss in descent.losses():
        file.write(scalar("loss", loss, step))
        file.flush()
