/** Security headers of every answer: nothing foreign is loaded, framed, guessed or told. */
import helmet from "@fastify/helmet";
import type { App } from "./app.ts";

/** Sets the headers; HTTPS is neither promised nor forced, for this service speaks HTTP on loopback. */
export async function addSecurityHeaders(app: App): Promise<void> {
  await app.register(helmet, {
    strictTransportSecurity: false,
    // For Internet Explorer 8, for Flash, and for a filter that browsers have dropped: every answer would
    // carry them for nobody.
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
      },
    },
  });
  // What may be kept says so itself.
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("cache-control", "no-store");
    done();
  });
}
