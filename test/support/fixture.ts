/** Texts of `test/fixtures`, by folder and name. */
import { readFileSync } from "node:fs";

/** The text of a fixture, for example `fixture("ollama", "tags.local.json")`. */
export function fixture(
  folder: "nvidia-smi" | "linux-memory" | "ollama" | "gpu-other",
  name: string,
): string {
  return readFileSync(new URL(`../fixtures/${folder}/${name}`, import.meta.url), "utf8");
}
