/** A program that follows the steps of a running daemon, and goes on where it was after a pause. */
import { setTimeout as wait } from "node:timers/promises";

const [address = "http://127.0.0.1:8000", count = "Infinity"] = process.argv.slice(2);
let left = Number(count);
let known = "0";

while (left > 0) {
  await follow().catch((error) => console.log(`Cut off: ${error.message}`));
  if (left > 0) await wait(2000);
}

async function follow(): Promise<void> {
  const headers = { accept: "text/event-stream", "last-event-id": known };
  const answer = await fetch(`${address}/api/runtime/events?type=transition`, { headers });
  if (!answer.ok || answer.body === null) throw new Error(await answer.text());
  let rest = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + part).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      known = /^id: (.*)$/m.exec(block)?.[1] ?? known;
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const said = JSON.parse(data);
      // After a reset the log cannot tell everything: begin anew from the state now.
      if (block.startsWith("event: reset")) console.log(`Now: ${said.snapshot.state.profile}`);
      else console.log(`${said.data.from} -> ${said.data.to}: ${said.data.reason.code}`);
      left -= 1;
      if (left <= 0) return;
    }
  }
}
