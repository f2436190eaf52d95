/** The environment variables that detection reads, and any other that children inherit. */
export interface Environment {
  readonly LOCALAPPDATA?: string | undefined;
  readonly PATH?: string | undefined;
  readonly Path?: string | undefined;
  readonly HOME?: string | undefined;
  readonly APPDATA?: string | undefined;
  readonly SystemRoot?: string | undefined;
  readonly ProgramFiles?: string | undefined;
  readonly ProgramW6432?: string | undefined;
  readonly OLLAMA_HOST?: string | undefined;
  readonly [name: string]: string | undefined;
}
