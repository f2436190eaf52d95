/**
 * llama.cpp's `llama-server`: is it up, and which model does it hold?
 *
 * `{"status":"ok"}` is what half the world answers to `/health`, so health alone proves nothing; `/props`
 * does. While it loads, it answers neither, but with words of its own: that is a running server.
 */
import type { ServedModel } from "../domain/served.ts";
import { amountOf, fieldOf, parseJson, textOf } from "./json-field.ts";
import { nameOfPath } from "./server-models.ts";

/** What `/health` said. */
export type LlamacppHealth = "ok" | "loading";

/** What `/props` tells. */
export interface LlamacppProps {
  readonly version: string | null;
  readonly models: readonly ServedModel[];
}

/** The state in an answer of `/health`, whatever its status; `null` when it is none. */
export function parseLlamacppHealth(text: string): LlamacppHealth | null {
  const json = parseJson(text);
  if (textOf(fieldOf(json, "status")) === "ok") return "ok";
  const message = textOf(fieldOf(fieldOf(json, "error"), "message"));
  return message === "Loading model" ? "loading" : null;
}

/** The server's own description; `null` when the answer is not llama.cpp's. */
export function parseLlamacppProps(text: string): LlamacppProps | null {
  const json = parseJson(text);
  const settings = fieldOf(json, "default_generation_settings");
  const path = textOf(fieldOf(json, "model_path"));
  if (typeof settings !== "object" || settings === null || path === null) return null;
  const vision = fieldOf(fieldOf(json, "modalities"), "vision");
  const isSleeping = fieldOf(json, "is_sleeping");
  const model: ServedModel = {
    name: nameOfPath(path),
    vision: typeof vision === "boolean" ? vision : null,
    loaded: typeof isSleeping === "boolean" ? !isSleeping : null,
    context: amountOf(fieldOf(settings, "n_ctx")),
    size_bytes: null,
    cloud: false,
  };
  return { version: textOf(fieldOf(json, "build_info")), models: [model] };
}
