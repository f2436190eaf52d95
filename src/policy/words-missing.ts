/** Words for what a role lacks before it can work as planned. */
import type { MissingCode } from "./policy.ts";
import { phrase, type Words } from "./wording.ts";

/** What is missing, as the end of "not ready: …"; takes the planned model's name. */
export const MISSING_WORDS: Words<MissingCode, string | null> = {
  SERVER_NOT_RUNNING: phrase("Ollama 没有应答", "Ollama does not answer"),
  MODEL_NOT_INSTALLED: {
    zh: (model) => (model === null ? "模型还没有下载" : `模型 ${model} 还没有下载`),
    en: (model) => (model === null ? "the model is not installed" : `${model} is not installed`),
  },
  CLOUD_NOT_ALLOWED: phrase("尚未允许使用云端", "the cloud is not allowed"),
  CLOUD_NOT_CONFIGURED: phrase("尚未配置云端服务", "no cloud provider is configured"),
  CLOUD_UNREACHABLE: phrase("云端还连接不上", "the cloud has not been reached"),
  EDITOR_NOT_INSTALLED: phrase("没有安装 DaVinci Resolve", "DaVinci Resolve is not installed"),
  EDITOR_NOT_RUNNING: phrase("DaVinci Resolve 没有运行", "DaVinci Resolve is not running"),
  EDITOR_NOT_SCRIPTABLE: phrase(
    "DaVinci Resolve 不接受脚本控制",
    "DaVinci Resolve does not accept scripts",
  ),
  WORK_REFUSED: phrase("暂停接收新任务", "new work is refused"),
  NO_ROOM_YET: phrase(
    "其他程序占用太多，模型暂时放不下",
    "the model does not fit beside what others use now",
  ),
  FIRST_READING: phrase("正在等待第一次读数", "the first reading has not come yet"),
};
