"""Chats through the daemon with Python's standard library; the daemon chooses where it runs.

    python3 chat_stdlib.py [address] [question]
"""

import json
import os
import sys
import urllib.error
import urllib.request

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
QUESTION = sys.argv[2] if len(sys.argv) > 2 else "Name three cuts of a film."
TOKEN = os.environ.get("RUNTIME_PROFILE_TOKEN")
# A cold model is loaded first, and work may wait for its turn.
PATIENCE_S = 300


def chat(stream):
    body = {
        # No name of a model: "runtime/vision" and "runtime/planning" are what the policy says now.
        "model": "runtime/planning",
        "messages": [{"role": "user", "content": QUESTION}],
        "stream": stream,
    }
    request = urllib.request.Request(
        ADDRESS + "/v1/chat/completions",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    if TOKEN:
        request.add_header("authorization", f"Bearer {TOKEN}")
    return urllib.request.urlopen(request, timeout=PATIENCE_S)


def show_receipt(headers):
    """Where it ran and why."""
    for name in ("provider", "model", "device", "tier", "rung", "reason", "seq"):
        value = headers.get(f"x-runtime-profile-{name}")
        if value is not None:
            print(f"{name}: {value}")


def whole():
    with chat(stream=False) as response:
        show_receipt(response.headers)
        print(json.load(response)["choices"][0]["message"]["content"])


def piece_by_piece():
    with chat(stream=True) as response:
        for raw in response:
            line = raw.decode().strip()
            if not line.startswith("data:"):
                continue
            data = line[5:].strip()
            if data == "[DONE]":
                break
            choices = json.loads(data)["choices"]
            if choices:
                print(choices[0]["delta"].get("content") or "", end="", flush=True)
        print()


try:
    whole()
    piece_by_piece()
except urllib.error.HTTPError as error:
    # For example 503 while nothing may run; Retry-After says when to come again.
    problem = json.load(error)["error"]
    sys.exit(f"{error.code} {problem['code']}: {problem['message']}")
