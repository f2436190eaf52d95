/** A process that holds a folder, or appends until it is killed; started by the tests of the log. */
import { writeSync } from "node:fs";
import { lockFolder } from "../src/log/folder-lock.ts";
import { openLog } from "../src/log/sqlite-log.ts";

const [task, folder = ""] = process.argv.slice(2);

/** Most lines it appends, in case nobody kills it. */
const MOST = 200_000;

if (task === "lock") {
  lockFolder(folder);
  writeSync(1, "locked\n");
  setInterval(() => {}, 1000);
} else {
  const { log } = openLog({ folder, mode: "write" });
  for (let at = 1; at <= MOST; at++) {
    const isReading = at % 4 !== 0;
    const [entry] = isReading
      ? log.append({
          input: { type: "reading", at, vram: { used_mib: at, total_mib: 8192 } },
          outputs: [],
          mono: at,
          actor: "sensor",
        })
      : log.append({
          input: { type: "cloud.probed", at, reachable: false },
          outputs: [
            { type: "fact", region: "cloud", from: "unknown", to: "unreachable", evidence: null },
          ],
          mono: at,
          actor: "probe",
        });
    writeSync(1, `${entry?.seq} ${entry?.type} ${at}\n`);
  }
}
