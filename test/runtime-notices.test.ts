/** Notices are bounded and do not repeat themselves. */
import { expect, test } from "vitest";
import { addNotice, noNotices } from "../src/runtime-notices.ts";

test.each([
  [100, "0"],
  [101, "1"],
])("notices: of %i the newest hundred are kept", (count, oldest) => {
  const notices = noNotices();
  for (let number = 0; number < count; number += 1)
    addNotice(notices, { code: "LISTENER_FAILED", message: String(number) });
  expect(notices.list).toHaveLength(100);
  expect(notices.counts).toEqual({ LISTENER_FAILED: count });
  expect(notices.list[0]?.message).toBe(oldest);
  expect(notices.list.at(-1)?.message).toBe(String(count - 1));
});

test("notices: a saved profile is said once, and again after it could not be saved", () => {
  const notices = noNotices();
  const saved = { code: "PROFILE_SAVED", message: "/folder/file" } as const;
  const failed = { code: "PROFILE_NOT_SAVED", message: "disk full" } as const;
  const other = { code: "LOG_UNWRITABLE", message: "disk full" } as const;
  for (const notice of [saved, saved, other, saved, failed, failed, saved])
    addNotice(notices, notice);
  expect(notices.list).toEqual([saved, other, failed, saved]);
});
