/**
 * The page for people: the built files of `web/dist` at `/`, and the plain page beside it.
 *
 * The files are named by what is in them, so a browser may keep them for ever; only the first one is
 * asked about each time. Where the page was not built (a checkout without `npm run build`), the plain
 * page takes its place instead of an error.
 */
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "./app.ts";
import { addPlainPage, type PageContext } from "./plain-page.ts";

/** Beside `src` and `dist`, so that both find it. */
const FOLDER = fileURLToPath(new URL("../../web/dist/", import.meta.url));

/** What is not named by its content. */
const FILES = [
  ["/", "index.html"],
  ["/icon.svg", "icon.svg"],
] as const;

const FOR_EVER = "public, max-age=31536000, immutable";

/** Adds `GET /`, `/assets/…` and `/plain`. */
export async function addPage(
  app: App,
  context: PageContext,
  folder: string = FOLDER,
): Promise<void> {
  addPlainPage(app, context, "/plain");
  if (!existsSync(join(folder, "index.html"))) return addPlainPage(app, context, "/");
  const { default: fastifyStatic } = await import("@fastify/static");
  const assets = join(folder, "assets");
  // Looked up at each request: a service that runs on while its package is updated serves a whole page.
  await app.register(fastifyStatic, {
    root: assets,
    prefix: "/assets/",
    cacheControl: false,
    dotfiles: "ignore",
    setHeaders: (reply, path) => {
      // The whole path counts: a package may itself lie in somebody's folder of this name.
      const isNamedByContent = path.startsWith(assets + sep);
      reply.header("cache-control", isNamedByContent ? FOR_EVER : "no-cache");
    },
  });
  for (const [path, file] of FILES) {
    app.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(file, folder, { cacheControl: false }),
    );
  }
}
