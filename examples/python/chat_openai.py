"""Chats through the daemon with the openai package: pip install openai

Only the syntax of this file is checked by the tests.

    python3 chat_openai.py [address]
"""

import os
import sys

from openai import OpenAI

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"

# The daemon asks for a token only beyond loopback, but the package wants some key. It tries again by itself
# when the daemon says so.
client = OpenAI(
    base_url=f"{ADDRESS}/v1",
    api_key=os.environ.get("RUNTIME_PROFILE_TOKEN", "none"),
    timeout=300,
)
QUESTION = [{"role": "user", "content": "Name three cuts of a film."}]

raw = client.chat.completions.with_raw_response.create(model="runtime/planning", messages=QUESTION)
# The receipt: where it ran, and why.
for name in ("provider", "model", "device", "tier", "rung", "reason", "seq"):
    print(name, raw.headers.get(f"x-runtime-profile-{name}"))
print(raw.parse().choices[0].message.content)

for chunk in client.chat.completions.create(
    model="runtime/planning", messages=QUESTION, stream=True
):
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
