/** Words for the remarks of the probes. */
import type { NoteCode, ProbeName } from "../domain/note.ts";
import { type Phrases, phrase } from "./wording.ts";

/** What a probe looks at. */
export const PROBE_NAMES: Phrases<ProbeName> = {
  cpu: phrase("CPU", "CPU"),
  memory: phrase("内存", "memory"),
  nvidia: phrase("NVIDIA 显卡", "NVIDIA card"),
  amd: phrase("AMD 显卡", "AMD card"),
  intel: phrase("Intel 显卡", "Intel card"),
  apple: phrase("Apple 芯片", "Apple silicon"),
  windows: phrase("Windows 显卡信息", "graphics as Windows tells it"),
  jetson: phrase("Jetson", "Jetson"),
  ollama: phrase("Ollama", "Ollama"),
  servers: phrase("模型服务", "model servers"),
  editors: phrase("剪辑软件", "editors"),
  power: phrase("电源与温度", "power and heat"),
  davinci: phrase("DaVinci Resolve", "DaVinci Resolve"),
  static: phrase("系统信息", "system information"),
  profile: phrase("已保存的配置文件", "saved profile"),
};

/** What a probe remarked, as the end of "<probe>: …". */
export const NOTE_WORDS: Phrases<NoteCode> = {
  "not-installed": phrase("没有安装", "not installed"),
  "not-executable": phrase("程序存在，但无法执行", "the program is there but cannot be run"),
  "driver-not-loaded": phrase("显卡驱动没有加载", "the graphics driver is not loaded"),
  "library-missing": phrase("缺少驱动的库文件", "a library of the driver is missing"),
  "version-mismatch": phrase(
    "驱动与库的版本不一致，通常是升级后还没有重启",
    "driver and library differ in version, usually an upgrade without a restart",
  ),
  "no-devices": phrase("没有找到设备", "no devices were found"),
  "gpu-lost": phrase("显卡从总线上掉线了", "the card has dropped off the bus"),
  "nvml-unknown": phrase(
    "驱动报告未知错误，多见于容器失去了显卡",
    "the driver reports an unknown error, often a container that lost its devices",
  ),
  "blocked-by-os": phrase("操作系统阻止了访问", "access is blocked by the operating system"),
  permission: phrase("没有访问权限", "permission was denied"),
  timeout: phrase("没有在时限内应答", "no answer within the time limit"),
  unparsable: phrase("输出无法识别", "the output could not be understood"),
  "unsupported-field": phrase("这一版本不提供某项数据", "this version does not offer a field"),
  "memory-not-reported": phrase("没有报告显存大小", "the memory size is not reported"),
  "unified-memory": phrase("与 CPU 共用一块内存", "it shares one memory with the CPU"),
  mig: phrase("显卡被划分成多个实例 (MIG)", "the card is split into instances (MIG)"),
  failed: phrase("检测失败", "the probe failed"),
  "not-running": phrase("没有运行", "not running"),
  refused: phrase("拒绝连接", "the connection was refused"),
  "invalid-answer": phrase("应答无效", "the answer is not valid"),
  unreadable: phrase("无法读取", "it cannot be read"),
  "not-checked": phrase("没有检查", "it was not checked"),
  asleep: phrase("显卡在休眠，没有唤醒它", "the card sleeps and was not woken"),
  estimated: phrase("数值是估计的", "the figure is an estimate"),
  "hidden-by-choice": phrase("按设置不使用这张显卡", "the card is left out by choice"),
  "no-such-card": phrase(
    "detect.gpu 没有对应的显卡，没有排除任何显卡；请改为 runtime-profile detect --json 列出的 uuid、PCI 地址或序号",
    "detect.gpu names no card, so none was left out; give the uuid, PCI address or index of a card that runtime-profile detect --json lists",
  ),
  "seen-by-server": phrase(
    "模型服务用到了这里看不到的显卡",
    "a model server uses a card that cannot be seen from here",
  ),
  "off-the-gpu": phrase("模型没有放在显卡上", "the model does not lie on the card"),
  impossible: phrase("数值不可能成立，没有采用", "the figure cannot be and was not taken"),
  "abandoned-child": phrase(
    "有检测程序无法结束，已放下",
    "a helper program could not be ended and was left",
  ),
};
