/** The log in the guides: every type, finding and remark of the closed lists, and no other. */
import { expect, test } from "vitest";
import { ENTRY_TYPES } from "../src/log/codec.ts";
import { INEXACT_CODES } from "../src/replay/inexact.ts";
import { FINDINGS } from "../src/replay/verify.ts";
import { codesIn, GUIDES, tableOf } from "./support/pages.ts";

test("docs: the guides have every type of entry, and no other", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Type | Kind", "类型 | 种类");
    const types = rows.flatMap(([cell = ""]) => codesIn(cell));
    expect(types.sort(), guide).toEqual([...ENTRY_TYPES].sort());
  }
});

test("docs: the guides have every finding of verify and every remark on the past, and no other", () => {
  for (const guide of GUIDES) {
    const findings = tableOf(guide, "Finding | Meaning", "发现 | 含义");
    expect(
      findings.flatMap(([cell = ""]) => codesIn(cell)),
      guide,
    ).toEqual([...FINDINGS]);
    const remarks = tableOf(guide, "Remark | Meaning", "说明 | 含义").flatMap(([cell = ""]) =>
      codesIn(cell),
    );
    expect(remarks, guide).toEqual([...INEXACT_CODES]);
  }
});
