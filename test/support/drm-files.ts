/** Files of /sys for graphics cards, as the drivers amdgpu, i915 and xe show them. */

/** One card; `files` lie in its device folder, `own` in the folder of the card itself. */
export interface DrmFiles {
  readonly position: number;
  readonly vendor: string;
  readonly device: string;
  readonly driver: string;
  readonly bus_id: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly own?: Readonly<Record<string, string>>;
}

/** The tree of one card, with a connector and the render node that stand beside it. */
export function drmFiles(card: DrmFiles): Readonly<Record<string, string>> {
  const folder = `sys/class/drm/card${card.position}`;
  const below = (place: string, files: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${place}/${name}`, text]));
  const identity = {
    vendor: `${card.vendor}\n`,
    device: `${card.device}\n`,
    uevent: `DRIVER=${card.driver}\nPCI_CLASS=30000\nPCI_SLOT_NAME=${card.bus_id}\n`,
    "power/runtime_status": "active\n",
  };
  return {
    ...below(`${folder}/device`, { ...identity, ...card.files }),
    ...below(folder, card.own),
    [`${folder}-HDMI-A-1/device/vendor`]: `${card.vendor}\n`,
    [`sys/class/drm/renderD${128 + card.position}/device/vendor`]: `${card.vendor}\n`,
  };
}

/** An RX 7800 XT with its size in use in bytes. */
export function amdFiles(used: string, given: Partial<DrmFiles> = {}) {
  const { files, ...rest } = given;
  return drmFiles({
    position: 1,
    vendor: "0x1002",
    device: "0x747e",
    driver: "amdgpu",
    bus_id: "0000:03:00.0",
    files: {
      mem_info_vram_total: "17163091968\n",
      mem_info_vram_used: `${used}\n`,
      mem_info_gtt_total: "33571155968\n",
      mem_info_vram_vendor: "hynix\n",
      ...files,
    },
    ...rest,
  });
}
