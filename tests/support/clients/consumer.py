"""A consumer of lagtop's tests: librdkafka through Python, a process of its own.

What it shall consume is told on its standard input, so that its command line says nothing; it ends when that
ends.
"""

import os
import sys
import threading

from confluent_kafka import Consumer


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def deserialize():
    number = 1
    while True:
        number = number * 3 % 1_000_003


bootstrap, topic, group, client, instance, commit_ms = sys.stdin.readline().split()
threading.Thread(target=end_with_input, daemon=True).start()
if "burn" in sys.argv:
    threading.Thread(target=deserialize, name="deserializer", daemon=True).start()
consumer = Consumer(
    {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "client.id": client,
        "group.instance.id": instance,
        "auto.offset.reset": "earliest",
        "auto.commit.interval.ms": int(commit_ms),
    }
)
consumer.subscribe([topic])
while True:
    consumer.poll(0.2)
