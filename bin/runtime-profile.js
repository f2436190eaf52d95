#!/usr/bin/env node
// The entry of the command line. It is read by every Node there is, so it uses nothing new and loads
// nothing before the version is known: the log's store ends an older Node without a word.
const NEEDED = [22, 18];

const found = process.versions.node;
const [major, minor] = found.split(".").map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `runtime-profile needs Node ${NEEDED.join(".")} or later, and this is Node ${found}; install a newer one (https://nodejs.org) and start it again.\n`,
  );
  process.exitCode = 1;
} else {
  import("node:fs")
    .then(({ existsSync }) => {
      const source = new URL("../src/cli/main.ts", import.meta.url);
      const built = new URL("../dist/cli/main.js", import.meta.url);
      return import((existsSync(source) ? source : built).href);
    })
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      process.stderr.write(`runtime-profile could not start: ${error.message}\n`);
      process.exitCode = 1;
    });
}
