/** The recorded answers of Ollama, each from a real server on loopback. */
import type { Host } from "../../../src/domain/host.ts";
import { fakeOllama, type OllamaAnswers } from "../fake-ollama.ts";
import { fixture } from "../fixture.ts";
import { ABOUT, type Scene } from "./scene.ts";

const text = (name: string): string => fixture("ollama", name);

function scene(name: string, answers: () => Partial<OllamaAnswers>): Scene {
  return {
    fixture: `ollama/${name}`,
    about: ABOUT.server,
    facts,
    options: async () => ({ ollamaHost: (await fakeOllama(answers())).address }),
  };
}

function facts({ ollama }: Host): readonly string[] {
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

/** Answers of Ollama that detection asks for. */
export const SERVER_SCENES: readonly Scene[] = [
  scene("root.txt", () => ({ mode: "ok", version: "{}" })),
  ...["version.json", "version-old.json"].map((name) =>
    scene(name, () => ({ version: text(name) })),
  ),
  ...[
    "tags.local.json",
    "tags.openapi-gemma4.json",
    "tags.empty.json",
    "tags.cloud-model.json",
  ].map((name) => scene(name, () => ({ tags: text(name) }))),
  ...["ps.full-gpu.json", "ps.partial-gpu.json", "ps.cpu-only.json", "ps.empty.json"].map((name) =>
    scene(name, () => ({ ps: text(name) })),
  ),
];
