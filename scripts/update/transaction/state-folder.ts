import { join } from "node:path";

/** Where an update keeps what it needs to be undone, and its mark; git ignores the folder. */
export const stateFolder = (project: string): string => join(project, ".spec-update");
