/** Words for the recommendations: what to do, and what for. */
import type { RecommendationCode, RecommendationParams } from "./recommendation.ts";
import { gigabyteText, type Phrases, percentText, phrase, type Words } from "./wording.ts";

/** One sentence per recommendation, commands and settings included. */
export const RECOMMENDATION_WORDS: Words<RecommendationCode, RecommendationParams> = {
  RESTART_COMPUTER: phrase(
    "显卡驱动升级后还没有重启，请重启电脑",
    "Restart the computer: the graphics driver was upgraded and the old one is still loaded",
  ),
  RESTART_CONTAINER: phrase(
    "显卡驱动报告未知错误；如果运行在容器里，请重启容器，否则请重启电脑",
    "The graphics driver reports an unknown error: restart the container, or the computer where there is none",
  ),
  REPAIR_LOST_GPU: phrase(
    "显卡从总线上掉线了，请重启电脑；如果反复出现，请检查供电和散热",
    "The graphics card has dropped off the bus: restart the computer, and check power and cooling if it happens again",
  ),
  LOAD_DRIVER: phrase(
    "显卡驱动没有加载，请安装或重新安装 NVIDIA 驱动，然后重启电脑",
    "The graphics driver is not loaded: install the NVIDIA driver (again) and restart the computer",
  ),
  REPAIR_DRIVER: phrase(
    "NVIDIA 驱动安装不完整，请重新安装驱动",
    "The NVIDIA driver is incomplete: install it again",
  ),
  UNBLOCK_GPU: phrase(
    "操作系统阻止了对显卡的访问；在 WSL2 里请先运行 wsl --update，更新 Windows 显卡驱动，再运行 wsl --shutdown",
    "The operating system blocks the card; under WSL2 run wsl --update, update the Windows driver, then run wsl --shutdown",
  ),
  GRANT_GPU_ACCESS: phrase(
    "当前用户没有显卡的访问权限，请加入 video 和 render 用户组，或让容器使用显卡",
    "This user may not use the card: join the groups video and render, or give the container the card",
  ),
  CHECK_GPU: phrase(
    "显卡驱动没有在时限内应答，请运行 nvidia-smi 看看是否卡住",
    "The graphics driver does not answer in time: run nvidia-smi and see whether it hangs",
  ),
  INSTALL_OLLAMA: {
    zh: (p) =>
      `建议安装 Ollama (https://ollama.com/download)，免费使用本地视觉模型: ollama pull ${p.model}`,
    en: (p) =>
      `Install Ollama (https://ollama.com/download) to use a local vision model at no cost: ollama pull ${p.model}`,
  },
  START_OLLAMA: phrase(
    "Ollama 已安装但没有运行，请启动它: ollama serve",
    "Ollama is installed but not running, start it: ollama serve",
  ),
  PULL_MODEL: {
    zh: (p) => `建议下载 ${p.label} 模型: ollama pull ${p.model}`,
    en: (p) => `Download the ${p.label} model: ollama pull ${p.model}`,
  },
  ALLOW_CLOUD: {
    zh: (p) =>
      `如果愿意用云端视觉 (${p.model})，请在配置里设置 cloud.allowed = true；在此之前不会上传任何数据`,
    en: (p) =>
      `To use vision in the cloud (${p.model}), set cloud.allowed = true; until then nothing is sent anywhere`,
  },
  CONFIGURE_CLOUD: {
    zh: (p) => `已允许云端，但还没有服务地址，请设置 cloud.base_url (用于 ${p.model})`,
    en: (p) => `The cloud is allowed but has no address: set cloud.base_url (for ${p.model})`,
  },
  FREE_MEMORY: {
    zh: (p) =>
      `可用内存${p.available_mib === undefined ? "不足" : `只有 ${gigabyteText(p.available_mib, "zh")}`}，建议关闭占内存的程序，保持 ${gigabyteText(p.threshold_mib ?? null, "zh")} 以上`,
    en: (p) =>
      `${p.available_mib === undefined ? "Memory is short" : `Only ${gigabyteText(p.available_mib, "en")} of memory is available`}: close large programs to keep more than ${gigabyteText(p.threshold_mib ?? null, "en")} free`,
  },
  MEMORY_FILLING: {
    zh: (p) =>
      `可用内存在不断减少，照这样大约 ${p.minutes} 分钟后用尽；请看看哪个程序在增长，及时保存工作`,
    en: (p) =>
      `Available memory keeps falling and would be used up in about ${p.minutes} min: see which program grows, and save your work`,
  },
  FREE_VRAM: phrase(
    "显存紧张，建议关闭占用显卡的其他程序 (游戏、浏览器硬件加速、其他模型)",
    "GPU memory is short: close other programs that use the card (games, browsers, other models)",
  ),
  RUNNING_HOT: phrase(
    "机器过热，会自动降频: 清理通风口，或等它降温后再做长任务",
    "The computer is hot and slows itself down: free its vents, or let it cool before long jobs",
  ),
  MEMORY_STALLS: phrase(
    "任务一直在等内存 (换页)，建议关闭占用内存的程序",
    "Tasks wait for memory all the time (swapping): close programs that use much of it",
  ),
  CPU_STOLEN: phrase(
    "这台虚拟机的处理器时间被宿主机占用，本地模型会变慢",
    "The hypervisor gives this virtual machine less processor time than it asks for, so local models are slow",
  ),
  DISK_WAITING: phrase(
    "处理器在等磁盘，模型加载会变慢: 把模型放到更快的磁盘上，或等其他读写结束",
    "Processors wait for the disk, so models load slowly: keep them on a faster disk, or let other copying end",
  ),
  ON_BATTERY: phrase(
    "正在使用电池: 长时间的视频分析请先接通电源",
    "The computer runs on battery: plug it in before long video jobs",
  ),
  LOAD_MODEL_ON_GPU: {
    zh: (p) =>
      `模型 ${p.model} 只有 ${percentText(p.on_gpu_percent ?? null, "zh")} 在 GPU 上，会变慢；腾出显存后重新加载: ollama stop ${p.model}`,
    en: (p) =>
      `Only ${percentText(p.on_gpu_percent ?? null, "en")} of ${p.model} is on the GPU, which is slow; free GPU memory and load it again: ollama stop ${p.model}`,
  },
  REDUCE_SCENES: {
    zh: (p) => `CPU 持续繁忙，建议减少每次分析的场景数 (现在最多 ${p.max_scenes} 个)`,
    en: (p) =>
      `The CPU is busy all the time: analyse fewer scenes at once (now up to ${p.max_scenes})`,
  },
  PULL_SMALL_MODEL: {
    zh: (p) => `建议再下载一个小模型，显存紧张时也能留在 GPU 上: ollama pull ${p.model}`,
    en: (p) =>
      `Download a small model too, to stay on the GPU when its memory is short: ollama pull ${p.model}`,
  },
  PREPARE_PLANNING: {
    zh: (p) =>
      `规划还不能运行: ${p.may_use_cloud === false ? "" : "可以允许云端 (cloud.allowed = true)，或"}下载本地文本模型: ollama pull ${p.model}`,
    en: (p) =>
      `Planning cannot run yet: ${p.may_use_cloud === false ? "" : "allow the cloud (cloud.allowed = true) or "}download a local text model: ollama pull ${p.model}`,
  },
  ENABLE_EDITOR_SCRIPTING: phrase(
    "DaVinci Resolve 不接受脚本控制: 需要 Studio 版，并在偏好设置 > 系统 > 常规里把外部脚本设为“本地”",
    "DaVinci Resolve does not accept scripts: it takes the Studio edition, with external scripting set to Local under Preferences > System > General",
  ),
  UPDATE_OLLAMA: {
    zh: (p) => `Ollama ${p.version} 版本较旧，建议更新，以便识别模型是否支持图像`,
    en: (p) => `Ollama ${p.version} is old: update it, so that it tells which models can see`,
  },
  ADD_GPU: phrase(
    "如果有 NVIDIA 显卡 (8GB 显存以上)，本地模型会快得多",
    "With an NVIDIA card (8 GB or more) local models would run much faster",
  ),
  UNIFIED_MEMORY: phrase(
    "显卡与 CPU 共用内存，请给模型留出足够的可用内存",
    "GPU and CPU share one memory: leave enough of it free for the model",
  ),
};

/** A few words that name what to do, for lists. */
export const RECOMMENDATION_TITLES: Phrases<RecommendationCode> = {
  RESTART_COMPUTER: phrase("重启电脑", "restart the computer"),
  RESTART_CONTAINER: phrase("重启容器", "restart the container"),
  REPAIR_LOST_GPU: phrase("恢复掉线的显卡", "recover the lost card"),
  LOAD_DRIVER: phrase("加载显卡驱动", "load the graphics driver"),
  REPAIR_DRIVER: phrase("修复显卡驱动", "repair the graphics driver"),
  UNBLOCK_GPU: phrase("解除对显卡的阻止", "unblock the card"),
  GRANT_GPU_ACCESS: phrase("授予显卡访问权限", "grant access to the card"),
  CHECK_GPU: phrase("检查显卡", "check the card"),
  INSTALL_OLLAMA: phrase("安装 Ollama", "install Ollama"),
  START_OLLAMA: phrase("启动 Ollama", "start Ollama"),
  PULL_MODEL: phrase("下载视觉模型", "download a vision model"),
  ALLOW_CLOUD: phrase("允许云端", "allow the cloud"),
  CONFIGURE_CLOUD: phrase("配置云端", "configure the cloud"),
  FREE_MEMORY: phrase("腾出内存", "free memory"),
  MEMORY_FILLING: phrase("内存将要用尽", "memory is filling up"),
  FREE_VRAM: phrase("腾出显存", "free GPU memory"),
  RUNNING_HOT: phrase("让机器降温", "let the computer cool"),
  MEMORY_STALLS: phrase("任务在等内存", "tasks wait for memory"),
  CPU_STOLEN: phrase("处理器时间被占用", "processor time is taken away"),
  DISK_WAITING: phrase("处理器在等磁盘", "processors wait for the disk"),
  ON_BATTERY: phrase("接通电源", "plug the computer in"),
  LOAD_MODEL_ON_GPU: phrase("把模型放回 GPU", "load the model on the GPU"),
  REDUCE_SCENES: phrase("减少场景数", "analyse fewer scenes"),
  PULL_SMALL_MODEL: phrase("下载小模型", "download a small model"),
  PREPARE_PLANNING: phrase("准备规划", "prepare planning"),
  ENABLE_EDITOR_SCRIPTING: phrase("打开剪辑软件的脚本控制", "let the editor take scripts"),
  UPDATE_OLLAMA: phrase("更新 Ollama", "update Ollama"),
  ADD_GPU: phrase("加一块 NVIDIA 显卡", "add an NVIDIA card"),
  UNIFIED_MEMORY: phrase("给模型留出内存", "leave memory for the model"),
};
