"""Follows a running daemon with Python's standard library: the plan now, each step, and a task reported.

    python3 watch.py [address] [how many steps, default: for ever]
"""

import http.client
import json
import os
import sys
import time
import urllib.request

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
LEFT = int(sys.argv[2]) if len(sys.argv) > 2 else None
# The daemon asks for a token only beyond loopback.
TOKEN = os.environ.get("RUNTIME_PROFILE_TOKEN")
# It gives a sign of life each 15 s; three that are missing mean that it is gone.
SILENCE_S = 45


def ask(path, body=None, headers=None):
    request = urllib.request.Request(ADDRESS + path, headers=headers or {})
    if TOKEN:
        request.add_header("authorization", f"Bearer {TOKEN}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    return urllib.request.urlopen(request, timeout=SILENCE_S)


def answer(path, body=None):
    with ask(path, body) as response:
        return json.load(response)


def show_plan():
    status = answer("/api/runtime/status?lang=en")
    vision = status["policy"]["vision"]
    print(status["profile"]["class"], status["profile"]["rung"])
    print("vision:", vision["provider"], vision["model"], vision["device"])
    return vision


def events(last_id):
    """Each event as (id, name, data); ends when the connection ends."""
    headers = {"accept": "text/event-stream", "last-event-id": last_id}
    with ask("/api/runtime/events?type=transition", headers=headers) as response:
        name, data = "message", []
        for raw in response:
            line = raw.decode().rstrip("\n")
            if line == "":
                yield last_id, name, json.loads("\n".join(data)) if data else None
                name, data = "message", []
            elif line.startswith("id: "):
                last_id = line[4:]
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])


def follow(left):
    # "0" tells the whole log first; leave the header out to begin now.
    last_id = "0"
    while left is None or left > 0:
        try:
            for last_id, name, data in events(last_id):
                if data is None:
                    continue  # A sign of life: only the id has moved on.
                if name == "reset":
                    print("now:", data["snapshot"]["state"]["profile"])
                else:
                    step = data["data"]
                    print(step["from"], "->", step["to"], step["reason"]["code"])
                if left is not None:
                    left -= 1
                    if left == 0:
                        return
        except (OSError, http.client.HTTPException) as error:
            print("cut off:", error)
        # Goes on behind the last id, also after the daemon was restarted.
        time.sleep(2)


vision = show_plan()
if vision["ready"] and vision["provider"] != "none":
    # Here your own code asks the model. Then it says how that went:
    answer(
        "/api/runtime/tasks",
        {"task": "vision", "provider": vision["provider"], "model": vision["model"], "ok": True},
    )
    print("task reported")
follow(LEFT)
