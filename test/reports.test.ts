/** Every report that a user sent is a host, and what is seen of it stays seen. */
import { expect, test } from "vitest";
import { profileOfReport, REPORT_NAMES, REPORTS_FOLDER } from "./support/report-host.ts";

test.each(REPORT_NAMES)("report %s: is seen as its expectation says", async (name) => {
  const document = await profileOfReport(name);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  // Another detection has other moments.
  const steady = text.replace(/"at": \d+/g, '"at": 0');
  await expect(steady).toMatchFileSnapshot(`${REPORTS_FOLDER}/${name}.expected.json`);
});
