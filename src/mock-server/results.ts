import { createHmac, randomBytes } from "node:crypto";
import { keyHeader } from "./document.js";
import type { Settings } from "./options.js";
import type { Size } from "./order.js";
import { drawLandscape } from "./picture/index.js";
import type { MockRequest } from "./request.js";
import { plainResponse } from "./response.js";
import { pathOf } from "./site.js";
import type { Handled, Site } from "./site.js";
import type { MockTask, Tasks } from "./tasks.js";

/** The host of the images: its URLs are signed, may expire, and need no key. */
export interface Results extends Site {
  /** Fresh URLs of a task's images, under the address of the server. */
  issueUrls(task: MockTask, address: string): string[];
  /** One image of a task as a PNG file, at another size if one is given. */
  draw(task: MockTask, index: number, size?: Size): Promise<Buffer>;
}

export function createResults(
  { now, urlLifetimeMs, seed: fixed }: Pick<Settings, "now" | "urlLifetimeMs" | "seed">,
  tasks: Tasks,
  stop: AbortSignal,
): Results {
  const secret = randomBytes(16);
  const sign = (path: string, expires: string): string =>
    createHmac("sha256", secret).update(`${path}\n${expires}`).digest("hex").slice(0, 32);

  function findRefusal({ headers, path }: MockRequest): string | undefined {
    const query = new URLSearchParams(path.slice(pathOf(path).length));
    const expires = query.get("expires") ?? "";
    if (keyHeader !== undefined && headers[keyHeader] !== undefined) return "The key does not belong here\n";
    if (query.get("signature") !== sign(pathOf(path), expires)) return "The signature is wrong\n";
    return expires !== "never" && Number(expires) <= now() ? "The URL has expired\n" : undefined;
  }

  function draw({ prompt, ordinal, seed, size }: MockTask, index: number, other = size): Promise<Buffer> {
    // A seed gives the same picture whatever was drawn before; without one, each task has another picture.
    const origin = seed ?? fixed ?? ordinal;
    return drawLandscape(other, [prompt, origin, index].join("\n"), stop);
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
    draw,
    async read(body) {
      await body.read();
      return [];
    },
    async carryOut(request): Promise<Handled> {
      if (request.role !== "result") {
        return { response: plainResponse(405, "There is no such method\n", { allow: "GET, HEAD" }) };
      }
      const refused = findRefusal(request);
      if (refused !== undefined) return { response: plainResponse(403, refused) };
      const [, taskid, index = ""] = pathOf(request.path).split("/");
      const task = tasks.find(taskid);
      if (!task) return { response: plainResponse(404, "There is no such image\n") };
      const body = await draw(task, Number.parseInt(index));
      return {
        response: { status: 200, headers: { "content-type": "image/png" }, body },
        failure: task.fate.download,
        task,
      };
    },
  };
}
