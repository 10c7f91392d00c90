/** A file of an allocation directory. */
import { bool, int, text, timeMs, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const allocFileInfoFields = {
  name: text(1),
  isDir: bool(2),
  size: int(3),
  fileMode: text(4),
  modTimeMs: timeMs(5),
  contentType: text(6, { omitEmpty: true }),
};
export interface AllocFileInfo extends InferFields<typeof allocFileInfoFields> {}
export interface AllocFileInfoDraft extends DraftFields<typeof allocFileInfoFields> {}
export const AllocFileInfo: Struct<AllocFileInfo, AllocFileInfoDraft> = struct("AllocFileInfo", allocFileInfoFields);
