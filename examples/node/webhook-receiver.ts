/**
 * Receives the steps of a runtime: checks who sent them, and tells each one once.
 *
 *     STEPS_SECRET=… node webhook-receiver.ts [port] [how many steps, default: for ever]
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

const [port = "9000", count = "Infinity"] = process.argv.slice(2);
const { STEPS_SECRET: secret = "" } = process.env;
if (secret === "") throw new Error("Set STEPS_SECRET to the value of hooks.webhook_secret.");
const key = secret.startsWith("whsec_")
  ? Buffer.from(secret.slice(6), "base64")
  : Buffer.from(secret);

// An older message may be one that somebody has recorded.
const TOLERANCE_S = 300;
// A step comes again when our answer was lost; its id is then the same.
const KNOWN_MAX = 1000;
const known = new Set<string>();
let left = Number(count);

const server = createServer(async (request, response) => {
  const body = await text(request);
  if (!isSigned(request, body)) return void response.writeHead(401).end();
  const id = String(request.headers["webhook-id"]);
  if (!known.has(id)) {
    known.add(id);
    if (known.size > KNOWN_MAX) known.delete([...known][0] ?? "");
    const { event, from, to, sentence } = JSON.parse(body).data;
    console.log(`${event}: ${from} -> ${to}: ${sentence}`);
    left -= 1;
  }
  response.writeHead(204).end();
  if (left <= 0) server.close();
});
server.listen(Number(port), "127.0.0.1", () => console.log("listening", server.address()));

function isSigned({ headers }: IncomingMessage, body: string): boolean {
  const timestamp = Number(headers["webhook-timestamp"]);
  if (!(Math.abs(Date.now() / 1000 - timestamp) <= TOLERANCE_S)) return false;
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = createHmac("sha256", key).update(signed).digest();
  // There may be several, one for each secret while secrets are exchanged.
  return String(headers["webhook-signature"])
    .split(" ")
    .some((signature) => {
      const [version, mac = ""] = signature.split(",");
      const given = Buffer.from(mac, "base64");
      return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
    });
}
