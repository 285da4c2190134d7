import { createHmac, randomBytes } from "node:crypto";
import { plainAnswer } from "./answer.js";
import { keyHeader } from "./authentication.js";
import { readBody } from "./body.js";
import type { Settings } from "./options.js";
import { drawLandscape } from "./picture/landscape.js";
import type { MockRequest } from "./request.js";
import { pathOf } from "./site.js";
import type { Outcome, Site } from "./site.js";
import type { Task, Tasks } from "./tasks.js";

/** The host that has the images: its URLs are signed, may expire, and want no key. */
export interface Results extends Site {
  /** Fresh URLs of a task's images, under the address of the server. */
  issueUrls(task: Task, address: string): string[];
}

export function createResults(
  { now, urlLifetimeMs }: Pick<Settings, "now" | "urlLifetimeMs">,
  tasks: Tasks,
  stop: AbortSignal,
): Results {
  const secret = randomBytes(16);
  const sign = (path: string, expires: string): string =>
    createHmac("sha256", secret).update(`${path}\n${expires}`).digest("hex").slice(0, 32);

  function whyRefused({ headers, path }: MockRequest): string | undefined {
    const query = new URLSearchParams(path.slice(pathOf(path).length));
    const expires = query.get("expires") ?? "";
    if (keyHeader !== undefined && headers[keyHeader] !== undefined) return "The key does not belong here\n";
    if (query.get("signature") !== sign(pathOf(path), expires)) return "The signature is wrong\n";
    return expires !== "never" && Number(expires) <= now() ? "The URL has expired\n" : undefined;
  }

  return {
    server: "results",
    methods: ["GET", "HEAD"],
    recognise: (method) => ({
      operation: undefined,
      role: method === "GET" || method === "HEAD" ? "result" : "other",
    }),
    issueUrls(task, address) {
      const lifetime = task.fate.expired && task.timesIssued === 0 ? 0 : urlLifetimeMs;
      task.timesIssued++;
      const expires = lifetime === Infinity ? "never" : String(now() + lifetime);
      return Array.from({ length: task.images }, (_, index) => {
        const path = `/${task.taskid}/${index}.png`;
        return `${address}${path}?expires=${expires}&signature=${sign(path, expires)}`;
      });
    },
    async read(message, request) {
      await readBody(message, request);
      return [];
    },
    async carryOut(request): Promise<Outcome> {
      if (request.role !== "result") {
        return { answer: plainAnswer(405, "There is no such method\n", { allow: "GET, HEAD" }) };
      }
      const refused = whyRefused(request);
      if (refused !== undefined) return { answer: plainAnswer(403, refused) };
      const [, taskid, index = ""] = pathOf(request.path).split("/");
      const task = tasks.find(taskid);
      if (!task) return { answer: plainAnswer(404, "There is no such image\n") };
      const seed = [task.prompt, task.ordinal, Number.parseInt(index)].join("\n");
      const body = await drawLandscape(task.size, seed, stop);
      return {
        answer: { status: 200, headers: { "content-type": "image/png" }, body },
        failure: task.fate.download,
      };
    },
  };
}
