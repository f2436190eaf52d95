import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadProfile, PROFILE_FILE_NAME, saveProfile } from "../src/detect/profile-file.ts";
import { UNKNOWN_HOST } from "../src/domain/host.ts";
import { profileDocumentOf } from "../src/domain/profile-document.ts";
import { fakeRoot, temporaryFolder } from "./support/temporary-folder.ts";

const DOCUMENT = profileDocumentOf(UNKNOWN_HOST, "LOCAL_CPU_ONLY");

test("profile-file: what was saved into a folder is loaded again", async () => {
  const folder = temporaryFolder();
  const path = await saveProfile(folder, DOCUMENT);
  expect(path).toBe(join(folder, PROFILE_FILE_NAME));
  expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(DOCUMENT, null, 2)}\n`);
  const loaded = { document: DOCUMENT, setAside: null, note: null };
  expect(await loadProfile(folder)).toEqual(loaded);
  expect(await loadProfile(path)).toEqual(loaded);
});

test("profile-file: saving takes the place of the old file and leaves nothing beside it", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "mine.json");
  writeFileSync(path, "old");
  const saves = [1, 2, 3, 4].map(() => saveProfile(path, DOCUMENT));
  expect(await Promise.all(saves)).toEqual([path, path, path, path]);
  expect(readdirSync(folder)).toEqual(["mine.json"]);
  expect((await loadProfile(path)).document).toEqual(DOCUMENT);
});

test("profile-file: a folder that cannot be written is refused with its path", async () => {
  const path = join(temporaryFolder(), "absent", "profile.json");
  await expect(saveProfile(path, DOCUMENT)).rejects.toMatchObject({ code: "RP_DATA_FOLDER", path });
});

test("profile-file: an absent file is nothing special", async () => {
  const nothing = { document: null, setAside: null, note: null };
  expect(await loadProfile(temporaryFolder())).toEqual(nothing);
});

test.each([
  ["cut", JSON.stringify(DOCUMENT).slice(0, -20)],
  ["empty", ""],
  ["of another kind", '{"name":"package"}'],
  ["binary", "\u0000\u0001\u0002"],
  ["too large", `${JSON.stringify(DOCUMENT)}${" ".repeat(1024 * 1024)}`],
])("profile-file: a file that is %s is set aside, whole", async (_, text) => {
  const folder = fakeRoot({ [PROFILE_FILE_NAME]: text });
  const setAside = join(folder, "runtime_profile.damaged-1.json");
  expect(await loadProfile(folder)).toEqual({
    document: null,
    setAside,
    note: { probe: "profile", code: "unparsable", detail: "runtime_profile.damaged-1.json" },
  });
  expect(readFileSync(setAside, "utf8")).toBe(text);
  expect(readdirSync(folder)).toEqual(["runtime_profile.damaged-1.json"]);
});

test("profile-file: damaged files are counted on, none is overwritten", async () => {
  const folder = fakeRoot({
    [PROFILE_FILE_NAME]: "x",
    "runtime_profile.damaged-1.json": "first",
    "runtime_profile.damaged-7.json": "seventh",
  });
  const { setAside } = await loadProfile(folder);
  expect(setAside).toBe(join(folder, "runtime_profile.damaged-8.json"));
  expect(readFileSync(join(folder, "runtime_profile.damaged-7.json"), "utf8")).toBe("seventh");
});

test("profile-file: the user's plain document is accepted", async () => {
  const plain = {
    cpu: { cores: 16, threads: 24, score: "ultra" },
    memory: { total_gb: 31.8, available_gb: 17 },
    gpu: null,
    ai_runtime: { ollama: false, ollama_models: [], cuda_available: false },
    editor: { davinci: { installed: false, version: null, scriptable: false } },
    os: "Windows",
    profile_class: "LOCAL_CPU_ONLY",
  };
  const folder = fakeRoot({ [PROFILE_FILE_NAME]: JSON.stringify(plain) });
  expect((await loadProfile(folder)).document).toMatchObject(plain);
});

test("profile-file: a folder in the file's place is unreadable, not damaged", async () => {
  const folder = fakeRoot({ [`${PROFILE_FILE_NAME}/inside`]: "x" });
  const { document, setAside, note } = await loadProfile(folder);
  expect([document, setAside]).toEqual([null, null]);
  expect(note).toMatchObject({ probe: "profile", code: "unreadable" });
});
