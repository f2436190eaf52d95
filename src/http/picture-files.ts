/**
 * The pictures as they were drawn when the package was made; the service and the command line light
 * them, and never lay one out. Each file is read once and kept: there are a few dozen, of 5 to 35 KB each,
 * and a page that follows the runtime asks for the same one again and again.
 */
import { readFile } from "node:fs/promises";
import type { Theme } from "../charts/palette.ts";
import { lightSvg } from "../charts/svg-light.ts";
import { type ChartView, pictureFile, pictureOf } from "../charts/view-names.ts";
import type { Language } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import type { SnapshotView } from "../replay/views.ts";

/** Beside `src` and `dist` alike. */
const FOLDER = new URL("../../docs/statecharts/svg/", import.meta.url);

/** The names are a closed list, so this is bounded. */
const kept = new Map<string, string>();

export interface PictureRequest {
  readonly view: ChartView;
  readonly language: Language;
  readonly theme: Theme;
  /** What is lit; `null` = the chart alone. */
  readonly moment: Pick<SnapshotView, "state" | "reason"> | null;
}

/** The picture as SVG, lit with a moment's state and last step. Throws RP_NOT_FOUND without its file. */
export async function pictureSvg(request: PictureRequest): Promise<string> {
  const { language, theme, moment } = request;
  const view = pictureOf(request.view, moment?.state ?? null);
  const svg = await fileOf(pictureFile({ view, language, theme }));
  return moment === null ? svg : lightSvg(svg, { state: moment.state, edge: moment.reason });
}

async function fileOf(name: string): Promise<string> {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const text = await readFile(new URL(name, FOLDER), "utf8").catch((cause: unknown) => {
    throw missing(name, cause);
  });
  kept.set(name, text);
  return text;
}

function missing(name: string, cause: unknown): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_NOT_FOUND",
    `Expected the picture docs/statecharts/svg/${name} beside the program, got no such file; install runtime-profile again, or run npm run charts in a checkout.`,
    { path: "view", cause },
  );
}
