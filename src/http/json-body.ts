/** Bodies are JSON or absent: no other media type is read, and an empty body is an empty object. */
import type { App } from "./app.ts";

/** Most bytes of a request's body. */
export const BODY_MAX_BYTES = 64 * 1024;

const METHODS_WITH_BODY = ["POST"];

/** Leaves JSON as the only media type. Keys that would change a prototype are refused. */
export function addJsonBody(app: App): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string", bodyLimit: BODY_MAX_BYTES },
    (request, text, done) => {
      if (text.trim() === "") done(null, {});
      else parse(request, text, done);
    },
  );
  app.addHook("onRequest", (request, _reply, done) => {
    // What is not there has no type: `curl -X POST -d ''` names one.
    if (request.headers["content-length"] === "0") delete request.headers["content-type"];
    done();
  });
  app.addHook("preValidation", (request, _reply, done) => {
    // Only an absent body is an empty object; a literal null is refused like any other wrong value.
    if (METHODS_WITH_BODY.includes(request.method) && request.body === undefined) request.body = {};
    done();
  });
}
