/** The token: beyond loopback every route but the health check asks for it. */
import { createHash, timingSafeEqual } from "node:crypto";
import { RuntimeProfileError } from "../domain/error.ts";
import type { App } from "./app.ts";

/** Shortest token that is accepted, in characters. */
export const TOKEN_MIN = 16;

/** Routes that answer without a token: they tell nothing but that somebody is there. */
const OPEN_ROUTES = ["/healthz"];

const BEARER = /^Bearer +(\S+) *$/i;

/** Refuses requests without the right bearer token. */
export function guardByToken(app: App, token: string): void {
  const isRight = tokenTest(token);
  app.addHook("onRequest", (request, reply, done) => {
    const route = request.routeOptions.url;
    if (route !== undefined && OPEN_ROUTES.includes(route)) return done();
    const { authorization } = request.headers;
    if (isRight(authorization)) return done();
    reply.header("www-authenticate", 'Bearer realm="runtime-profile"');
    done(
      new RuntimeProfileError(
        "RP_UNAUTHORIZED",
        `This route needs the header "Authorization: Bearer" with the token of server.token, got ${
          givenIn(authorization) === undefined ? "none" : "another one"
        }.`,
      ),
    );
  });
}

/** Tells whether an Authorization header has this token; digests are compared, in constant time. */
export function tokenTest(token: string): (authorization: string | undefined) => boolean {
  const expected = digestOf(token);
  return (authorization) => {
    const given = givenIn(authorization);
    return given !== undefined && timingSafeEqual(digestOf(given), expected);
  };
}

function givenIn(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1];
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
