/** The few types of Electron that this example needs, so that it can be checked without installing it. */
declare module "electron" {
  interface PreventableEvent {
    preventDefault(): void;
  }
  export const app: {
    whenReady(): Promise<void>;
    requestSingleInstanceLock(): boolean;
    getPath(name: "userData"): string;
    on(event: "window-all-closed", listener: () => void): void;
    on(event: "before-quit", listener: (event: PreventableEvent) => void): void;
    quit(): void;
    exit(): void;
  };
  export class BrowserWindow {
    constructor(options: {
      width: number;
      height: number;
      webPreferences: { preload: string };
    });
    readonly webContents: { send(channel: string, ...values: unknown[]): void };
    loadFile(path: string): Promise<void>;
    isDestroyed(): boolean;
  }
  export const ipcMain: {
    handle(channel: string, listener: (event: unknown, ...values: unknown[]) => unknown): void;
  };
  export const ipcRenderer: {
    invoke(channel: string, ...values: unknown[]): Promise<unknown>;
    on(channel: string, listener: (event: unknown, ...values: unknown[]) => void): void;
  };
  export const contextBridge: { exposeInMainWorld(name: string, api: object): void };
}
