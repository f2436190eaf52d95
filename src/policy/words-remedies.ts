/** What to do about each finding of `doctor`, as one sentence; a command stands beside it where one does. */
import type { DoctorCode } from "./doctor-code.ts";
import { type Phrases, phrase } from "./wording.ts";

/** By code; absent = nothing need be done. */
export const DOCTOR_REMEDIES: Partial<Phrases<DoctorCode>> = {
  NODE_OLD: phrase("安装新版 Node: https://nodejs.org", "Install a newer one: https://nodejs.org"),
  CLOCK_WRONG: phrase("校准系统时间，否则日志里的时间会错", "Set it, or the log's times are wrong"),
  DATA_FOLDER_REFUSED: phrase(
    "让它可写，或用 --data-dir 换一个",
    "Make it writable, or choose another with --data-dir",
  ),
  DISK_SHORT: phrase("清理磁盘，或调小 log.limit_mib", "Free some, or lower log.limit_mib"),
  RUNTIME_SILENT: phrase("用 --port 给出它的端口", "Give its port with --port"),
  PORT_TAKEN: phrase("停掉那个程序，或换一个端口", "Stop that program, or take another port"),
  PORT_REFUSED: phrase("改 server.host 或 server.port", "Change server.host or server.port"),
  GPU_ABSENT: phrase(
    "有显卡的话请安装驱动；没有则用 CPU 或云端",
    "With a card: install its driver. Without one the CPU or the cloud works",
  ),
  GPU_INTEGRATED: phrase(
    "集成显卡不用于模型，会用 CPU 或云端",
    "It is not used for models; the CPU or the cloud works",
  ),
  GPU_SMALL: phrase("会用 CPU 或云端", "The CPU or the cloud works instead"),
  GPU_LEFT_OUT: phrase(
    "要用它就去掉 CUDA_VISIBLE_DEVICES 或 detect.gpu",
    "To use it, unset CUDA_VISIBLE_DEVICES or detect.gpu",
  ),
  GPU_MEMORY_UNKNOWN: phrase(
    "把 doctor --report 的文件发给我们",
    "Send us what doctor --report writes",
  ),
  GPU_SEEN_BY_SERVER: phrase(
    "给这个程序同样的显卡访问权限，例如容器的 --gpus all",
    "Give this program the same access, such as --gpus all for a container",
  ),
  GPU_SILENT: phrase("自己运行一次，看它是否卡住", "Run it and see whether it hangs"),
  GPU_LOST: phrase(
    "重启电脑；若再次发生，检查供电和散热",
    "Restart the computer; if it happens again, check power and cooling",
  ),
  GPU_FORBIDDEN: phrase(
    "把用户加入 video 和 render 组，或让容器可以使用显卡",
    "Join the groups video and render, or give the container the card",
  ),
  GPU_BLOCKED: phrase("更新 WSL 和 Windows 显卡驱动", "Update WSL and the Windows driver"),
  DRIVER_NOT_LOADED: phrase(
    "重启；仍不行就重新安装驱动",
    "Restart; if that does not help, install the driver again",
  ),
  DRIVER_INCOMPLETE: phrase("重新安装 NVIDIA 驱动", "Install the NVIDIA driver again"),
  DRIVER_MISMATCH: phrase("重启电脑", "Restart the computer"),
  CONTAINER_LOST_GPU: phrase(
    "重启容器；不在容器里就重启电脑",
    "Restart the container, or the computer where there is none",
  ),
  GPU_USE_HIGH: phrase(
    "关闭占用显卡的程序，否则会用 CPU 或云端",
    "Close what uses the card, or the CPU or the cloud works instead",
  ),
  CUDA_DRIVER_OLD: phrase(
    "更新显卡驱动，否则 Ollama 会悄悄改用 CPU",
    "Update the driver, or Ollama silently uses the CPU",
  ),
  CUDA_CARD_OLD: phrase("这块卡太旧，会用 CPU 或云端", "It is too old; the CPU or the cloud works"),
  CUDA_UNKNOWN: phrase("运行 nvidia-smi 看看", "Run nvidia-smi and see"),
  WINDOWS_SPILL: phrase(
    "在任务管理器里看「共享 GPU 内存」是否增长，并留出余量",
    "Watch shared GPU memory in the Task Manager, and leave room",
  ),
  MEMORY_TIGHT: phrase("关闭一些程序", "Close some programs"),
  CONTAINER_MEMORY_SMALL: phrase(
    "调高容器的内存上限 (--memory)",
    "Raise the container's limit (--memory)",
  ),
  CONTAINER_MEMORY_FAR: phrase(
    "模型需要更多时，调高容器的内存上限",
    "Raise the container's limit if models need more",
  ),
  CPU_QUOTA: phrase("CPU 上的模型会更慢；可调高配额", "Models on the CPU are slower; raise it"),
  WSL_MEMORY: phrase(
    "需要更多就在 .wslconfig 的 [wsl2] 下写 memory=，再重启 WSL",
    "For more write memory= under [wsl2] in .wslconfig, then restart WSL",
  ),
  OLLAMA_OLD: phrase("更新: https://ollama.com/download", "Update it: https://ollama.com/download"),
  OLLAMA_NOT_INSTALLED: phrase(
    "安装: https://ollama.com/download",
    "Install it: https://ollama.com/download",
  ),
  OLLAMA_NOT_RUNNING: phrase("启动它", "Start it"),
  OLLAMA_OTHER: phrase("用 OLLAMA_HOST 给出正确的地址", "Give the right address with OLLAMA_HOST"),
  OLLAMA_SILENT: phrase("看看它怎样应答", "See what it answers"),
  MODEL_MISSING: phrase("下载它", "Pull it"),
  MODEL_TOO_LARGE: phrase("换一个更小的模型", "Choose a smaller model"),
  MODEL_OFF_GPU: phrase(
    "腾出显存，再让它重新加载",
    "Free memory of the card, then let it load again",
  ),
  CLOUD_NO_ADDRESS: phrase("设置 cloud.base_url", "Set cloud.base_url"),
  CLOUD_UNREACHABLE: phrase(
    "检查网络、代理和 cloud.base_url",
    "Check network, proxy, cloud.base_url",
  ),
  EDITOR_CLOSED_TO_SCRIPTS: phrase(
    "在 Studio 版的偏好设置里打开外部脚本",
    "Turn on external scripting in the preferences of Studio",
  ),
  EDITOR_SCRIPTS_UNKNOWN: phrase(
    "需要 Studio 版，并在偏好设置里打开外部脚本；免费版不行",
    "It takes Studio with external scripting on; the free edition cannot",
  ),
};
