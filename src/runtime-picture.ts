/**
 * A picture as models are sent it: a `data:` URL with its true type.
 *
 * The type is read from the first bytes, not from the name: a frame that was saved as .jpg may be a PNG, and
 * providers refuse what does not match. Nothing is fetched; a picture is a file, bytes, or such a URL.
 */
import { readFile, stat } from "node:fs/promises";
import { RuntimeProfileError } from "./domain/error.ts";

/** The path of a file, a `data:` URL, or the bytes themselves. */
export type Picture = string | Uint8Array;

/** Larger ones are refused: OpenAI takes 20 MB each, and base64 adds a third. */
const PICTURE_MAX_BYTES = 20 * 1024 * 1024;

const MIB = 1024 * 1024;
const MOST_TEXT = `at most ${PICTURE_MAX_BYTES / MIB} MiB`;

const DATA_URL = /^data:image\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]+$/;

/** How each type begins. Sources: the formats' own specifications. */
const BEGINNINGS: readonly (readonly [type: string, offset: number, bytes: readonly number[]])[] = [
  ["image/png", 0, [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", 0, [0xff, 0xd8, 0xff]],
  ["image/gif", 0, [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", 8, [0x57, 0x45, 0x42, 0x50]],
  ["image/bmp", 0, [0x42, 0x4d]],
];

/** The picture as a URL. Throws RP_INPUT for what is no picture, too large, or cannot be read. */
export async function pictureUrlOf(picture: Picture): Promise<string> {
  if (typeof picture === "string" && picture.startsWith("data:")) {
    if (picture.length <= PICTURE_MAX_BYTES * 1.5 && DATA_URL.test(picture)) return picture;
    throw refused("a data: URL of an image in base64", `${picture.slice(0, 40)}…`);
  }
  if (typeof picture === "string" && /^[a-z][a-z0-9+.-]+:\/\//i.test(picture)) {
    throw refused("a file, bytes or a data: URL (nothing is fetched)", picture.slice(0, 80));
  }
  const bytes = typeof picture === "string" ? await fileOf(picture) : picture;
  if (bytes.length > PICTURE_MAX_BYTES) {
    throw refused(MOST_TEXT, `${Math.ceil(bytes.length / MIB)} MiB`);
  }
  const type = typeOf(bytes);
  if (type === null) throw refused("PNG, JPEG, GIF, WebP or BMP", "something else");
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}

async function fileOf(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > PICTURE_MAX_BYTES) throw refused(MOST_TEXT, `${Math.ceil(size / MIB)} MiB`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof RuntimeProfileError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new RuntimeProfileError(
      "RP_INPUT",
      `The picture could not be read (${message}); check its path and permissions.`,
      { path: "image", cause: error },
    );
  }
}

function typeOf(bytes: Uint8Array): string | null {
  const found = BEGINNINGS.find(([, offset, beginning]) =>
    beginning.every((byte, index) => bytes[offset + index] === byte),
  );
  return found?.[0] ?? null;
}

function refused(expected: string, got: string): RuntimeProfileError {
  const message = `Expected a picture: ${expected}; got ${got}.`;
  return new RuntimeProfileError("RP_INPUT", message, { path: "image" });
}
