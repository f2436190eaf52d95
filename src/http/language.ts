/** Which language a request is answered in: `?lang`, then Accept-Language, then the service's own. */
import type { FastifyRequest } from "fastify";
import type { Language } from "../domain/configuration.ts";
import { preferredLanguage } from "./negotiation.ts";

/** The language of a request whose query has been validated. */
export function languageOf(request: FastifyRequest, otherwise: Language): Language {
  const { lang } = request.query as { readonly lang?: Language };
  return lang ?? preferredLanguage(request.headers["accept-language"], otherwise);
}
