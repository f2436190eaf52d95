/** What the guides say of hooks is what the source has. */
import { expect, test } from "vitest";
import { HOOK_FAILURES } from "../src/effects/hook.ts";
import { HOOK_VARIABLES } from "../src/effects/hook-event.ts";
import { GUIDES, tableOf } from "./support/pages.ts";

test("docs: both guides have every variable that a hook's program gets", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Given to the program", "给程序的变量");
    const wanted = HOOK_VARIABLES.map((name) => `\`RUNTIME_PROFILE_${name}\``);
    expect(rows.map(([name]) => name)).toEqual(wanted);
  }
});

test("docs: both guides have every reason for which a hook fails", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Reason of a hook", "钩子的原因");
    expect(rows.map(([reason]) => reason)).toEqual(HOOK_FAILURES.map((code) => `\`${code}\``));
  }
});
