/** What the window may ask of the main process, and nothing else. A sandboxed preload is CommonJS. */
const { contextBridge, ipcRenderer } = require("electron") as typeof import("electron");

contextBridge.exposeInMainWorld("runtimeProfile", {
  status: () => ipcRenderer.invoke("status"),
  rendering: (isRendering: boolean) => ipcRenderer.invoke("rendering", isRendering),
  onStep: (listener: (sentence: string) => void) => {
    ipcRenderer.on("step", (_, sentence) => listener(String(sentence)));
  },
});
