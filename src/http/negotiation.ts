/** Accept and Accept-Language: what a client prefers, best first. */
import { LANGUAGES, type Language } from "../domain/configuration.ts";

/** Most wishes of one header that are looked at. */
const WISHES_MAX = 32;

/** The values of a header, lower case, best first; those with `q=0` are left out. */
export function preferencesOf(header: string): readonly string[] {
  return header
    .split(",", WISHES_MAX)
    .map((wish) => {
      const [value = "", ...parameters] = wish.split(";").map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return { value, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
    })
    .filter(({ value, quality }) => value !== "" && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ value }) => value);
}

/** The language that a client prefers, or `otherwise`. `zh-CN` and `zh-Hant` count as `zh`. */
export function preferredLanguage(header: string | undefined, otherwise: Language): Language {
  if (header === undefined) return otherwise;
  for (const wish of preferencesOf(header)) {
    if (wish === "*") return otherwise;
    const [primary] = wish.split("-");
    const language = LANGUAGES.find((one) => one === primary);
    if (language !== undefined) return language;
  }
  return otherwise;
}

/** The first of `offers` that a client prefers; `null` when it accepts none of them. */
export function preferredType<Offer extends string>(
  header: string | undefined,
  offers: readonly [Offer, ...Offer[]],
): Offer | null {
  if (header === undefined || header.trim() === "") return offers[0];
  for (const wish of preferencesOf(header)) {
    if (wish === "*/*") return offers[0];
    const group = wish.endsWith("/*") ? wish.slice(0, -1) : null;
    const offer = offers.find((one) => one === wish || (group !== null && one.startsWith(group)));
    if (offer !== undefined) return offer;
  }
  return null;
}
