/** What the programs of Windows print, in the forms of the real ones, for the cards a test wants. */

const CLASS =
  "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}";
const DIRECTX = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX";
const ENGLISH_END = "End of search: 1 match(es) found.";

/** A card of the registry. */
export interface RegistryCard {
  readonly name: string;
  readonly device?: string;
  /** As `reg` prints it, for example `REG_QWORD    0x600000000`. */
  readonly size?: string;
}

/** The three answers of `reg query … /s /v NAME`, by the name asked for. */
export function registryAnswers(cards: readonly RegistryCard[], end = ENGLISH_END) {
  const answer = (name: string, dataOf: (card: RegistryCard) => string | undefined): string => {
    const parts = cards.flatMap((card, position) => {
      const data = dataOf(card);
      const key = `${CLASS}\\${`${position}`.padStart(4, "0")}`;
      return data === undefined ? [] : [`${key}\r\n    ${name}    ${data}\r\n`];
    });
    return `\r\n${parts.join("\r\n")}\r\n${end}\r\n`;
  };
  const size = "HardwareInformation.qwMemorySize";
  return {
    DriverDesc: answer("DriverDesc", ({ name }) => `REG_SZ    ${name}`),
    MatchingDeviceId: answer("MatchingDeviceId", ({ device }) => device && `REG_SZ    ${device}`),
    [size]: answer(size, (card) => card.size),
  };
}

/** An adapter of `reg query HKLM\SOFTWARE\Microsoft\DirectX /s`. */
export interface DirectxCard {
  readonly name: string;
  readonly luid: string;
  readonly ids?: readonly [string, string];
}

/** The answer about DirectX. */
export function directxAnswer(adapters: readonly DirectxCard[]): string {
  const parts = adapters.map(({ name, luid, ids }, position) => {
    const key = `${DIRECTX}\\{0000000${position}-0000-0000-0000-000000000000}`;
    const values = [
      `    Description    REG_SZ    ${name}`,
      `    AdapterLuid    REG_QWORD    ${luid}`,
      ...(ids === undefined
        ? []
        : [`    VendorId    REG_DWORD    ${ids[0]}`, `    DeviceId    REG_DWORD    ${ids[1]}`]),
    ];
    return `${key}\r\n${values.join("\r\n")}\r\n`;
  });
  const top = `${DIRECTX}\r\n    Version    REG_SZ    4.09.00.0904\r\n`;
  return `\r\n${top}\r\n${parts.join("\r\n")}`;
}

/** Names of the two counters in a language. */
export const COUNTER_NAMES = {
  english: ["GPU Adapter Memory", "Dedicated Usage", "Shared Usage"],
  german: ["GPU-Adapterspeicher", "Dedizierte Auslastung", "Gemeinsame Auslastung"],
  chinese: ["GPU 适配器内存", "专用使用", "共享使用"],
} as const;

/** The header line of typeperf for these adapters. */
export function counterHeader(
  adapters: readonly string[],
  [object, dedicated, shared]: readonly [string, string, string] = COUNTER_NAMES.english,
): string {
  const columns = [dedicated, shared].flatMap((counter) =>
    adapters.map((adapter) => `"\\\\HOST\\${object}(${adapter})\\${counter}"`),
  );
  return `"(PDH-CSV 4.0)",${columns.join(",")}`;
}

/** A row of typeperf with these cells. */
export function counterRow(cells: readonly string[]): string {
  return `"09/15/2026 10:00:00.000",${cells.map((cell) => `"${cell}"`).join(",")}`;
}
