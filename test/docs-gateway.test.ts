/** The chapter on the door has every header, every code and every status, and no other. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { REFUSAL_KINDS } from "../src/domain/job.ts";
import { LOCAL_ONLY_HEADER, WAIT_HEADER } from "../src/gateway/chat-request.ts";
import { receiptHeaders } from "../src/gateway/receipt-headers.ts";
import { FAILURE_ANSWERS } from "../src/gateway/work-refusal.ts";
import { RECEIPT } from "./support/fake-work.ts";
import { codesIn, GUIDES, tableOf, textOf } from "./support/pages.ts";

function firstCodes(guide: string, ...titles: [string, ...string[]]): string[] {
  return tableOf(guide, ...titles).map(([cell = ""]) => codesIn(cell)[0] ?? "");
}

test("docs: both guides have every header of the door, and no other", () => {
  const rung = "nominal";
  const failed = {
    rung,
    provider: "local",
    model: "m",
    failure: "oom",
    seq: 1,
    message: "",
  } as const;
  const told = Object.keys(receiptHeaders({ ...RECEIPT, attempts: [failed] }));
  for (const guide of GUIDES) {
    const wished = firstCodes(guide, "Header of a request", "请求头");
    expect(wished, guide).toEqual([LOCAL_ONLY_HEADER, WAIT_HEADER]);
    const listed = firstCodes(guide, "Header of an answer", "响应头");
    expect(listed.sort(), guide).toEqual([...told, "retry-after", "x-should-retry"].sort());
  }
});

test("docs: both guides have every code of the door with its status, and no other", () => {
  const source = readdirSync("src/gateway")
    .map((file) => textOf(`src/gateway/${file}`))
    .join("\n");
  const own = [
    ...source.matchAll(/\[(\d{3}), "(\w+)"\]/g),
    ...source.matchAll(/status: (\d{3}), code: "(\w+)"/g),
    ...source.matchAll(/status: (\d{3}),\s+code: "(\w+)"/g),
    ...source.matchAll(/^ {2}(\d{3}): \[\s*"(\w+)"/gm),
  ].map(([, status = "", code = ""]) => `${code} ${status}`);
  const refused = REFUSAL_KINDS.filter((kind) => kind !== "failed").map((kind) => `${kind} 503`);
  const failed = Object.values(FAILURE_ANSWERS).map(([status, code]) => `${code} ${status}`);
  const expected = new Set([...own, ...refused, ...failed, "internal_error 500"]);
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Code of the door", "入口的代码");
    const listed = rows.map(([code = "", status]) => `${codesIn(code)[0]} ${status}`);
    expect(listed.sort(), guide).toEqual([...expected].sort());
  }
});
