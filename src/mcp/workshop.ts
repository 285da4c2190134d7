import type { Confirmation } from "./confirmation.js";
import type { History } from "./history.js";
import type { Jobs, Workplace } from "./jobs.js";
import type { ViewImage } from "./report.js";

/** The state that all tools share while the process runs. */
export interface Workshop extends Omit<Workplace, "stopping" | "giveUp"> {
  history: History;
  jobs: Jobs;
  confirmation: Confirmation;
  /** Folders that an agent may name images of. */
  roots: readonly string[];
  /** Milliseconds until a call must have its response. */
  respondWithinMs: number;
  viewImage: ViewImage;
  /** Whether results have previews. */
  withPreview: boolean;
  /** Version of this package. */
  version: string;
  /** Logs a message for the person who runs the server. */
  log: (text: string) => void;
}
