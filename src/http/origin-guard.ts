/** Cross-site requests: other sites may neither read nor change anything, and reading changes nothing. */
import type { IncomingHttpHeaders } from "node:http";
import { RuntimeProfileError } from "../domain/error.ts";
import type { App } from "./app.ts";

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
const OWN_SITES = ["same-origin", "none"];

/** What of a request tells where it comes from. */
export interface Asking {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Longest foreign text that a refusal repeats, in characters. */
const QUOTE_MAX = 100;

/** Refuses foreign origins, and unsafe methods that a browser sends for another site. */
export function guardOrigins(app: App): void {
  app.addHook("onRequest", (request, _reply, done) => {
    done(originRefusal(request) ?? undefined);
  });
}

/** The refusal for a GET that acts: no Origin at all, and not from another site. */
export function actingReadRefusal(request: Asking): RuntimeProfileError | null {
  if (request.headers.origin !== undefined) {
    return refused("A GET on this route must come without an Origin header; use POST instead.");
  }
  return siteRefusal(request);
}

/** The refusal for a foreign origin, and for an unsafe method from another site. */
export function originRefusal(request: Asking): RuntimeProfileError | null {
  const { origin, host } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) {
    const given = origin.slice(0, QUOTE_MAX);
    return refused(`The Origin header must be http://${host}, got "${given}"; ask from there.`);
  }
  return SAFE_METHODS.includes(request.method ?? "") ? null : siteRefusal(request);
}

function siteRefusal(request: Asking): RuntimeProfileError | null {
  const site = request.headers["sec-fetch-site"];
  if (site === undefined || OWN_SITES.includes(String(site))) return null;
  const given = String(site).slice(0, QUOTE_MAX);
  return refused(
    `Sec-Fetch-Site must be same-origin, none or absent, got "${given}"; ` +
      "ask from the page of this service or from a program.",
  );
}

function refused(message: string): RuntimeProfileError {
  return new RuntimeProfileError("RP_ORIGIN_REFUSED", message);
}
