/** The Host allow-list: a page that rebinds its own name to this address is refused. */
import { RuntimeProfileError } from "../domain/error.ts";
import type { App } from "./app.ts";

/** Longest foreign text that a refusal repeats, in characters. */
const QUOTE_MAX = 100;

/** Refuses every request whose Host header is not on the list, the empty one included. */
export function guardHosts(app: App, hosts: () => ReadonlySet<string>): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const { host = "" } = request.headers;
    if (isHostAccepted(host, hosts())) return done();
    done(
      new RuntimeProfileError(
        "RP_HOST_REFUSED",
        `The Host header must name this service, got "${host.slice(0, QUOTE_MAX)}"; ` +
          "use http://localhost with its port, or add the name to server.allowed_hosts.",
      ),
    );
  });
}

/** True when this Host header, the empty one included, is on the list. */
export function isHostAccepted(host: string, hosts: ReadonlySet<string>): boolean {
  return hosts.has(host) || hosts.has(host.toLowerCase());
}
