import { encodeName } from "./image-files.js";

/** The end of every record's name. */
export const recordSuffix = ".record.json";

/** Names of devices on Windows, also with an extension. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** Names the file of a record by its id: `<id>.record.json`, encoded as in an image's name. */
export function recordFileName(id: string): string {
  const stem = encodeName(id);
  const encodeFirst = () => `%${stem.charCodeAt(0).toString(16)}${stem.slice(1)}`;
  return `${deviceName.test(stem) ? encodeFirst() : stem}${recordSuffix}`;
}

/** The id that a record's file name was made of; undefined if the name has only its hash, or is not one of ours. */
export function recordIdOf(fileName: string): string | undefined {
  const stem = fileName.slice(0, -recordSuffix.length);
  try {
    return decodeURIComponent(stem);
  } catch {
    return undefined;
  }
}
