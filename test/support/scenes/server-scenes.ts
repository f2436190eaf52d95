/** The recorded answers of model servers, each from a real server on loopback. */
import { readdirSync } from "node:fs";
import { parseOllamaShow } from "../../../src/detect/ollama-show.ts";
import type { Host } from "../../../src/domain/host.ts";
import {
  failureOfServerError,
  isUnloaded,
  serverErrorOf,
} from "../../../src/domain/server-error.ts";
import { fakeOllama, type OllamaAnswers } from "../fake-ollama.ts";
import { type FakeAnswers, fakeServer, RECORDED } from "../fake-server.ts";
import { fixture } from "../fixture.ts";
import { ABOUT, type Scene } from "./scene.ts";

const text = (name: string): string => fixture("ollama", name);
const NAMES = readdirSync(new URL("../../fixtures/ollama", import.meta.url)).filter(
  (name) => name !== "INDEX.md",
);

function ollamaFacts({ ollama }: Host): readonly string[] {
  const { version, models, loaded } = ollama;
  return [
    `version ${version ?? "?"}`,
    ...models.map(({ name, vision, cloud }) =>
      [name, vision === true ? "sees" : null, cloud ? "cloud" : null]
        .filter((word) => word !== null)
        .join(", "),
    ),
    ...loaded.map(
      ({ name, size_bytes, size_vram_bytes }) =>
        `loaded: ${name}, ${size_vram_bytes ?? "?"} of ${size_bytes ?? "?"} bytes on the card`,
    ),
  ];
}

function ollama(name: string, answers: Partial<OllamaAnswers>): Scene {
  return {
    fixture: `ollama/${name}`,
    about: ABOUT.server,
    facts: ollamaFacts,
    options: async () => ({ ollamaHost: (await fakeOllama(answers)).address }),
  };
}

/** A server beside Ollama, at a configured address. */
function other(name: string, answers: FakeAnswers): Scene {
  return {
    fixture: `ollama/${name}`,
    about: ABOUT.server,
    facts: ({ servers = [] }) =>
      servers.map(
        ({ kind, running, models }) =>
          `${kind ?? "unknown"}, running ${running}: ${models
            .map(({ name: model, loaded, vision, context }) =>
              [
                model,
                loaded ? "loaded" : null,
                vision ? "sees" : null,
                context && `${context} tokens`,
              ]
                .filter(Boolean)
                .join(", "),
            )
            .join("; ")}`,
      ),
    options: async () => ({ servers: [(await fakeServer(answers)).address] }),
  };
}

/** What detection never asks for: read by the code that will get it. */
function read(name: string, facts: readonly string[]): Scene {
  return {
    fixture: `ollama/${name}`,
    about: /^$/,
    facts: () => facts,
    options: async () => ({ ollamaHost: (await fakeOllama()).address }),
  };
}

const STATUS = /^error\.(\d{3})\./;

function errorFacts(name: string): readonly string[] {
  const status = Number(STATUS.exec(name)?.[1] ?? (name.startsWith("stream") ? 200 : 500));
  const error = serverErrorOf({ status, body: text(name) });
  return [
    error === null ? "no error" : `\`${error}\`, counts as \`${failureOfServerError(error)}\``,
  ];
}

function showFacts(name: string): readonly string[] {
  const shown = parseOllamaShow(text(name));
  if (shown === null) return ["not understood"];
  const { vision, parameter_size, quantization, context_length, remote } = shown;
  return [
    `sees: ${vision ?? "?"}, ${parameter_size ?? "?"} ${quantization ?? "?"}`,
    `context ${context_length ?? "?"}${remote ? ", runs in a cloud" : ""}`,
  ];
}

function sceneOf(name: string): Scene {
  if (name === "root.txt") return ollama(name, { version: "{}" });
  if (name.startsWith("version")) return ollama(name, { version: text(name) });
  if (name.startsWith("tags.")) return ollama(name, { tags: text(name) });
  if (name.startsWith("ps.")) return ollama(name, { ps: text(name) });
  if (name.startsWith("show.")) return read(name, showFacts(name));
  if (name.startsWith("error.") || name.startsWith("stream")) return read(name, errorFacts(name));
  if (name.includes(".unload.") && name.includes("response"))
    return read(name, [`unloaded: ${isUnloaded(text(name))}`]);
  if (/^(?:chat|generate)\./.test(name)) return read(name, ["an exchange, no fact of the host"]);
  if (name === "lmstudio.api-v0-models.json") return other(name, RECORDED.lmstudioOld);
  if (name === "lmstudio.api-v1-models.json") return other(name, RECORDED.lmstudioNew);
  if (name.includes("503-loading")) return other(name, RECORDED.llamacppLoading);
  if (name.startsWith("llamacpp.")) return other(name, RECORDED.llamacpp);
  if (name.startsWith("vllm.")) return other(name, RECORDED.vllm);
  throw new Error(`${name}: no scene knows this kind of recording`);
}

/** Every file of the folder. */
export const SERVER_SCENES: readonly Scene[] = NAMES.sort().map(sceneOf);
