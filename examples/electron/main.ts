/**
 * An Electron app with a runtime in its main process; its window shows the plan and each step.
 *
 * To use it: copy this folder, put the file that `npm pack` makes in a checkout beside it, import from
 * "runtime-profile" instead of the sources, delete electron.d.ts (the real types come with Electron), then
 * `npm install && npm start`. Only its syntax and types are checked by the tests.
 */
import { join } from "node:path";
import { app, BrowserWindow, ipcMain } from "electron";
import { createRuntime, type Runtime } from "../../src/index.ts";

// One data folder belongs to one running runtime, so there is one app.
if (!app.requestSingleInstanceLock()) app.exit();

await app.whenReady();
const runtime: Runtime = await createRuntime({
  dataFolder: join(app.getPath("userData"), "runtime-profile"),
  // The window is there at once; the plan follows when the host is detected.
  waitForDetection: false,
});
// Whoever waits for it hears why; the app goes on without a host.
runtime.detected.catch((error) => console.error(error));

ipcMain.handle("status", () => runtime.status());
// The window only asks; what it may cause stands here.
ipcMain.handle("rendering", (_, isRendering: unknown) => {
  if (isRendering === true) runtime.degrade({ reason: "the app renders" });
  else runtime.restore({ reason: "the app has rendered" });
});

const window = new BrowserWindow({
  width: 720,
  height: 480,
  webPreferences: { preload: join(import.meta.dirname, "preload.cjs") },
});
await window.loadFile("index.html");

const tell = ({ sentence }: { readonly sentence: string }): void => {
  if (!window.isDestroyed()) window.webContents.send("step", sentence);
};
runtime.onDegraded(tell);
runtime.onRecovered(tell);

app.on("window-all-closed", () => app.quit());

// The log is closed in order before the app ends.
let isStopped = false;
app.on("before-quit", (event) => {
  if (isStopped) return;
  event.preventDefault();
  void runtime.stop("the app ends").finally(() => {
    isStopped = true;
    app.quit();
  });
});
