/** The words of `doctor`: what each finding says, and what to do about it. */
import type { Language } from "../domain/configuration.ts";
import type { Certainty } from "../domain/origin.ts";
import type { DoctorCode, DoctorFinding, DoctorParams, Verdict } from "./doctor-code.ts";
import { gigabyteText, type Phrases, phrase, unknownWord, type Words } from "./wording.ts";
import { cardProgramsText } from "./words-card-use.ts";
import { DOCTOR_REMEDIES } from "./words-remedies.ts";

/** How a check ended, for the line that counts them. */
const VERDICT_WORDS: Phrases<Verdict> = {
  ok: phrase("正常", "fine"),
  look: phrase("请留意", "worth a look"),
  broken: phrase("有问题", "broken"),
  unknown: phrase("无法判断", "cannot be told"),
};

/** How sure a finding is. */
const CERTAINTY_WORDS: Phrases<Certainty> = {
  measured: phrase("实测", "measured"),
  estimated: phrase("估计", "estimated"),
  unknown: phrase("无法确定", "cannot tell"),
};

const FOUND_WORDS: Words<DoctorCode, Figures> = {
  NODE_FINE: both(({ version }) => `Node ${version}`),
  NODE_OLD: {
    zh: ({ version, wanted }) => `Node ${version} 太旧，需要 ${wanted}`,
    en: ({ version, wanted }) => `Node ${version} is too old, ${wanted} is needed`,
  },
  CLOCK_FINE: phrase("系统时钟正常", "The clock is plausible"),
  CLOCK_WRONG: phrase("系统时钟不对", "The clock is wrong"),
  DATA_FOLDER_FINE: {
    zh: ({ path }) => `数据文件夹可写: ${path}`,
    en: ({ path }) => `The data folder is writable: ${path}`,
  },
  DATA_FOLDER_REFUSED: {
    zh: ({ path, said }) => `数据文件夹不可写 (${said}): ${path}`,
    en: ({ path, said }) => `The data folder is not writable (${said}): ${path}`,
  },
  DISK_FINE: {
    zh: ({ found }) => `磁盘剩余 ${found}，够日志使用`,
    en: ({ found }) => `${found} of disk are free, enough for the log`,
  },
  DISK_SHORT: {
    zh: ({ found, whole }) => `磁盘只剩 ${found}，日志最多要 ${whole}`,
    en: ({ found, whole }) => `Only ${found} of disk are free; the log may take ${whole}`,
  },
  DISK_UNKNOWN: phrase("磁盘剩余空间未知", "Free disk space is unknown"),
  RUNTIME_LIVE: {
    zh: ({ address }) => `runtime-profile 正在运行: ${address}`,
    en: ({ address }) => `A runtime-profile is running at ${address}`,
  },
  RUNTIME_SILENT: {
    zh: ({ address }) => `数据文件夹正被使用，但 ${address} 没有应答`,
    en: ({ address }) => `A runtime-profile is running, but not at ${address}`,
  },
  PORT_FREE: {
    zh: ({ address }) => `端口空闲: ${address}`,
    en: ({ address }) => `The port is free: ${address}`,
  },
  PORT_TAKEN: {
    zh: ({ address }) => `端口被其他程序占用: ${address}`,
    en: ({ address }) => `Another program has the port: ${address}`,
  },
  PORT_REFUSED: {
    zh: ({ address, said }) => `无法监听 ${address} (${said})`,
    en: ({ address, said }) => `Cannot listen at ${address} (${said})`,
  },
  GPU_FOUND: {
    zh: ({ name, found, driver }) =>
      `${name}，显存 ${found}${driver === null ? "" : `，驱动 ${driver}`}`,
    en: ({ name, found, driver }) =>
      `${name}, ${found}${driver === null ? "" : `, driver ${driver}`}`,
  },
  GPU_ABSENT: phrase("没有找到可用的显卡", "No graphics card was found"),
  GPU_INTEGRATED: {
    zh: ({ name }) => `只有集成显卡: ${name}`,
    en: ({ name }) => `Only integrated graphics: ${name}`,
  },
  GPU_SMALL: {
    zh: ({ name, found, whole }) => `${name} 显存只有 ${found}，用显卡运行需要 ${whole}`,
    en: ({ name, found, whole }) => `${name} has ${found}; ${whole} are needed to use it`,
  },
  GPU_LEFT_OUT: {
    zh: ({ name }) => `按设置不使用 ${name}`,
    en: ({ name }) => `${name} is left out by choice`,
  },
  GPU_MEMORY_UNKNOWN: {
    zh: ({ name }) => `${name} 没有报告显存大小`,
    en: ({ name }) => `${name} does not tell its memory`,
  },
  GPU_SEEN_BY_SERVER: phrase(
    "Ollama 用到了一块这里看不到的显卡",
    "Ollama uses a card that cannot be seen from here",
  ),
  GPU_SILENT: phrase("nvidia-smi 没有给出可用的应答", "nvidia-smi gave no usable answer"),
  GPU_LOST: phrase("显卡从总线上掉线了", "The card has dropped off the bus"),
  GPU_FORBIDDEN: phrase("没有访问显卡的权限", "Access to the card is denied"),
  GPU_BLOCKED: phrase("操作系统阻止访问显卡", "The operating system blocks the card"),
  DRIVER_NOT_LOADED: phrase("显卡驱动没有加载", "The graphics driver is not loaded"),
  DRIVER_INCOMPLETE: phrase("显卡驱动不完整", "The graphics driver is incomplete"),
  DRIVER_MISMATCH: phrase(
    "驱动已升级，内核里还是旧版本",
    "The driver was upgraded, the old one is still loaded",
  ),
  CONTAINER_LOST_GPU: phrase("容器失去了显卡", "The container has lost its card"),
  GPU_USE_FINE: {
    zh: ({ found, whole, programs }) => `显存可用 ${found}，共 ${whole}${programs}`,
    en: ({ found, whole, programs }) => `${found} of the card's ${whole} are free${programs}`,
  },
  GPU_USE_HIGH: {
    zh: ({ found, whole, programs }) => `显存只剩 ${found}，共 ${whole}${programs}`,
    en: ({ found, whole, programs }) => `Only ${found} of the card's ${whole} are free${programs}`,
  },
  CUDA_WORKS: {
    zh: ({ version }) => `CUDA 可用，驱动最高支持 ${version}`,
    en: ({ version }) => `CUDA works, the driver supports up to ${version}`,
  },
  CUDA_DRIVER_OLD: {
    zh: ({ version, wanted }) => `驱动 ${version} 太旧，Ollama 需要 ${wanted}`,
    en: ({ version, wanted }) => `Driver ${version} is too old, Ollama needs ${wanted}`,
  },
  CUDA_CARD_OLD: {
    zh: ({ name, version, wanted }) => `${name} 的计算能力 ${version} 低于 ${wanted}`,
    en: ({ name, version, wanted }) => `${name} has compute capability ${version}, not ${wanted}`,
  },
  CUDA_UNKNOWN: {
    zh: ({ name }) => `无法确定 ${name} 的 CUDA 是否可用`,
    en: ({ name }) => `Whether CUDA works on ${name} is unknown`,
  },
  WINDOWS_SPILL: phrase(
    "显存用完时，Windows 可能改用内存：不报错，但很慢",
    "A full card may spill into main memory: slow, without an error",
  ),
  MEMORY_FINE: {
    zh: ({ found, whole }) => `内存可用 ${found}，共 ${whole}`,
    en: ({ found, whole }) => `${found} of ${whole} of memory are available`,
  },
  MEMORY_TIGHT: {
    zh: ({ found, whole }) => `内存紧张: 只剩 ${found}，低于 ${whole}`,
    en: ({ found, whole }) => `Memory is tight: ${found} available, below ${whole}`,
  },
  MEMORY_UNKNOWN: phrase("内存大小未知", "Memory is unknown"),
  CONTAINER_MEMORY_SMALL: {
    zh: ({ found }) => `容器的内存上限只有 ${found}`,
    en: ({ found }) => `The container may use only ${found} of memory`,
  },
  CONTAINER_MEMORY_FAR: {
    zh: ({ found, whole }) => `容器内存上限 ${found}，主机有 ${whole}`,
    en: ({ found, whole }) => `The container may use ${found}, its host has ${whole}`,
  },
  CPU_QUOTA: {
    zh: ({ processors, threads }) => `CPU 配额 ${processors}，主机有 ${threads} 个线程`,
    en: ({ processors, threads }) => `Limited to ${processors} of ${threads} processors`,
  },
  WSL_MEMORY: {
    zh: ({ found }) => `WSL 看到 ${found} 内存；默认只有 Windows 的一半`,
    en: ({ found }) => `WSL sees ${found}; by default that is half of Windows' memory`,
  },
  OLLAMA_WORKS: {
    zh: ({ version, address }) => `Ollama ${version}: ${address}`,
    en: ({ version, address }) => `Ollama ${version} at ${address}`,
  },
  OLLAMA_OLD: {
    zh: ({ version, wanted }) => `Ollama ${version} 比 ${wanted} 旧`,
    en: ({ version, wanted }) => `Ollama ${version} is older than ${wanted}`,
  },
  OLLAMA_NOT_INSTALLED: phrase("没有安装 Ollama", "Ollama is not installed"),
  OLLAMA_NOT_RUNNING: {
    zh: ({ address }) => `Ollama 没有运行: ${address}`,
    en: ({ address }) => `Ollama is not running at ${address}`,
  },
  OLLAMA_OTHER: {
    zh: ({ address }) => `应答的不是 Ollama: ${address}`,
    en: ({ address }) => `Something else than Ollama answers at ${address}`,
  },
  OLLAMA_SILENT: {
    zh: ({ address }) => `Ollama 没有可用的应答: ${address}`,
    en: ({ address }) => `No usable answer of Ollama at ${address}`,
  },
  MODEL_READY: {
    zh: ({ name, found }) => `视觉模型 ${name} 就绪，约需 ${found}`,
    en: ({ name, found }) => `Vision model ${name} is there and needs about ${found}`,
  },
  MODEL_MISSING: {
    zh: ({ name }) => `没有合适的视觉模型，建议 ${name}`,
    en: ({ name }) => `No fitting vision model is installed; ${name} would do`,
  },
  MODEL_TOO_LARGE: {
    zh: ({ name, found, whole }) => `模型 ${name} 约需 ${found}，最多 ${whole}`,
    en: ({ name, found, whole }) => `Model ${name} needs about ${found}, there are ${whole}`,
  },
  MODEL_OFF_GPU: {
    zh: ({ name, percent }) => `模型 ${name} 只有 ${percent}% 在显卡上`,
    en: ({ name, percent }) => `Only ${percent}% of model ${name} lie on the card`,
  },
  CLOUD_OFF: phrase("未允许云端，没有联系任何地址", "The cloud is not allowed; nobody was asked"),
  CLOUD_NO_ADDRESS: phrase("允许云端，但没有配置地址", "The cloud is allowed but has no address"),
  CLOUD_REACHED: phrase("云端可以连接", "The cloud can be reached"),
  CLOUD_UNREACHABLE: phrase("云端连接不上", "The cloud cannot be reached"),
  CLOUD_UNKNOWN: phrase("没有检查云端", "The cloud was not asked"),
  EDITOR_ABSENT: phrase("没有安装 DaVinci Resolve", "DaVinci Resolve is not installed"),
  EDITOR_READY: both(({ editor }) => editor, " 接受脚本", " seems to take scripts"),
  EDITOR_CLOSED_TO_SCRIPTS: both(({ editor }) => editor, " 不接受脚本", " takes no scripts"),
  EDITOR_SCRIPTS_UNKNOWN: both(
    ({ editor }) => editor,
    " 已安装，能否用脚本控制未知",
    " is installed; scripts may work or not",
  ),
  EDITOR_UNKNOWN: phrase(
    "无法判断是否安装了 DaVinci Resolve",
    "Whether DaVinci Resolve is installed is unknown",
  ),
};

/** The figures as they stand in a sentence. */
interface Figures {
  readonly name: string;
  readonly version: string;
  /** `null`: drivers that are part of the kernel have no version of their own. */
  readonly driver: string | null;
  readonly wanted: string;
  readonly found: string;
  readonly whole: string;
  readonly percent: string;
  readonly processors: string;
  readonly threads: string;
  readonly address: string;
  readonly path: string;
  readonly said: string;
  readonly editor: string;
  /** Who lies on the card, with its beginning; empty where nobody is listed. */
  readonly programs: string;
}

/** What was found, in one line. */
export function foundText({ code, params }: DoctorFinding, language: Language): string {
  return FOUND_WORDS[code][language](figuresOf(params, language));
}

/** What to do about it; `null` where nothing need be done. */
export function remedyText({ code }: DoctorFinding, language: Language): string | null {
  return DOCTOR_REMEDIES[code]?.[language]() ?? null;
}

/** How a check ended. */
export function verdictText(verdict: Verdict, language: Language): string {
  return VERDICT_WORDS[verdict][language]();
}

/** How sure a finding is. */
export function certaintyText(certainty: Certainty, language: Language): string {
  return CERTAINTY_WORDS[certainty][language]();
}

function figuresOf(params: DoctorParams, language: Language): Figures {
  const unknown = unknownWord(language);
  const { version } = params;
  return {
    name: params.name ?? unknown,
    version: version ?? unknown,
    driver: version ?? null,
    wanted: params.wanted ?? unknown,
    found: gigabyteText(params.found_mib ?? null, language),
    whole: gigabyteText(params.of_mib ?? null, language),
    percent: String(params.percent ?? unknown),
    processors: String(params.processors ?? unknown),
    threads: String(params.threads ?? unknown),
    address: params.address ?? unknown,
    path: params.path ?? unknown,
    said: params.said ?? unknown,
    programs: cardProgramsText(params.programs ?? [], language),
    editor: version == null ? "DaVinci Resolve" : `DaVinci Resolve ${version}`,
  };
}

/** The same beginning in both languages. */
function both(begin: (figures: Figures) => string, zh = "", en = "") {
  return {
    zh: (figures: Figures) => `${begin(figures)}${zh}`,
    en: (figures: Figures) => `${begin(figures)}${en}`,
  };
}
